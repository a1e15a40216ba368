using System.Text.RegularExpressions;
using Shouldly;

namespace ClaimsTransfer.Architecture;

/// <summary>A decision is found by its number, read in a few minutes and never edited into another one.</summary>
public sealed partial class When_a_decision_is_recorded
{
    public static IReadOnlyList<string> Decisions { get; } = Repository.FilesUnder("contracts/decisions", "*.md");

    [Test]
    public void the_numbers_run_from_one_without_a_gap() =>
        Decisions.Select(file => int.Parse(FileName().Match(Path.GetFileName(file)).Groups["number"].Value)).ShouldBe(Enumerable.Range(1, Decisions.Count));

    [TestCaseSource(nameof(Decisions))]
    public void it_is_short_and_has_context_decision_and_consequences(string file)
    {
        var lines = Repository.Read(file).TrimEnd().Split('\n');

        lines.Length.ShouldBeLessThanOrEqualTo(120);
        lines[0].ShouldStartWith($"# {Path.GetFileName(file)[..4]} ");
        lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).ShouldBe(["## Context", "## Decision", "## Consequences"]);
    }

    [GeneratedRegex(@"^(?<number>\d{4})-[a-z0-9-]+\.md$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();
}
