namespace ClaimsTransfer.LocalServers;

/// <summary>Files that hold a password: only their owner may read them, from the first byte on.</summary>
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
}
