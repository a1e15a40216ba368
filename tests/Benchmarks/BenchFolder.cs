namespace ClaimsTransfer.Benchmarks;

/// <summary>The folder given, or a temporary one that goes with the run.</summary>
internal sealed class BenchFolder : IDisposable
{
    private readonly bool _temporary;

    public BenchFolder(string? given)
    {
        _temporary = given is null;
        Path = given is null ? Directory.CreateTempSubdirectory("claims-bench-").FullName : Directory.CreateDirectory(given).FullName;
        // The servers run under accounts of their own when we are root, and pass through here.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public string Path { get; }

    public void Dispose()
    {
        if (_temporary)
            Directory.Delete(Path, recursive: true);
    }
}
