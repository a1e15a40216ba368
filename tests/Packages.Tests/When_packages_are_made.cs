using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Shouldly;

namespace ClaimsTransfer.Packages.Tests;

/// <summary>What a vendor finds in its folder: everything to compile, to read and to step through, and nothing of the machine that made it.</summary>
public sealed class When_packages_are_made
{
    private const string LocalServers = "ClaimsTransfer.LocalServers";

    private static readonly string[] Libraries =
    [
        "ClaimsTransfer.Messages", "ClaimsTransfer.MassTransit", "ClaimsTransfer.Defaults", "ClaimsTransfer.ConnectorSdk", "ClaimsTransfer.ConformanceKit",
        "ClaimsTransfer.ConformanceFixtures", LocalServers,
    ];

    private static readonly string[] Programs = ["ClaimsTransfer.ConformanceTool", "ClaimsTransfer.Templates"];
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    private static IEnumerable<string> All => [.. Libraries, .. Programs];

    [Test]
    public void there_are_exactly_those_that_vendors_get() =>
        Directory.EnumerateFiles(Packages.Given, "*.nupkg").Select(Path.GetFileName).ShouldBe(All.Select(id => $"{id}.{Packages.Version}.nupkg"), ignoreOrder: true);

    [TestCaseSource(nameof(All))]
    public void a_package_says_what_it_is(string id)
    {
        using var package = Open(id);
        var metadata = MetadataOf(package);

        Value(metadata, "id").ShouldBe(id);
        Value(metadata, "version").ShouldBe(Packages.Version);
        Value(metadata, "description").ShouldNotBeNullOrWhiteSpace();
        Value(metadata, "readme").ShouldBe("README.md");
        Text(package, "README.md").Length.ShouldBeGreaterThan(300, "the README is what a vendor reads first");
        Text(package, $"{id}.nuspec").ShouldNotContain("licenseUrl");
    }

    [TestCaseSource(nameof(Libraries))]
    public void a_library_comes_with_its_docs(string id)
    {
        using var package = Open(id);

        package.GetEntry($"lib/net10.0/{id}.dll").ShouldNotBeNull();
        Text(package, $"lib/net10.0/{id}.xml").ShouldContain("<summary>");
    }

    [TestCaseSource(nameof(Libraries))]
    public void a_library_names_the_versions_it_needs(string id)
    {
        var dependencies = DependenciesOf(id);

        if (id == "ClaimsTransfer.Messages")
            dependencies.ShouldBeEmpty("a publisher who takes the messages takes nothing else with them");
        else
            dependencies.ShouldNotBeEmpty();
        dependencies.ShouldAllBe(dependency => Regex.IsMatch((string?)dependency.Attribute("version") ?? "", @"^\[?[0-9]+\.[0-9]+", RegexOptions.None, TimeSpan.FromSeconds(1)));
        dependencies.Where(dependency => ((string?)dependency.Attribute("id"))!.StartsWith("ClaimsTransfer.", StringComparison.Ordinal))
            .ShouldAllBe(dependency => (string?)dependency.Attribute("version") == Packages.Version);
    }

    [TestCaseSource(nameof(Libraries))]
    public void the_symbols_hold_the_sources_and_no_path_of_this_machine(string id)
    {
        using var symbols = ZipFile.OpenRead(Path.Combine(Packages.Given, $"{id}.{Packages.Version}.snupkg"));
        using var content = new MemoryStream();
        using (var file = symbols.GetEntry($"lib/net10.0/{id}.pdb").ShouldNotBeNull().Open())
            file.CopyTo(content);
        content.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(content);
        var reader = provider.GetMetadataReader();
        var documents = reader.Documents.Select(handle => (handle, name: reader.GetString(reader.GetDocument(handle).Name))).ToList();

        documents.ShouldNotBeEmpty();
        documents.Where(document => document.name.StartsWith(Packages.Root, StringComparison.Ordinal)).Select(document => document.name).ShouldBeEmpty();
        documents.Where(document => !reader.GetCustomDebugInformation(document.handle).Any(information => reader.GetGuid(reader.GetCustomDebugInformation(information).Kind) == EmbeddedSource))
            .Select(document => document.name).ShouldBeEmpty("a debugger shows the source from the symbols: no repository need be reached");
    }

    [TestCase("ClaimsTransfer.ConnectorSdk", false)]
    [TestCase("ClaimsTransfer.ConformanceKit", true)]
    public void what_starts_servers_comes_along_with_the_kit_and_not_with_the_sdk(string id, bool comes)
    {
        ClosureOf(id).Contains(LocalServers).ShouldBe(comes);
    }

    [Test]
    public void nothing_is_compiled_against_what_starts_servers()
    {
        var needing = Libraries.SelectMany(DependenciesOf).Where(dependency => (string?)dependency.Attribute("id") == LocalServers).ToList();

        needing.ShouldHaveSingleItem();
        ((string?)needing[0].Attribute("exclude") ?? "").Split(',').ShouldContain("Compile");
    }

    [Test]
    public void the_command_is_a_tool()
    {
        using var package = Open("ClaimsTransfer.ConformanceTool");

        var settings = package.Entries.Single(entry => entry.Name == "DotnetToolSettings.xml");
        Text(package, settings.FullName).ShouldContain("Name=\"claims-conform\"");
    }

    [Test]
    public void nothing_else_is_packed()
    {
        var packed = Directory.EnumerateFiles(Packages.Root, "*.csproj", SearchOption.AllDirectories).Where(file => File.ReadAllText(file).Contains("Packed.props", StringComparison.Ordinal))
            .Select(file => $"ClaimsTransfer.{Path.GetFileNameWithoutExtension(file)}");

        packed.ShouldBe(All, ignoreOrder: true);
    }

    private static List<XElement> DependenciesOf(string id)
    {
        using var package = Open(id);
        return MetadataOf(package).Descendants().Where(element => element.Name.LocalName == "dependency").ToList();
    }

    /// <summary>It and everything of ours that it brings.</summary>
    private static IEnumerable<string> ClosureOf(string id) =>
        DependenciesOf(id).Select(dependency => (string)dependency.Attribute("id")!).Where(Libraries.Contains).SelectMany(ClosureOf).Append(id).Distinct(StringComparer.Ordinal);

    private static ZipArchive Open(string id) => ZipFile.OpenRead(Path.Combine(Packages.Given, $"{id}.{Packages.Version}.nupkg"));

    private static XElement MetadataOf(ZipArchive package) =>
        XDocument.Parse(Text(package, package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).FullName)).Root!.Elements().Single();

    private static string? Value(XElement metadata, string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

    private static string Text(ZipArchive package, string path)
    {
        using var reader = new StreamReader(package.GetEntry(path).ShouldNotBeNull($"{path} is missing").Open(), Encoding.UTF8);
        return reader.ReadToEnd().TrimStart('\uFEFF');
    }
}
