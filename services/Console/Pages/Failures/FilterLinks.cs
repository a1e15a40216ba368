namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>Carries the filter of a page in the addresses of the next ones, as <see cref="DeadLetters.LetterFilterQuery"/> reads it.</summary>
public static class FilterLinks
{
    public const string Groups = "/console/failures";
    public const string Messages = "/console/failures/messages";
    public const string Act = "/console/failures/act";

    public static readonly IReadOnlyList<string> Names =
        ["status", "fingerprint", "cause", "municipality", "vendor", "name", "queue", "claimId", "agency", "feeId", "messageId", "replayId", "text", "from", "to"];

    /// <summary>The filter's parts that are given.</summary>
    public static IEnumerable<(string Name, string Value)> Given(IQueryCollection query) =>
        from name in Names
        from value in query[name]
        where !string.IsNullOrWhiteSpace(value)
        select (name, value.Trim());

    /// <summary>The path with the filter, where what is given here goes before; null takes a part out.</summary>
    public static string To(string path, IQueryCollection query, params (string Name, string? Value)[] changes)
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        var parts = new List<string>();
        foreach (var (name, value) in changes)
        {
            changed.Add(name);
            if (!string.IsNullOrEmpty(value))
                parts.Add($"{name}={Uri.EscapeDataString(value)}");
        }

        parts.InsertRange(0, Given(query).Where(part => !changed.Contains(part.Name)).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value)}"));
        return parts.Count == 0 ? path : $"{path}?{string.Join('&', parts)}";
    }
}
