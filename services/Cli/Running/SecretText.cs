using System.Text;

namespace ClaimsTransfer.Cli.Running;

/// <summary>A file that only its owner may read, unless it is said otherwise, from its first byte on; and that is whole or not there.</summary>
internal static class SecretText
{
    private const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Write(string file, string text, UnixFileMode mode = Owners)
    {
        var made = $"{file}.new";
        // One that was left there by others, or by a crash, has its own mode.
        File.Delete(made);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        using (var writer = new StreamWriter(made, new UTF8Encoding(false), options))
            writer.Write(text);
        File.Move(made, file, overwrite: true);
    }

    public static void OwnerOnly(string file)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, Owners);
    }
}
