using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Shouldly;

namespace ClaimsTransfer.Packages.Tests;

/// <summary>`deploy/claims sbom`: what runs, for whoever asks what we are made of.</summary>
public sealed class When_the_bill_of_materials_is_made
{
    private string _file = "";
    private JsonNode _bill = null!;

    [OneTimeSetUp]
    public async Task MakeAsync()
    {
        _file = Path.Combine(Packages.Folder, "sbom.json");
        await Shell.RunAsync($"deploy/claims sbom --out '{_file}'", Packages.Root, new Dictionary<string, string>(StringComparer.Ordinal), TimeSpan.FromMinutes(5));
        _bill = JsonNode.Parse(await File.ReadAllTextAsync(_file))!;
    }

    [Test]
    public async Task it_is_CycloneDX_1_6_by_its_schema() => (await FaultsAsync(await File.ReadAllTextAsync(_file))).ShouldBeEmpty();

    [Test]
    public async Task what_is_not_would_be_found()
    {
        var broken = _bill.DeepClone();
        broken["components"]![0]!["type"] = "no such type";
        (await FaultsAsync(broken.ToJsonString())).ShouldNotBeEmpty();
    }

    [Test]
    public void it_names_the_version_that_was_built() => _bill["metadata"]!["component"]!["version"]!.GetValue<string>().ShouldBe(Packages.Version);

    [Test]
    public void every_package_that_a_service_references_is_in_it()
    {
        var named = Components().Select(component => component["name"]!.GetValue<string>()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var referenced = Directory.EnumerateFiles(Path.Combine(Packages.Root, "services"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(file => XDocument.Load(file).Descendants("PackageReference")).Select(reference => (string)reference.Attribute("Include")!).ToList();

        referenced.Count.ShouldBeGreaterThan(10);
        referenced.Where(package => !named.Contains(package)).ShouldBeEmpty();
    }

    [Test]
    public void what_comes_along_is_in_it_with_its_hash()
    {
        var native = Components().Single(component => component["name"]!.GetValue<string>() == "SQLitePCLRaw.lib.e_sqlite3");
        native["hashes"]![0]!["alg"]!.GetValue<string>().ShouldBe("SHA-512");
    }

    [Test]
    public void what_browsers_get_is_in_it_in_the_version_that_was_taken()
    {
        var taken = JsonNode.Parse(File.ReadAllText(Path.Combine(Packages.Root, "services/Console/assets/package.json")))!["dependencies"]!.AsObject()
            .Select(entry => $"pkg:npm/{entry.Key}@{entry.Value}");
        _bill["metadata"]!["component"]!["components"]!.AsArray().Select(component => component!["purl"]!.GetValue<string>()).ShouldBe(taken);
    }

    private IEnumerable<JsonNode> Components() => _bill["components"]!.AsArray().Select(component => component!);

    /// <summary>By the validator that the tool brings: CycloneDX.Core is not on every feed by itself.</summary>
    private static async Task<IReadOnlyList<string>> FaultsAsync(string bill)
    {
        var version = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Packages.Root, ".config/dotnet-tools.json")))!["tools"]!["cyclonedx"]!["version"]!.GetValue<string>();
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var tool = Path.Combine(packages, "cyclonedx", version, "tools", "net10.0", "any");
        var context = new AssemblyLoadContext("CycloneDX", isCollectible: false);
        context.Resolving += (own, name) => File.Exists(Path.Combine(tool, $"{name.Name}.dll")) ? own.LoadFromAssemblyPath(Path.Combine(tool, $"{name.Name}.dll")) : null;
        var core = context.LoadFromAssemblyPath(Path.Combine(tool, "CycloneDX.Core.dll"));
        var versions = core.GetType("CycloneDX.SpecificationVersion", throwOnError: true)!;
        var validate = core.GetType("CycloneDX.Json.Validator", throwOnError: true)!.GetMethod("Validate", BindingFlags.Public | BindingFlags.Static, [typeof(string), versions])!;
        var result = validate.Invoke(null, [bill, Enum.Parse(versions, "v1_6")])!;
        if ((bool)result.GetType().GetProperty("Valid")!.GetValue(result)!)
            return [];
        return [.. ((IEnumerable<string>?)result.GetType().GetProperty("Messages")!.GetValue(result) ?? []).Append("not valid")];
    }
}
