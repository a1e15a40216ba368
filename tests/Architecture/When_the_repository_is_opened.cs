using System.Text.RegularExpressions;
using Shouldly;

namespace ClaimsTransfer.Architecture;

/// <summary>What a newcomer sees from the tree alone, and what must never stand in it.</summary>
public sealed partial class When_the_repository_is_opened
{
    private static readonly string[] Text = [".cs", ".csproj", ".props", ".targets", ".sln", ".md", ".json", ".yaml", ".yml", ".sh", ".sql", ".xml", ".xsd", ".txt", ".config", ".service", ""];

    [Test]
    public void the_top_level_is_the_one_that_was_agreed() =>
        Repository.TrackedFiles().Select(file => file.Split('/')[0]).Distinct().Where(entry => !entry.StartsWith('.'))
            .Except(["services", "contracts", "deploy", "tests", "Directory.Build.props", "ClaimsTransfer.sln", "README.md", "global.json", "findings"])
            .ShouldBeEmpty("a new entry at the top is a decision: find its place in a folder, or agree on it");

    [Test]
    public void every_project_is_in_the_solution()
    {
        var solution = Repository.Read("ClaimsTransfer.sln").Replace('\\', '/');

        Project.All.Where(project => !solution.Contains($"\"{project.Path}\"", StringComparison.Ordinal))
            .ShouldBeEmpty("add it: dotnet sln add PROJECT");
    }

    [Test]
    public void no_file_knows_the_machine_it_was_written_on()
    {
        var found = Lines(Repository.TrackedFiles().Where(file => Text.Contains(Path.GetExtension(file))), MachinePath());

        found.ShouldBeEmpty("a path of one machine is wrong on every other");
    }

    [Test]
    public void a_path_of_a_machine_would_be_noticed()
    {
        MachinePath().IsMatch($"see {"/"}home/anna/claims").ShouldBeTrue();
        MachinePath().IsMatch($"{"/"}root/.nuget").ShouldBeTrue();
        MachinePath().IsMatch("https://example.org/homepage/work").ShouldBeFalse();
        MachinePath().IsMatch("deploy/" + "work/list").ShouldBeFalse();
    }

    [Test]
    public void nothing_is_left_unfinished() =>
        Lines(Sources(), Unfinished()).ShouldBeEmpty("finish it, or file it where it is seen");

    [Test]
    public void nobody_sleeps_and_hopes() =>
        Lines(Sources(), Sleeping()).ShouldBeEmpty("wait for a condition, with a deadline");

    [Test]
    public void names_say_what_a_thing_is()
    {
        var found = Sources().Where(file => VagueName().IsMatch(Path.GetFileNameWithoutExtension(file)));

        found.ShouldBeEmpty("Dto, Helper, Manager, Util and IntegrationEvent say nothing of what it does");
    }

    [Test]
    public void a_program_only_says_what_it_is_composed_of() =>
        Repository.FilesUnder("services", "Program.cs")
            .Select(file => (file, lines: Repository.Read(file).TrimEnd().Split('\n').Length))
            .Where(program => program.lines > 20)
            .ShouldBeEmpty("what a service is made of belongs into its AddX and MapX");

    [Test]
    public void no_secret_came_along() =>
        Lines(Repository.TrackedFiles().Where(file => Text.Contains(Path.GetExtension(file))), PrivateKey()).ShouldBeEmpty();

    private static IEnumerable<string> Sources() =>
        new[] { "contracts", "services", "tests" }.SelectMany(folder => Repository.FilesUnder(folder, "*.cs"))
            .Where(file => !file.EndsWith($"/{nameof(When_the_repository_is_opened)}.cs", StringComparison.Ordinal));

    private static List<string> Lines(IEnumerable<string> files, Regex wanted)
    {
        var read = files.Where(file => File.Exists(Repository.PathOf(file))).ToList();
        read.ShouldNotBeEmpty();
        return read.SelectMany(file => File.ReadLines(Repository.PathOf(file))
            .Select((line, index) => (line, where: $"{file}:{index + 1}"))
            .Where(found => wanted.IsMatch(found.line))
            .Select(found => $"{found.where} {found.line.Trim()}")).ToList();
    }

    [GeneratedRegex(@"(?<![\w.\-/}])/(work|root|home/[a-z]+|tmp/(wt|hub)|Users/[A-Za-z]+)/|[A-Z]:\\Users\\", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException", RegexOptions.None, 1000)]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\bThread\.Sleep\(", RegexOptions.None, 1000)]
    private static partial Regex Sleeping();

    [GeneratedRegex("(Dto|Helper|Helpers|Manager|Util|Utils|IntegrationEvent)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VagueName();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----", RegexOptions.None, 1000)]
    private static partial Regex PrivateKey();
}
