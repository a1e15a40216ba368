using System.Text;
using ClaimsTransfer.Fuzz.Inputs;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>The messages of the published contract, as <c>contracts/wire/examples</c> has them.</summary>
internal static class Examples
{
    public static string Of(string message) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "examples", $"{message}.json"));

    public static Input Message(string message, params ReadOnlySpan<(string Name, string Value)> properties) => new(Of(message), [("exchange", message), .. properties]);

    /// <summary>A line a message, each saying what it is.</summary>
    public static string Lines(params IEnumerable<string> messages)
    {
        var lines = new StringBuilder();
        foreach (var message in messages)
            lines.Append(Of(message).ReplaceLineEndings("").Replace("{  \"messageId\"", $"{{\"kind\":\"{message}\",\"messageId\"", StringComparison.Ordinal)).Append('\n');
        return lines.ToString();
    }
}
