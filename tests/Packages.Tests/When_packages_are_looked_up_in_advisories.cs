using System.Xml.Linq;
using Shouldly;

namespace ClaimsTransfer.Packages.Tests;

/// <summary>`deploy/claims advisories` on a project with YamlDotNet, built by our own rules, with a source of advisories of the test's own.</summary>
public sealed class When_packages_are_looked_up_in_advisories
{
    private const string Advisory = "https://advisories.example/YD-1";

    /// <summary>The one that is looked up first, to see whether the source knows any.</summary>
    private static readonly (string, string, string) Known = ("newtonsoft.json", "https://advisories.example/known", "(, 13.0.1)");

    [Test]
    public async Task a_package_with_one_fails_the_command_and_is_named()
    {
        await using var source = new AdvisorySource(Known, ("yamldotnet", Advisory, "(, 99.0.0)"));

        var said = await CheckAsync(source.Url, exitCode: 1);

        said.ShouldContain("'YamlDotNet'");
        said.ShouldContain(Advisory);
    }

    [Test]
    public async Task one_that_is_accepted_does_not()
    {
        await using var source = new AdvisorySource(Known, ("yamldotnet", Advisory, "(, 99.0.0)"));

        (await CheckAsync(source.Url, exitCode: 0, accepted: Advisory)).ShouldContain("No advisory but those accepted");
    }

    [Test]
    public async Task packages_without_one_pass()
    {
        await using var source = new AdvisorySource(Known);

        (await CheckAsync(source.Url, exitCode: 0)).ShouldContain("No advisory but those accepted");
    }

    [Test]
    public async Task a_source_without_any_is_told_from_one_that_finds_none()
    {
        await using var source = new AdvisorySource(("something.else", Advisory, "(, 99.0.0)"));

        (await CheckAsync(source.Url, exitCode: 3)).ShouldContain("nothing is known of any package");
    }

    [Test]
    public void what_is_accepted_says_why() =>
        WithoutReason(XDocument.Load(Path.Combine(Packages.Root, "deploy/build/Advisories.props"))).ShouldBeEmpty();

    [Test]
    public void one_that_does_not_would_be_found() =>
        WithoutReason(XDocument.Parse("""<Project><ItemGroup><NuGetAuditSuppress Include="a" Package="b" /></ItemGroup></Project>""")).ShouldBe(["a"]);

    private static IEnumerable<string> WithoutReason(XDocument advisories) =>
        advisories.Descendants("NuGetAuditSuppress").Where(accepted => string.IsNullOrWhiteSpace((string?)accepted.Attribute("Why")) || accepted.Attribute("Package") is null)
            .Select(accepted => (string)accepted.Attribute("Include")!);

    private static async Task<string> CheckAsync(string source, int exitCode, string? accepted = null)
    {
        var folder = Directory.CreateTempSubdirectory("claims-advisories-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "NuGet.config"), $"""
                <configuration><auditSources><clear /><add key="test" value="{source}index.json" allowInsecureConnections="true" /></auditSources></configuration>
                """);
            await File.WriteAllTextAsync(Path.Combine(folder, "Directory.Build.props"), $"""
                <Project><Import Project="{Packages.Root}/Directory.Build.props" /></Project>
                """);
            await File.WriteAllTextAsync(Path.Combine(folder, "Looked.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <ItemGroup>
                    <PackageReference Include="YamlDotNet" />
                    {(accepted is null ? "" : $"<NuGetAuditSuppress Include=\"{accepted}\" Package=\"YamlDotNet\" Why=\"A test's\" />")}
                  </ItemGroup>
                </Project>
                """);
            return await Shell.RunAsync(
                $"code=0; deploy/claims advisories '{folder}/Looked.csproj' || code=$?; echo \"ended with $code\"; [ $code = {exitCode} ]",
                Packages.Root, new Dictionary<string, string>(StringComparer.Ordinal), TimeSpan.FromMinutes(3));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
