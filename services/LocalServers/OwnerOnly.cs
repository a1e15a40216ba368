namespace ClaimsTransfer.LocalServers;

/// <summary>What is secret: only its owner may read it, from the first byte on.</summary>
internal static class OwnerOnly
{
    public static async Task WriteAsync(string path, string text, CancellationToken cancellation)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(text.AsMemory(), cancellation);
    }

    /// <summary>Copied, it has lost what keeps others out; the servers refuse it so.</summary>
    public static void Keep(string path)
    {
        const UnixFileMode Others = (UnixFileMode)0b000_111_111;
        if (!OperatingSystem.IsWindows() && Path.Exists(path) && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) & ~Others);
    }
}
