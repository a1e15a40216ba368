using System.Net.Sockets;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;

/// <summary>Says of a connection that failed why it did, and what is to be done, where waiting would not help.</summary>
internal sealed record BrokerRefusal(BrokerAccess Access, BrokerTrust Trust, BrokerIdentity? Identity)
{
    /// <summary>Null: the broker is away, as far as anybody can tell.</summary>
    public async Task<BrokerRefusedException?> OfAsync(Exception failure, CancellationToken cancellation) =>
        await TextAsync(failure, [.. BrokerProbe.All(failure)], cancellation) is { } text ? new BrokerRefusedException($"{Access.Shown}: {text}", failure) : null;

    /// <summary>What the broker says of a login; the client wraps it more than once.</summary>
    public static string? OfLogin(BrokerAccess access, IReadOnlyCollection<Exception> faults)
    {
        // Its sibling, a possible failure, is what the client makes of a broker that goes down in the middle of a login.
        if (faults.Any(fault => fault is AuthenticationFailureException))
        {
            return access.LogsInByCertificate
                ? $"the broker has no user '{access.User}', or one that may not log in by certificate. The certificate's common name (CN) must be the name of a broker user: "
                    + "make the user (claims broker definitions), or use the certificate of one that is there."
                : $"the broker refuses the user '{access.User}' with this password. Look at both in Claims:Broker, amqps://USER:PASSWORD@host:5671/vhost; special characters are written as %2F.";
        }
        if (faults.Any(fault => fault.Message.Contains("authentication mechanism found", StringComparison.Ordinal)))
        {
            return access.LogsInByCertificate
                ? "the broker offers no login by certificate (SASL EXTERNAL). On the broker: rabbitmq-plugins enable rabbitmq_auth_mechanism_ssl, and auth_mechanisms.1 = EXTERNAL in rabbitmq.conf."
                : "the broker offers no login by password (SASL PLAIN). Leave user and password out of Claims:Broker and name a certificate: Claims:BrokerCertificate.";
        }
        // A limit and a virtual host that is still coming up pass by themselves.
        return faults.OfType<OperationInterruptedException>().Select(fault => fault.ShutdownReason).FirstOrDefault(why => why?.ReplyCode == Constants.NotAllowed)?.ReplyText is { } told
            && !told.Contains("limit", StringComparison.Ordinal) && !told.Contains("is down", StringComparison.Ordinal)
                ? $"the broker does not let '{access.User}' into the virtual host '{access.VirtualHost}': {told}. Make the host, give the user permissions in it, or name another behind the port in Claims:Broker."
                : null;
    }

    private async Task<string?> TextAsync(Exception failure, IReadOnlyCollection<Exception> faults, CancellationToken cancellation)
    {
        if (Trust.Fault is { } untrusted)
            return untrusted;
        if (OfLogin(Access, faults) is { } login)
            return login;
        // Nobody there: not listening yet, or the network. What hangs up on us may have a reason.
        if (faults.OfType<SocketException>().Any(fault => fault.SocketErrorCode is not (SocketError.ConnectionReset or SocketError.ConnectionAborted)))
            return null;
        var speaks = await BrokerProbe.LanguageAsync(Access.Host, Access.Port, cancellation);
        if (!Access.IsTls)
            return speaks == BrokerProbe.Language.Tls ? $"the broker speaks TLS at this port, and nothing else. Write amqps:// instead of amqp:// in Claims:Broker: {Access.AsTls}" : null;
        if (speaks == BrokerProbe.Language.Amqp)
            return "the broker speaks no TLS at this port, only plain AMQP. TLS is most often at 5671 (listeners.ssl in rabbitmq.conf); nothing was said to it.";
        var alert = BrokerProbe.AlertIn(failure) ?? await BrokerProbe.AlertAsync(Access.Host, Access.Port, Trust, Identity, cancellation);
        return Trust.Fault ?? (alert is null ? null : OfAlert(alert));
    }

    private string OfAlert(string alert)
    {
        if (alert.StartsWith("protocol version", StringComparison.Ordinal))
            return "the broker offers neither TLS 1.2 nor 1.3 (ssl_options.versions in rabbitmq.conf).";
        if (Identity is null)
        {
            return $"the broker asks for a certificate of ours, and we have none ({alert}). Name it: Claims:BrokerCertificate=/etc/claims/tls/{Access.User}.pem and Claims:BrokerKey with its private key.";
        }
        var ours = $"the broker refuses our certificate '{Identity.User}' ({Identity.File})";
        return alert switch
        {
            "certificate expired" => $"{ours}: by its clock it has expired. It is good from {BrokerTrust.At(Identity.From)} until {BrokerTrust.At(Identity.Until)}; renew it, or set the clocks.",
            "unknown ca" or "bad certificate" =>
                $"{ours}: it does not know its issuer '{Identity.Certificate.Issuer}' ({alert}). Add that CA to ssl_options.cacertfile of the broker, or use a certificate issued by one that is in it.",
            "certificate revoked" => $"{ours}: it is revoked. Have a new one issued.",
            _ => $"{ours}: {alert}. Its log says more.",
        };
    }
}
