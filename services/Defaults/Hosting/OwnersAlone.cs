using System.Runtime.InteropServices;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>Folders and files of the embedded data: whatever the account's umask, nobody but their owner reads them, lists them or writes to them.</summary>
public static class OwnersAlone
{
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;
    private const UnixFileMode OwnersFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>From here on, whatever this process makes, by whichever library, is its owner's alone.</summary>
    public static void ByDefault()
    {
        if (!OperatingSystem.IsWindows())
            _ = Umask((uint)Others);
    }

    /// <summary>Made where it is missing. One that stands stays as it is: it may be more than ours, and the files in it are closed by themselves.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }
        // .NET gives the mode to the last folder only, and what the umask leaves to those above.
        if (!Directory.Exists(path) && Path.GetDirectoryName(Path.GetFullPath(path)) is { } above)
            MakeFolder(above);
        Directory.CreateDirectory(path, OwnersFolder);
    }

    /// <summary>To be written to; closed to others from its first byte on.</summary>
    public static FileStream Open(string path, FileMode mode, FileShare share, int bufferSize = 4096)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = share, BufferSize = bufferSize };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnersFile;
        return new FileStream(path, options);
    }

    /// <summary>Takes from everybody else what they may do with a file or folder.</summary>
    public static void Close(string path)
    {
        if (!OperatingSystem.IsWindows() && IsOpen(path))
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) & ~Others);
    }

    /// <summary>Whether anybody else may do anything with it.</summary>
    public static bool IsOpen(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;

    /// <summary>
    /// A database is made before SQLite would, and closed where a version before left it open, with what a crash left beside it. What SQLite makes beside it later has its mode.
    /// </summary>
    public static void MakeDatabase(string path)
    {
        foreach (var beside in new[] { path + "-wal", path + "-shm" }.Where(File.Exists))
            Close(beside);
        if (!File.Exists(path))
            Open(path, FileMode.Append, FileShare.ReadWrite | FileShare.Delete).Dispose();
        Close(path);
    }

    [DllImport("libc", EntryPoint = "umask")]
    private static extern uint Umask(uint mask);
}
