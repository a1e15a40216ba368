using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;

/// <summary>The certificate by which the broker knows us: its common name is our user there.</summary>
public sealed class BrokerIdentity : IDisposable
{
    private const string CommonName = "2.5.4.3";

    private BrokerIdentity(X509Certificate2 certificate, string user, string file)
    {
        Certificate = certificate;
        User = user;
        File = file;
    }

    public X509Certificate2 Certificate { get; }

    public string User { get; }

    public string File { get; }

    public DateTimeOffset From => new(Certificate.NotBefore.ToUniversalTime());

    public DateTimeOffset Until => new(Certificate.NotAfter.ToUniversalTime());

    /// <param name="keyFile">Empty: the key stands in the certificate's file.</param>
    public static BrokerIdentity Load(string certificateFile, string keyFile)
    {
        var key = keyFile.Length > 0 ? keyFile : certificateFile;
        foreach (var (setting, file) in (ReadOnlySpan<(string, string)>)[("BrokerCertificate", certificateFile), ("BrokerKey", key)])
        {
            if (!System.IO.File.Exists(file))
                throw new BrokerRefusedException($"Claims:{setting} names '{file}', and there is no such file. Good: /etc/claims/tls/vendor-prisme{(setting == "BrokerKey" ? ".key" : ".pem")}");
        }
        try
        {
            var certificate = Usable(X509Certificate2.CreateFromPemFile(certificateFile, key));
            var names = CommonNames(certificate);
            return names is [{ Length: > 0 } user]
                ? new BrokerIdentity(certificate, user, certificateFile)
                : throw new BrokerRefusedException($"The certificate in '{certificateFile}' has {names.Count} common names. It needs one: the user's name at the broker, as in CN=vendor-prisme.");
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new BrokerRefusedException(
                $"'{certificateFile}' and '{key}' cannot be used as our certificate and its private key: {fault.Message} Both must be PEM, belong together, and the key be without a password.", fault);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new BrokerRefusedException($"'{certificateFile}' or '{key}' cannot be read by this process, which runs as {Environment.UserName}: {fault.Message} Give it to the account the service runs under, mode 0400.", fault);
        }
    }

    internal static IReadOnlyList<string?> CommonNames(X509Certificate2 certificate) =>
        [.. certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(name => !name.HasMultipleElements && name.GetSingleElementType().Value == CommonName).Select(name => name.GetSingleElementValue())];

    public void Dispose() => Certificate.Dispose();

    /// <summary>Windows gives TLS only keys that were imported.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
            return certificate;
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }
}
