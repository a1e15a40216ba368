using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClaimsTransfer.Cli.Broker;

/// <summary>A certificate and its key, each in a file of its own. A key is for its owner's eyes from its first byte on, and nobody ever reads half a file.</summary>
internal static class PemFiles
{
    public static void Write(string certificateFile, X509Certificate2 certificate, string keyFile, ECDsa key)
    {
        Write(keyFile, key.ExportPkcs8PrivateKeyPem(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write(certificateFile, certificate.ExportCertificatePem(), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    private static void Write(string file, string pem, UnixFileMode mode)
    {
        var next = $"{file}.next";
        File.Delete(next);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        using (var writer = new StreamWriter(next, options))
            writer.Write(pem + "\n");
        File.Move(next, file, overwrite: true);
    }
}
