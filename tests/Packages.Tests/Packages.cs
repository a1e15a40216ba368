using System.Reflection;
using System.Xml.Linq;

namespace ClaimsTransfer.Packages.Tests;

/// <summary>The packages that vendors get, made once for all tests, in a folder that goes with them.</summary>
[SetUpFixture]
public sealed class Packages
{
    /// <summary>Where a vendor would have put what it was given, and everything that making and using the packages leaves behind.</summary>
    public static string Folder { get; private set; } = "";

    public static string Given => Path.Combine(Folder, "packages");

    public static string Root { get; } = FindRoot();

    /// <summary>As the build says it.</summary>
    public static string Version { get; } = XDocument.Load(Path.Combine(Root, "deploy/build/Version.props")).Descendants("Version").Single().Value;

    [OneTimeSetUp]
    public async Task MakeAsync()
    {
        Folder = Directory.CreateTempSubdirectory("claims-packages-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101); // The kit's RabbitMQ may run as a user of its own.
        var configuration = typeof(Packages).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        await Shell.RunAsync(
            $"dotnet msbuild deploy/build/Pack.proj -v:q -nologo -p:NoBuild=true -p:Configuration={configuration} -p:To='{Given}'", Root, new Dictionary<string, string>(StringComparer.Ordinal), TimeSpan.FromMinutes(3));
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(Folder, recursive: true);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ClaimsTransfer.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("No ClaimsTransfer.sln above the test's folder.");
    }
}
