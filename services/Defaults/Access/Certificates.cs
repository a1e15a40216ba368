using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;

namespace ClaimsTransfer.Defaults.Access;

/// <summary>
/// The installation's certificates as HTTP uses them: the same by which its services log in at the broker. The files are read again when they have changed, so that a
/// renewed certificate needs no restart.
/// </summary>
public sealed class Certificates(Installation installation, TimeProvider time)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private readonly Lock _reading = new();
    private (DateTime Written, X509Certificate2 Certificate)? _own;

    /// <summary>Null: this service has none.</summary>
    public X509Certificate2? Own
    {
        get
        {
            if (installation.BrokerCertificate.Length == 0)
                return null;
            lock (_reading)
            {
                var written = Latest(installation.BrokerCertificate, installation.BrokerKey);
                // The one before is not disposed of: connections that stand may still show it.
                if (_own?.Written != written)
                    _own = (written, BrokerIdentity.Load(installation.BrokerCertificate, installation.BrokerKey).Certificate);
                return _own.Value.Certificate;
            }
        }
    }

    /// <summary>How a server's certificate is judged by us; null: as the machine does, because no CA of our own is named.</summary>
    public X509ChainPolicy? ServerPolicy => installation.BrokerCa.Length == 0 ? null : OurPolicy(new Oid("1.3.6.1.5.5.7.3.1"));

    /// <returns>The common name of a client's certificate that comes from our CA and is good now; null: it is not, or no CA of our own is named.</returns>
    public string? NameOf(X509Certificate2 presented)
    {
        // Whom the machine trusts vouches for a server's name, and for no user of ours.
        if (installation.BrokerCa.Length == 0)
            return null;
        using var chain = new X509Chain { ChainPolicy = OurPolicy(new Oid(ClientAuthentication)) };
        return chain.Build(presented) ? CommonNameOf(presented) : null;
    }

    /// <summary>The common name of <see cref="Own"/>: our user at the broker; null: this service has no certificate.</summary>
    public string? OwnName => Own is { } own ? CommonNameOf(own) : null;

    private static string? CommonNameOf(X509Certificate2 certificate) =>
        BrokerIdentity.CommonNames(certificate) is [{ Length: > 0 } only] ? only : null;

    private X509ChainPolicy OurPolicy(Oid use)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // A CA of our own publishes no lists.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = time.GetUtcNow().UtcDateTime,
        };
        policy.ApplicationPolicy.Add(use);
        policy.CustomTrustStore.ImportFromPemFile(installation.BrokerCa);
        return policy;
    }

    private static DateTime Latest(string certificate, string key)
    {
        var (one, other) = (File.GetLastWriteTimeUtc(certificate), key.Length > 0 ? File.GetLastWriteTimeUtc(key) : DateTime.MinValue);
        return one > other ? one : other;
    }
}
