using System.Collections.Concurrent;
using System.Net;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>
/// RabbitMQ 3.10 to 4.x: quorum queues, persistent messages, every publish confirmed, nothing unroutable lost. One connection publishes and one consumes,
/// so that a broker which blocks publishers still takes acknowledgements. Who makes the connections, sends and receives is said by what derives from it.
/// </summary>
public abstract partial class RabbitMqTransport : ITransport, IQueues, IDeadLetterQueues, IErrorQueues
{
    private static readonly TimeSpan LookAtCertificatesEvery = TimeSpan.FromHours(12);

    private readonly BrokerAccess access;
    private readonly ITimer watch;
    private readonly BrokerConnection publishing;
    private readonly BrokerConnection consuming;
    private readonly RabbitMqPublisher publisher;
    private readonly QueueBrowser browser;
    private readonly DeadLetterQueueFinder finder;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<RabbitMqSubscription, bool> subscriptions = new();
    private readonly BrokerDeclarations declarations;

    /// <param name="management">Of the management plugin, which alone can list the broker's queues; null: only the queues we know of are found.</param>
    private protected RabbitMqTransport(
        BrokerAccess access, BrokerConnection publishing, BrokerConnection consuming, Func<BrokerDeclarations, RabbitMqPublisher> publisher, string? management, TimeProvider time, ILogger logger)
    {
        this.access = access;
        this.publishing = publishing;
        this.consuming = consuming;
        this.time = time;
        this.logger = logger;
        declarations = new BrokerDeclarations(ConnectedAsync, User);
        this.publisher = publisher(declarations);
        browser = new QueueBrowser(publishing, this.publisher);
        finder = new DeadLetterQueueFinder(access, management, browser);
        // A connection may outlive the certificate it was made with: its end is told of while there is time.
        watch = time.CreateTimer(_ => Warn(), null, TimeSpan.Zero, LookAtCertificatesEvery);
    }

    public bool SeparatesVendors => true;

    public bool IsHealthy => publishing.IsUsable && subscriptions.Keys.All(subscription => subscription.IsPaused || subscription.IsConsuming);

    /// <summary>The name the broker knows our connections by.</summary>
    public string User => access.User;

    public DnsEndPoint Broker => new(access.Host, access.Port);

    public Task DeclareAsync(IReadOnlyList<QueueDefinition> queues, CancellationToken cancellation) => declarations.QueuesAsync(queues, cancellation);

    public Task RebindAsync(IReadOnlyList<QueueBinding> bound, IReadOnlyList<QueueBinding> unbound, CancellationToken cancellation) =>
        declarations.RebindAsync(bound, unbound, cancellation);

    public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation) =>
        publisher.PublishAsync(messages.Select(Wire.Publish), cancellation);

    public async Task<ISubscription> SubscribeAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation)
    {
        await DeclareAsync([queue], cancellation);
        return await CollectAsync(queue, handler, cancellation);
    }

    public async Task<ISubscription> CollectAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation)
    {
        var consumption = new Consumption(queue, handler, Consumption.PrefetchOf(queue), publisher, time, logger);
        var subscription = new RabbitMqSubscription(
            queue, stopping => OpenAsync(consuming, consumption, stopping), gone => subscriptions.TryRemove(gone, out _), time, logger);
        subscriptions[subscription] = true;
        await subscription.ResumeAsync(cancellation);
        return subscription;
    }

    public Task<IReadOnlyList<string>> FindAsync(IReadOnlyCollection<string> known, CancellationToken cancellation) => finder.FindAsync(known, cancellation);

    public Task SendAsync(string queue, IReadOnlyList<Delivery> messages, CancellationToken cancellation) =>
        publisher.PublishAsync(messages.Select(message => publisher.ToQueue(queue, message)), cancellation);

    /// <summary>What is ready, as the broker tells, and what this process has in hand; what others have in hand AMQP does not tell.</summary>
    public async Task<long?> DepthAsync(string queue, CancellationToken cancellation) =>
        await browser.ReadyAsync(queue, cancellation) is { } ready
            ? ready + subscriptions.Keys.Where(subscription => subscription.Queue == queue).Sum(subscription => subscription.Unsettled)
            : null;

    public async Task<IReadOnlyList<QueueDepth>> ListAsync(CancellationToken cancellation)
    {
        var names = declarations.Queues.SelectMany(queue => (string[])[queue, Topology.ErrorQueue(queue), Topology.DeadQueue(queue)]).Append(Topology.Unrouted);
        var depths = new List<QueueDepth>();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            if (await DepthAsync(name, cancellation) is { } depth)
                depths.Add(new QueueDepth(name, depth));
        }
        return depths;
    }

    public Task<IReadOnlyList<StandingMessage>> PeekAsync(string queue, int limit, CancellationToken cancellation) => browser.PeekAsync(queue, limit, cancellation);

    public Task<int> MoveAsync(string from, string to, IReadOnlyCollection<string>? messageIds, int limit, CancellationToken cancellation) =>
        browser.MoveAsync(from, to, messageIds, limit, cancellation);

    public async Task PutAsync(string queue, IReadOnlyList<StandingMessage> messages, CancellationToken cancellation)
    {
        if (messages.Count == 0)
            return;
        await DeclareAsync([new QueueDefinition(queue, [])], cancellation);
        await publisher.PublishAsync(messages.Select(message => publisher.ToQueue(Topology.ErrorQueue(queue), message.Delivery, message.Fault)), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await watch.DisposeAsync();
        await Task.WhenAll(subscriptions.Keys.Select(subscription => subscription.DisposeAsync().AsTask()));
        finder.Dispose();
        await browser.DisposeAsync();
        await publisher.DisposeAsync();
        await consuming.DisposeAsync();
        await publishing.DisposeAsync();
    }

    /// <summary>Begins to consume; returns when the broker has said that it delivers.</summary>
    private protected abstract Task<ConsumerSession> OpenAsync(BrokerConnection connection, Consumption consumption, CancellationToken cancellation);

    /// <summary>At a start the broker may still be starting too.</summary>
    private async Task<IChannel> ConnectedAsync(CancellationToken cancellation)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await (await publishing.GetAsync(cancellation)).CreateChannelAsync(cancellationToken: cancellation);
            }
            catch (BrokerUnreachableException away) when (failures < 12)
            {
                Log.Away(logger, access.Shown, failures, access.WhyAway(away));
                await Task.Delay(Backoff.After(Math.Min(failures, 6)), time, cancellation);
            }
        }
    }

    private void Warn()
    {
        foreach (var warning in access.Warnings())
            Log.NeedsSomebody(logger, warning);
    }

    private static partial class Log
    {
        [LoggerMessage(1022, LogLevel.Warning, "{Broker} is away and waited for, failure {Failures}: {Text}")]
        public static partial void Away(ILogger logger, string broker, int failures, string text);

        [LoggerMessage(1023, LogLevel.Warning, "{Warning}")]
        public static partial void NeedsSomebody(ILogger logger, string warning);
    }
}
