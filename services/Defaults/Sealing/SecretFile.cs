using System.Runtime.InteropServices;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>Files that only their owner may read, and that appear whole or not at all.</summary>
internal static class SecretFile
{
    /// <summary>Creates the file unless it exists; false when somebody was faster.</summary>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content)
    {
        var draft = Draft(path, content);
        try
        {
            return OperatingSystem.IsWindows() ? TryMove(draft, path) : TryLink(draft, path);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Leaves nothing of what stood in it, as far as the file system writes in place.</summary>
    public static void Overwrite(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write);
        stream.Write(new byte[stream.Length]);
        stream.Flush(flushToDisk: true);
    }

    public static void Replace(string path, ReadOnlySpan<byte> content) => File.Move(Draft(path, content), path, overwrite: true);

    private static bool TryMove(string draft, string path)
    {
        try
        {
            File.Move(draft, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    /// <summary>A second name for the draft, which the kernel gives only if nobody has it: <c>File.Move</c> looks first and moves then, and two may look at once.</summary>
    private static bool TryLink(string draft, string path)
    {
        const int Exists = 17;
        if (Link(draft, path) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == Exists
            ? false
            : throw new IOException($"The key file {path} cannot be created: {Marshal.GetPInvokeErrorMessage(error)}. The key folder must lie on a file system with hard links.");
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    private static string Draft(string path, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}.{Guid.NewGuid():N}");
        using var file = new FileStream(draft, options);
        file.Write(content);
        file.Flush(flushToDisk: true);
        return draft;
    }
}
