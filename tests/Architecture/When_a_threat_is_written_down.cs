using System.Text.RegularExpressions;
using Shouldly;

namespace ClaimsTransfer.Architecture;

/// <summary>deploy/THREATS.md promises nothing that no test holds.</summary>
public sealed partial class When_a_threat_is_written_down
{
    private const string File = "deploy/THREATS.md";

    private static readonly HashSet<string> Tests =
        [.. Repository.FilesUnder("tests", "*.cs").SelectMany(file => Fixture().Matches(Repository.Read(file))).Select(match => match.Groups["name"].Value)];

    public static IReadOnlyList<string> Threats { get; } =
        [.. Repository.Read(File).Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| Threat |", StringComparison.Ordinal))];

    [Test]
    public void there_are_threats_of_every_kind() => Threats.Count.ShouldBeGreaterThan(20);

    [TestCaseSource(nameof(Threats))]
    public void a_test_holds_it_and_exists(string threat)
    {
        var named = Named(threat);
        named.ShouldNotBeEmpty();
        named.Where(name => !Tests.Contains(name)).ShouldBeEmpty();
    }

    [Test]
    public void one_that_does_not_exist_would_be_found() => Named("| A threat | A guard | `When_nobody_looks` |").Where(name => !Tests.Contains(name)).ShouldBe(["When_nobody_looks"]);

    private static List<string> Named(string threat) => [.. Name().Matches(threat.Split('|')[^2]).Select(match => match.Groups["name"].Value)];

    [GeneratedRegex("`(?<name>[A-Za-z_]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\bclass (?<name>Wh[A-Za-z]+_\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fixture();
}
