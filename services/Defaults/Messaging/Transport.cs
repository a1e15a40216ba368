using System.Net;

namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>A message on its way out. <paramref name="Name"/> is the exchange; the body is UTF-8 JSON without an envelope.</summary>
/// <param name="MessageId">Becomes the AMQP <c>message_id</c>; the sender chooses the same again when it sends again.</param>
/// <param name="RoutingKey">The municipality for <c>transfer-claim</c> and for what a connector says; empty otherwise.</param>
/// <param name="TraceParent">W3C trace context of the claim's journey, carried through every hop.</param>
public sealed record OutgoingMessage(
    string Name, Guid MessageId, ReadOnlyMemory<byte> Body, string RoutingKey = "", string? TraceParent = null)
{
    /// <summary>Who said it first, where it is passed on; see <see cref="Delivery.Sender"/>.</summary>
    public string? Sender { get; init; }
}

/// <summary>A message as the broker delivered it. Nothing of it can be trusted before it is read.</summary>
/// <param name="Name">The exchange it was published to: the message's name.</param>
/// <param name="MessageId">AMQP <c>message_id</c>, where the sender set one.</param>
/// <param name="Attempts">How often the broker has delivered it before, as far as it counts; 0 the first time.</param>
public sealed record Delivery(
    string Name, string? MessageId, ReadOnlyMemory<byte> Body, string? TraceParent = null, int Attempts = 0)
{
    /// <summary>
    /// The broker's user who sent it, for which the broker vouches; one of ours that passes a message on names who said it first. Null: nobody is vouched for, as everywhere on
    /// the embedded broker.
    /// </summary>
    public string? Sender { get; init; }

    /// <summary>On a dead-letter queue: why it stands there, as far as its headers say.</summary>
    public FaultNote? Fault { get; init; }

    /// <summary>On a dead-letter queue: its headers as text, bounded, for whoever looks into it.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}

/// <summary>A delivery that its handler cannot handle, ever: it goes to the queue's error queue, alone.</summary>
public sealed record DeadLetter(Delivery Delivery, Exception Cause)
{
    /// <summary>What lies on the error queue: the body, or what the handler puts in its place because the body must not lie there in the clear.</summary>
    public ReadOnlyMemory<byte> KeptBody { get; init; } = Delivery.Body;
}

/// <summary>
/// Handles a batch. Returning acknowledges every delivery, the dead letters among them after they were put on the error queue (confirmed).
/// Throwing gives the whole batch back to the broker. Most handlers stand behind <see cref="BatchConsumer"/>, which retries what is transient
/// and finds the one culprit.
/// </summary>
public delegate Task<IReadOnlyList<DeadLetter>> BatchHandler(IReadOnlyList<Delivery> batch, CancellationToken cancellation);

/// <summary>Publishes; returns when the broker has confirmed every message, throws when it has not.</summary>
public interface IPublisher
{
    Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation);
}

/// <summary>Transport: in-process for the embedded default, RabbitMQ otherwise. At-least-once, confirmed, durable on both.</summary>
public interface ITransport : IPublisher, IAsyncDisposable
{
    /// <summary>Declares the queue with its error queue and bindings, then delivers batches to the handler.</summary>
    Task<ISubscription> SubscribeAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation);

    /// <summary>Declares exchanges, queues, error queues and bindings, so that nothing published before their consumers start is lost. Idempotent.</summary>
    Task DeclareAsync(IReadOnlyList<QueueDefinition> queues, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Binds queues that exist, and takes back bindings they must not have (any more). For whoever consumes them.</summary>
    Task RebindAsync(IReadOnlyList<QueueBinding> bound, IReadOnlyList<QueueBinding> unbound, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>The broker's user this process is; null where there are none.</summary>
    string? User => null;

    /// <summary>Where the broker is, for spans and figures; null: in this process.</summary>
    DnsEndPoint? Broker => null;

    /// <summary>Whether vendors run connectors of their own on it: then what each says waits on a queue of its own.</summary>
    bool SeparatesVendors => false;

    /// <summary>Messages ready and unacknowledged on a queue, for health, metrics and the live view; null when there is no such queue.</summary>
    Task<long?> DepthAsync(string queue, CancellationToken cancellation);

    /// <summary>Whether messages can be published and consumed now.</summary>
    bool IsHealthy { get; }
}

/// <summary>A running consumer of one queue.</summary>
public interface ISubscription : IAsyncDisposable
{
    /// <summary>Stops taking messages; what is in hand is finished. The backlog stays on the queue.</summary>
    Task PauseAsync(CancellationToken cancellation);

    Task ResumeAsync(CancellationToken cancellation);

    /// <summary>Whether the broker knows this consumer; false while paused or disconnected.</summary>
    bool IsConsuming { get; }
}

/// <summary>A queue and how it is consumed. Its error queue is <c>NAME_error</c>.</summary>
/// <param name="Bindings">The exchanges it listens to, each with a routing key ("" for fanout exchanges, <see cref="Topology.EveryKey"/> for all of a topic exchange).</param>
public sealed record QueueDefinition(string Name, IReadOnlyList<Binding> Bindings)
{
    /// <summary>At most so many deliveries to one call of the handler.</summary>
    public int BatchSize { get; init; } = 200;

    /// <summary>How long a batch waits to become full.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How many batches are handled at a time.</summary>
    public int Concurrency { get; init; } = 2;

    /// <summary>How long a shutdown waits for batches in hand before it gives them back.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);
}

public sealed record Binding(string Exchange, string RoutingKey = "");
