using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.Native;

/// <summary>RabbitMQ by its own client and nothing between: for whoever needs the last of the speed.</summary>
public sealed class NativeTransport : RabbitMqTransport
{
    private NativeTransport(BrokerAccess access, BrokerConnection publishing, BrokerConnection consuming, string? management, TimeProvider time, ILogger logger)
        : base(access, publishing, consuming, declarations => new NativePublisher(publishing, declarations, access.User, time, logger), management, time, logger)
    {
    }

    /// <inheritdoc cref="Open(BrokerAccess, string, TimeProvider, ILoggerFactory, string?)"/>
    /// <param name="uri"><c>amqp(s)://user:password@host:port/vhost</c></param>
    public static NativeTransport Open(string uri, string name, TimeProvider time, ILoggerFactory loggers, string? management = null) =>
        Open(BrokerAccess.To(uri, time), name, time, loggers, management);

    /// <summary>Connects at the first use; a broker that is away then is waited for, and one that refuses us, or that we cannot trust, is not.</summary>
    /// <param name="name">Shown beside our connections in the broker's management.</param>
    /// <param name="management">Of the management plugin, which alone can list the broker's queues; null: only the queues we know of are found.</param>
    public static NativeTransport Open(BrokerAccess access, string name, TimeProvider time, ILoggerFactory loggers, string? management = null)
    {
        var logger = loggers.CreateLogger<NativeTransport>();
        BrokerConnection For(string what) => new($"{name}, {what}", cancellation => access.ConnectAsync($"{name}, {what}", cancellation), logger);
        return new NativeTransport(access, For("publishing"), For("consuming"), management, time, logger);
    }

    private protected override async Task<ConsumerSession> OpenAsync(BrokerConnection connection, Consumption consumption, CancellationToken cancellation) =>
        await NativeSession.OpenAsync(await connection.GetAsync(cancellation), consumption, cancellation);
}
