namespace ClaimsTransfer.Prisme.Transport;

/// <summary>A folder for one file, for this user alone, that goes with it.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly string path;

    public WorkFolder(string parent)
    {
        path = Path.Combine(parent.Length > 0 ? parent : Path.GetTempPath(), $"claims-prisme-{Path.GetRandomFileName()}");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string PathOf(string name) => Path.Combine(path, name);

    public void Dispose() => Directory.Delete(path, recursive: true);
}
