using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Broker;

/// <summary>A CA in two files, for development and tests: it issues the broker's certificate and those by which services and vendors log in.</summary>
/// <param name="serial">Draws sixteen bytes, another sixteen every time.</param>
internal sealed class CertificateAuthority(X509Certificate2 certificate, TimeProvider time, Func<byte[]> serial) : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan Life = TimeSpan.FromDays(5 * 365);

    /// <summary>Clocks differ a little.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    public DateTimeOffset Until => new(certificate.NotAfter.ToUniversalTime());

    /// <summary>The one in the files, or a new one.</summary>
    public static (CertificateAuthority Authority, bool IsNew) In(string certificateFile, string keyFile, TimeProvider time, Func<byte[]> serial)
    {
        if (!File.Exists(certificateFile) && !File.Exists(keyFile))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var made = Make(key, time.GetUtcNow(), serial);
            PemFiles.Write(certificateFile, made, keyFile, key);
            return (new CertificateAuthority(made.CopyWithPrivateKey(key), time, serial), true);
        }
        try
        {
            var known = new CertificateAuthority(X509Certificate2.CreateFromPemFile(certificateFile, keyFile), time, serial);
            return known.Until > time.GetUtcNow()
                ? (known, false)
                : throw new CommandFailure(
                    $"The CA in {certificateFile} expired on {known.Until.UtcDateTime:yyyy-MM-dd}.", "Remove it and its key, make everything anew, and give everybody the new ca.pem before the new certificates.");
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or FileNotFoundException)
        {
            throw new CommandFailure($"{certificateFile} and {keyFile} are not a CA's certificate and its key: {fault.Message}", "Put both back, or remove both: a new CA is made then, which nobody trusts yet.");
        }
    }

    /// <summary>Whether it comes from here, is good for a third of its life yet, and is for the hosts.</summary>
    public bool StillServes(X509Certificate2 issued, IReadOnlyCollection<string> hosts)
    {
        var (from, until) = (issued.NotBefore.ToUniversalTime(), issued.NotAfter.ToUniversalTime());
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        var named = issued.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString()))).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return chain.Build(issued) && until - time.GetUtcNow().UtcDateTime > (until - from) / 3 && named.IsSupersetOf(hosts);
    }

    /// <summary>For whoever logs in as <paramref name="user"/>, and is called by these names and addresses; by none: it calls, and is not called.</summary>
    public DateTimeOffset IssueUser(string user, IReadOnlyCollection<string> hosts, TimeSpan life, string certificateFile, string keyFile) =>
        Issue(user, hosts, hosts.Count > 0 ? [ClientAuthentication, ServerAuthentication] : [ClientAuthentication], life, certificateFile, keyFile);

    /// <summary>For a broker that is reached by these names and addresses.</summary>
    public DateTimeOffset IssueServer(IReadOnlyCollection<string> hosts, TimeSpan life, string certificateFile, string keyFile) =>
        Issue(hosts.First(), hosts, [ServerAuthentication], life, certificateFile, keyFile);

    public void Dispose() => certificate.Dispose();

    private DateTimeOffset Issue(string name, IReadOnlyCollection<string> hosts, IReadOnlyCollection<string> uses, TimeSpan life, string certificateFile, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Named(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. uses.Select(use => new Oid(use))], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (hosts.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var host in hosts)
            {
                if (IPAddress.TryParse(host, out var address))
                    names.AddIpAddress(address);
                else
                    names.AddDnsName(host);
            }
            request.CertificateExtensions.Add(names.Build());
        }
        var now = time.GetUtcNow();
        var from = Later(now - Skew, new DateTimeOffset(certificate.NotBefore.ToUniversalTime()));
        // Nothing outlives the CA it comes from.
        var until = now + life < Until ? now + life : Until;
        using var issued = request.Create(certificate, from, until, serial());
        PemFiles.Write(certificateFile, issued, keyFile, key);
        return new DateTimeOffset(issued.NotAfter.ToUniversalTime());
    }

    private static X509Certificate2 Make(ECDsa key, DateTimeOffset now, Func<byte[]> serial)
    {
        var request = new CertificateRequest(Named("ClaimsTransfer development CA"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - Skew, now + Life, serial());
    }

    private static X500DistinguishedName Named(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        return builder.Build();
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
