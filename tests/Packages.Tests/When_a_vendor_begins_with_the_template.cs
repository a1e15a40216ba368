using System.Xml.Linq;
using Shouldly;

namespace ClaimsTransfer.Packages.Tests;

/// <summary>
/// The commands of the READMEs, exactly as they stand there, in an empty folder, with nothing but the packages: at the end the kit has passed. The commands for a signed result are run too
/// where <c>CLAIMS_TEMPLATE_RESULT=1</c> is set: the whole kit once more, with ten thousand instructions.
/// </summary>
public sealed class When_a_vendor_begins_with_the_template
{
    private const string Content = "contracts/Templates/content/claims-connector";
    private const string Template = "contracts/Templates/README.md";

    [Test]
    public async Task its_readme_leads_from_nothing_to_a_passed_kit()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Packages.Folder, "vendor")).FullName;
        var environment = ANewMachine(folder);

        await Shell.RunAsync(Snippet(File.ReadAllText(Path.Combine(Packages.Root, Template)), "make"), folder, environment, TimeSpan.FromMinutes(3));
        var project = Path.Combine(folder, "Acme.Connector");
        var readme = await File.ReadAllTextAsync(Path.Combine(project, "README.md"));
        readme.ShouldContain("KmdOpus");
        var proved = await Shell.RunAsync(Snippet(readme, "prove"), project, environment, TimeSpan.FromMinutes(8));

        proved.ShouldContain("Passed!");
        proved.ShouldNotContain("Skipped:     1");
        if (Environment.GetEnvironmentVariable("CLAIMS_TEMPLATE_RESULT") == "1")
            await Shell.RunAsync(Snippet(readme, "result"), project, environment, TimeSpan.FromMinutes(15));
    }

    [TestCase("prove")]
    [TestCase("result")]
    public void the_two_readmes_say_the_same(string snippet) =>
        Snippet(File.ReadAllText(Path.Combine(Packages.Root, Content, "README.md")), snippet).ShouldBe(Snippet(File.ReadAllText(Path.Combine(Packages.Root, Template)), snippet));

    /// <summary>The template stands outside the build, so nothing else would notice.</summary>
    [Test]
    public void it_asks_for_the_versions_that_the_build_uses()
    {
        var used = XDocument.Load(Path.Combine(Packages.Root, "deploy/build/Packages.props")).Descendants("PackageVersion")
            .ToDictionary(element => (string)element.Attribute("Include")!, element => (string)element.Attribute("Version")!, StringComparer.Ordinal);
        var asked = Directory.EnumerateFiles(Path.Combine(Packages.Root, Content), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(file => XDocument.Load(file).Descendants("PackageReference"))
            .Select(element => (id: (string)element.Attribute("Include")!, version: (string)element.Attribute("Version")!)).ToList();

        asked.Count.ShouldBeGreaterThan(3);
        foreach (var (id, version) in asked)
            version.ShouldBe(id.StartsWith("ClaimsTransfer.", StringComparison.Ordinal) ? Packages.Version : used[id], id);
    }

    /// <summary>Its own home, templates and package folder; what this machine has already of other packages is not fetched again.</summary>
    private static Dictionary<string, string> ANewMachine(string folder)
    {
        var here = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
            ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Directory.Exists(Path.Combine(here, "claimstransfer.messages", Packages.Version)).ShouldBeFalse(
            $"{here} holds ClaimsTransfer packages of this version from an earlier use; they would be taken instead of those made now. Remove {here}/claimstransfer.*");
        var home = Directory.CreateDirectory(Path.Combine(Packages.Folder, "home")).FullName;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CLAIMS_PACKAGES"] = Packages.Given,
            ["HOME"] = home,
            ["DOTNET_CLI_HOME"] = home,
            ["NUGET_PACKAGES"] = Path.Combine(Packages.Folder, "nuget"),
            ["NUGET_FALLBACK_PACKAGES"] = here,
            ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
            ["TMPDIR"] = Directory.CreateDirectory(Path.Combine(Packages.Folder, "tmp")).FullName,
        };
    }

    private static string Snippet(string text, string name)
    {
        var parts = text.Split($"<!-- run: {name} -->\n```bash\n");
        parts.Length.ShouldBe(2, $"snippets '{name}'");
        return parts[1].Split("\n```")[0];
    }
}
