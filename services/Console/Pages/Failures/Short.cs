namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>The beginning of a long text, for a list.</summary>
public static class Short
{
    public static string Of(string text, int most)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= most ? line : $"{line[..most].TrimEnd()}…";
    }
}
