using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaimsTransfer.Isolation.Tests;

/// <summary>The transports on RabbitMQ by the names that the settings know them by. Whoever is let in, and to what, does not depend on which it is.</summary>
internal static class Transports
{
    public const string Default = MassTransit;
    public const string MassTransit = "MassTransit";
    public const string Native = "Native";

    public static RabbitMqTransport Open(Installation installation, string name, TimeProvider? time = null, ILoggerFactory? loggers = null) =>
        (RabbitMqTransport)TransportFactory.Create(installation with { Instance = name }, time ?? TimeProvider.System, loggers ?? NullLoggerFactory.Instance);
}
