namespace ClaimsTransfer.Prisme.Transport;

/// <summary>A folder for one SFTP session's files, for this user alone. They hold personal data: overwritten and deleted at the end.</summary>
internal sealed class WorkFolder : IDisposable
{
    private const string Memory = "/dev/shm";

    private static readonly byte[] Zeros = new byte[65_536];

    private readonly string path;

    public WorkFolder(string parent)
    {
        var place = parent.Length > 0 ? parent : Directory.Exists(Memory) ? Memory : Path.GetTempPath();
        path = Path.Combine(place, $"claims-prisme-{Path.GetRandomFileName()}");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string PathOf(string name) => Path.Combine(path, name);

    public async Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await using var file = new FileStream(PathOf(name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        await file.WriteAsync(content, cancellation);
        return PathOf(name);
    }

    public void Dispose()
    {
        foreach (var file in Directory.EnumerateFiles(path))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.None);
            for (var left = stream.Length; left > 0; left -= Zeros.Length)
                stream.Write(Zeros, 0, (int)Math.Min(left, Zeros.Length));
        }

        Directory.Delete(path, recursive: true);
    }
}
