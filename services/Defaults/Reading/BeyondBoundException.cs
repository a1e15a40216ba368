namespace ClaimsTransfer.Defaults.Reading;

/// <summary>What came is more than is taken. The text names the limit and nothing of the content.</summary>
public sealed class BeyondBoundException(string message) : FormatException(message)
{
    public static BeyondBoundException Of(long mostBytes) => new($"larger than the {mostBytes} bytes that are taken");
}
