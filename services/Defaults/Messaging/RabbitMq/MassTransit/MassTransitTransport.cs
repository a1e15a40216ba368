using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.MassTransit;

/// <summary>RabbitMQ by MassTransit: one bus publishes and one consumes, for a bus has one connection.</summary>
public sealed class MassTransitTransport : RabbitMqTransport
{
    private readonly MassTransitBus consumer;
    private int endpoints;

    private MassTransitTransport(
        BrokerAccess access, (MassTransitBus Bus, BrokerConnection Connection) publishing, (MassTransitBus Bus, BrokerConnection Connection) consuming, string? management,
        TimeProvider time, ILogger logger)
        : base(
            access, publishing.Connection, consuming.Connection,
            declarations => new MassTransitPublisher(publishing.Bus, publishing.Connection, declarations, access.User, time, logger), management, time, logger) => consumer = consuming.Bus;

    /// <inheritdoc cref="Open(BrokerAccess, string, TimeProvider, ILoggerFactory, string?)"/>
    /// <param name="uri"><c>amqp(s)://user:password@host:port/vhost</c></param>
    public static MassTransitTransport Open(string uri, string name, TimeProvider time, ILoggerFactory loggers, string? management = null) =>
        Open(BrokerAccess.To(uri, time), name, time, loggers, management);

    /// <summary>Connects at the first use; a broker that is away then is waited for, and one that refuses us, or that we cannot trust, is not.</summary>
    /// <param name="name">Shown beside our connections in the broker's management.</param>
    /// <param name="management">Of the management plugin, which alone can list the broker's queues; null: only the queues we know of are found.</param>
    public static MassTransitTransport Open(BrokerAccess access, string name, TimeProvider time, ILoggerFactory loggers, string? management = null)
    {
        var logger = loggers.CreateLogger<MassTransitTransport>();
        (MassTransitBus, BrokerConnection) For(string what)
        {
            var bus = new MassTransitBus(access, $"{name}, {what}", time);
            return (bus, new BrokerConnection($"{name}, {what}", bus.ConnectAsync, logger, bus.DisposeAsync));
        }
        return new MassTransitTransport(access, For("publishing"), For("consuming"), management, time, logger);
    }

    /// <summary>MassTransit knows its endpoints by name, and a queue may have two consumers here.</summary>
    private protected override async Task<ConsumerSession> OpenAsync(BrokerConnection connection, Consumption consumption, CancellationToken cancellation)
    {
        await connection.GetAsync(cancellation);
        return await EndpointSession.OpenAsync(consumer.Control, $"{consumption.Queue.Name}-{Interlocked.Increment(ref endpoints)}", consumption, cancellation);
    }
}
