using System.Xml.Linq;

namespace ClaimsTransfer.Architecture;

/// <summary>A project file, read as XML: what it says it references, before any build.</summary>
public sealed record Project(string Path)
{
    private readonly XDocument _file = XDocument.Load(Repository.PathOf(Path));

    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The folders of the projects it references, from the root: <c>contracts/Messages</c>.</summary>
    public IReadOnlyList<string> References => Included("ProjectReference")
        .Select(reference => System.IO.Path.GetRelativePath(Repository.Root, Repository.PathOf(System.IO.Path.Combine(Folder, reference))))
        .Select(reference => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(reference, "/"))!.Replace('\\', '/').TrimStart('/'))
        .ToList();

    public IReadOnlyList<string> Packages => Included("PackageReference").ToList();

    public string? Property(string name) => _file.Descendants(name).LastOrDefault()?.Value;

    public bool IsIn(string folder) => Path.StartsWith($"{folder}/", StringComparison.Ordinal);

    public override string ToString() => Folder;

    /// <summary>Without those of the templates, which become somebody else's.</summary>
    public static IReadOnlyList<Project> All { get; } =
        new[] { "contracts", "services", "tests" }.SelectMany(folder => Repository.FilesUnder(folder, "*.csproj"))
            .Where(path => !path.StartsWith("contracts/Templates/content/", StringComparison.Ordinal)).Select(path => new Project(path)).ToList();

    public static IReadOnlyList<Project> Services { get; } = All.Where(project => project.IsIn("services")).ToList();

    private IEnumerable<string> Included(string item) =>
        _file.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();
}
