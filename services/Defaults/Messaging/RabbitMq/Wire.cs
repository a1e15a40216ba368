using System.Globalization;
using System.Text;
using ClaimsTransfer.Defaults.Telemetry;
using RabbitMQ.Client;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>A publication as the broker takes it; kept until confirmed, so that the same can be sent again.</summary>
internal sealed record Publication(string Exchange, string RoutingKey, BasicProperties Properties, ReadOnlyMemory<byte> Body);

/// <summary>Between our messages and AMQP's properties and headers.</summary>
internal static class Wire
{
    /// <summary>Who said it first, on a message that one of ours passes on: its own user stands in the property that the broker vouches for.</summary>
    public const string SenderHeader = "x-claims-sender";

    private const string TraceParent = "traceparent";

    /// <summary>
    /// How often the broker has delivered a message before. From RabbitMQ 4.3 on the first counts failures only, and the second what the first did before: every delivery.
    /// </summary>
    private static readonly string[] Counts = ["x-delivery-count", "x-acquired-count"];

    public static Publication Publish(OutgoingMessage message)
    {
        var properties = Properties(message.Name, message.MessageId.ToString(), message.TraceParent);
        if (message.Sender is not null)
            (properties.Headers ??= new Dictionary<string, object?>(StringComparer.Ordinal))[SenderHeader] = message.Sender;
        return new Publication(message.Name, message.RoutingKey, properties, message.Body);
    }

    /// <summary>Straight to a queue, past the exchange it once came by: its name and its sender travel in headers.</summary>
    /// <param name="exchange">That leads to the queue; "" is the broker's own.</param>
    public static Publication ToQueue(string exchange, string queue, Delivery delivery, FaultNote? fault = null)
    {
        var properties = Properties(delivery.Name, delivery.MessageId, delivery.TraceParent);
        properties.Headers ??= new Dictionary<string, object?>(StringComparer.Ordinal);
        properties.Headers[FaultNote.NameHeader] = delivery.Name;
        properties.Headers[SenderHeader] = delivery.Sender ?? BrokerUsers.Nobody;
        if (fault is not null)
        {
            properties.Headers[FaultNote.TypeHeader] = fault.Type;
            properties.Headers[FaultNote.TextHeader] = fault.Text;
            properties.Headers[FaultNote.FailedAtHeader] = fault.FailedAt.ToString("O", CultureInfo.InvariantCulture);
            properties.Headers[FaultNote.QueueHeader] = fault.Queue;
        }
        return new Publication(exchange, queue, properties, delivery.Body);
    }

    /// <summary>With everything that others wrote on it; what the broker counted begins anew.</summary>
    /// <param name="exchange">That leads to the queue; "" is the broker's own.</param>
    public static Publication Again(string exchange, string queue, Delivery delivery, IReadOnlyBasicProperties properties)
    {
        var headers = new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>(), StringComparer.Ordinal)
        {
            [FaultNote.NameHeader] = delivery.Name, [SenderHeader] = delivery.Sender ?? BrokerUsers.Nobody,
        };
        foreach (var count in Counts)
            headers.Remove(count);
        var again = new BasicProperties(properties) { DeliveryMode = DeliveryModes.Persistent, Headers = headers };
        // Whoever publishes it now is somebody else.
        again.ClearUserId();
        return new Publication(exchange, queue, again, delivery.Body);
    }

    /// <param name="body">The caller's to keep.</param>
    public static Delivery Read(string exchange, string routingKey, bool redelivered, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body) => new(
        NameOf(exchange, routingKey, properties), properties.MessageId, body, JourneySpans.Valid(Text(properties, TraceParent)), Attempts(redelivered, properties))
    {
        Sender = SenderOf(properties),
        Fault = FaultHeaders.Read(properties),
        Headers = FaultHeaders.IsFault(properties) ? FaultHeaders.Texts(properties) : null,
    };

    private static BasicProperties Properties(string name, string? messageId, string? traceParent)
    {
        var properties = new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent, Type = name };
        if (messageId is not null)
            properties.MessageId = messageId;
        if (traceParent is not null)
            properties.Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { [TraceParent] = traceParent };
        return properties;
    }

    /// <summary>A vendor speaks for itself, whatever the header says; nobody else is believed but our own users, who pass on what others said.</summary>
    private static string? SenderOf(IReadOnlyBasicProperties properties) =>
        properties.UserId is { Length: > 0 } user && !BrokerUsers.IsVendor(user) ? Text(properties, SenderHeader) ?? user : properties.UserId;

    private static string NameOf(string exchange, string routingKey, IReadOnlyBasicProperties properties)
    {
        // MassTransit puts what failed on an exchange that is called as the queue: that is not the message's name.
        if (exchange is not ("" or Topology.DeadLetterExchange or Topology.QueuesExchange) && !exchange.StartsWith($"{Topology.QueuesExchange}.", StringComparison.Ordinal)
            && !DeadLetterQueueName.Fits(exchange))
            return exchange;
        return Text(properties, FaultNote.NameHeader) ?? Text(properties, "x-first-death-exchange") ?? properties.Type ?? (routingKey.Length > 0 ? routingKey : exchange);
    }

    /// <summary>Only the broker's own counts, whole numbers: whoever publishes may write anything there, and what cannot be read here would end the consumer.</summary>
    private static int Attempts(bool redelivered, IReadOnlyBasicProperties properties)
    {
        var counted = Counts.Select(count => properties.Headers?.TryGetValue(count, out var value) == true && value is long or int or short or byte
            ? (int?)Math.Clamp(Convert.ToInt64(value, CultureInfo.InvariantCulture), 0, int.MaxValue)
            : null).Max();
        return counted ?? (redelivered ? 1 : 0);
    }

    internal static string? Text(IReadOnlyBasicProperties properties, string header)
    {
        if (properties.Headers is null || !properties.Headers.TryGetValue(header, out var value))
            return null;
        var text = value switch
        {
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            string already => already,
            _ => "",
        };
        // No database keeps it, and no name has one.
        text = text.Replace('\0', ' ');
        return text.Length > 0 ? text : null;
    }
}
