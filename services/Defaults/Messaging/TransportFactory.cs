using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging.Embedded;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.MassTransit;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Native;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>The transport that the settings name.</summary>
public static class TransportFactory
{
    public static ITransport Create(Installation installation, TimeProvider time, ILoggerFactory loggers)
    {
        if (installation.IsEmbeddedBroker)
            return EmbeddedTransport.Open(installation.Data, time, loggers);
        if (Uri.TryCreate(installation.Broker, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps")
        {
            var (access, name) = (BrokerAccess.Of(installation, time), $"claims-transfer {installation.Instance}");
            return installation.IsNativeTransport
                ? NativeTransport.Open(access, name, time, loggers, installation.BrokerManagement)
                : MassTransitTransport.Open(access, name, time, loggers, installation.BrokerManagement);
        }
        throw new InvalidOperationException(
            "The setting Claims:Broker (CLAIMS_BROKER) names no broker we know. Give 'embedded' or 'amqps://user:password@host:5671/vhost'.");
    }
}
