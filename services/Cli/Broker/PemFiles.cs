using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Broker;

/// <summary>A certificate and its key, each in a file of its own. A key is for its owner's eyes from its first byte on, and nobody ever reads half a file.</summary>
internal static class PemFiles
{
    public static void Write(string certificateFile, X509Certificate2 certificate, string keyFile, ECDsa key)
    {
        SecretText.Write(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        SecretText.Write(certificateFile, certificate.ExportCertificatePem() + "\n", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }
}
