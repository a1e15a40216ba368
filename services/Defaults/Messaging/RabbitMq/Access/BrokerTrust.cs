using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;

/// <summary>Whether the broker is the one we mean, judged by its certificate; what speaks against it is kept as a sentence, which the handshake's own error is not.</summary>
/// <param name="authorityFile">PEM; empty: whom the machine trusts.</param>
internal sealed class BrokerTrust(string authorityFile, string host, TimeProvider time)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2Collection? authorities = Load(authorityFile);

    /// <summary>Null: nothing speaks against it, or it was not asked yet.</summary>
    public string? Fault { get; private set; }

    /// <summary>Until when the certificate that was presented is good.</summary>
    public DateTimeOffset? Until { get; private set; }

    public bool Accepts(object sender, X509Certificate? presented, X509Chain? machine, SslPolicyErrors errors)
    {
        if (presented is not X509Certificate2 certificate)
        {
            Fault = "The broker presented no certificate.";
            return false;
        }
        Until = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        Fault = IssuerFault(certificate, machine, errors) ?? NameFault(certificate, errors);
        return Fault is null;
    }

    private string? IssuerFault(X509Certificate2 certificate, X509Chain? machine, SslPolicyErrors errors)
    {
        var found = authorities is null
            ? errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? machine?.ChainStatus ?? [] : []
            : StatusByOurs(certificate, machine);
        var now = time.GetUtcNow();
        if (found.Any(status => status.Status is not (X509ChainStatusFlags.NoError or X509ChainStatusFlags.NotTimeValid)))
        {
            return authorities is null
                ? $"{Named(certificate)} was issued by '{Name(certificate.IssuerName)}', whom this machine does not trust. Name the CA's file: Claims:BrokerCa=/etc/claims/tls/ca.pem"
                : $"{Named(certificate)} was not issued by the CA in Claims:BrokerCa ('{authorityFile}': {string.Join(", ", authorities.Select(one => $"'{Name(one.SubjectName)}'"))}) but by "
                    + $"'{Name(certificate.IssuerName)}'. Either that is not our broker, or the file is not the CA's, or an old one ({string.Join(", ", found.Select(status => status.Status).Distinct())}).";
        }
        if (Until < now)
            return $"{Named(certificate)} expired on {At(Until.Value)}. Renew it on the broker; nothing is to be changed here.";
        var from = new DateTimeOffset(certificate.NotBefore.ToUniversalTime());
        if (from > now)
            return $"{Named(certificate)} is good only from {At(from)}, and it is {At(now)} here. Look at both machines' clocks.";
        return found.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid)
            ? $"{Named(certificate)} is good, but a CA above it is not at {At(now)}. Renew the CA's certificate and give everybody the new Claims:BrokerCa."
            : null;
    }

    private X509ChainStatus[] StatusByOurs(X509Certificate2 certificate, X509Chain? machine)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities!);
        if (machine is not null)
            chain.ChainPolicy.ExtraStore.AddRange(machine.ChainPolicy.ExtraStore);
        // A CA of our own publishes no lists; a user that is taken from the broker is out at once.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        return chain.Build(certificate) ? [] : chain.ChainStatus;
    }

    private string? NameFault(X509Certificate2 certificate, SslPolicyErrors errors) =>
        errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"{Named(certificate)} is for {string.Join(", ", Names(certificate))}, not for '{host}'. Use one of these names in Claims:Broker, or have the certificate issued for '{host}' too."
            : null;

    private static IEnumerable<string> Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select((IPAddress address) => address.ToString()))).ToList();
        return names.Count > 0 ? names.Select(name => $"'{name}'") : ["no host name at all"];
    }

    private static X509Certificate2Collection? Load(string file)
    {
        if (file.Length == 0)
            return null;
        var read = new X509Certificate2Collection();
        try
        {
            read.ImportFromPemFile(file);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new BrokerRefusedException($"Claims:BrokerCa names '{file}', which cannot be read: {fault.Message}", fault);
        }
        return read.Count > 0 ? read : throw new BrokerRefusedException($"Claims:BrokerCa names '{file}', which holds no certificate in PEM (-----BEGIN CERTIFICATE-----).");
    }

    private static string Named(X509Certificate2 certificate) => $"The broker's certificate '{Name(certificate.SubjectName)}'";

    private static string Name(X500DistinguishedName name) => name.Name;

    internal static string At(DateTimeOffset moment) => $"{moment.UtcDateTime:yyyy-MM-dd HH:mm} UTC";
}
