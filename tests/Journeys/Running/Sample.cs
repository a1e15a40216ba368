using System.Text.RegularExpressions;
using ClaimsTransfer.Sandbox.Fbs;

namespace ClaimsTransfer.Journeys.Running;

/// <summary>A generated file of messages, and what is known of it.</summary>
internal sealed partial class Sample
{
    private Sample(string file, IReadOnlyList<SampleLine> lines)
    {
        File = file;
        Lines = lines;
    }

    public string File { get; }

    public IReadOnlyList<SampleLine> Lines { get; }

    public int Count(SampleCategory category) => Lines.Count(line => line.Category == category);

    /// <summary>5 % duplicates, 3 % malformed of many kinds, 5 % children of whom a third have no guardian, changes out of order, municipalities of all three vendors.</summary>
    public static Sample Journey(string folder, int count, int seed, params IReadOnlyList<string> municipalities)
    {
        var options = SampleOptions.Journey(count, seed);
        if (municipalities.Count > 0)
            options = options with { Municipalities = municipalities };
        var lines = SampleClaims.Generate(options).ToList();
        var file = Path.Combine(folder, $"claims-{seed}.ndjson");
        using var target = System.IO.File.Create(file);
        foreach (var line in lines)
        {
            target.Write(line.Utf8.Span);
            target.WriteByte((byte)'\n');
        }
        return new Sample(file, lines);
    }

    /// <summary>Every CPR number that was sent, as it stands in the messages.</summary>
    public HashSet<string> CprNumbers() => [.. Lines.SelectMany(line => Cpr().Matches(line.Text)).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("\"cpr\"\\s*:\\s*\"([0-9]{10})\"", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Cpr();
}
