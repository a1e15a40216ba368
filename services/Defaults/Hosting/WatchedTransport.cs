using System.Collections.Concurrent;
using System.Net;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Telemetry;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// The transport as services get it: it remembers who subscribed, so that health can tell a consumer that died from one that was paused, and so that a stop ends all
/// subscriptions before anything they need is gone. What is sent and handled is seen by telemetry here, whichever transport it is.
/// </summary>
public sealed class WatchedTransport(ITransport inner, TimeProvider time) : ITransport, IQueues, IDeadLetterQueues, IErrorQueues
{
    private readonly ConcurrentDictionary<WatchedSubscription, bool> _subscriptions = new();
    private readonly MessagingTelemetry _telemetry = new(inner, time);
    private int _disposed;

    public bool IsHealthy => inner.IsHealthy;

    /// <summary>Queues whose consumer should be running and is not.</summary>
    public IReadOnlyList<string> SilentQueues =>
        [.. _subscriptions.Keys.Where(subscription => subscription is { IsPaused: false, IsConsuming: false }).Select(subscription => subscription.Queue).Order()];

    /// <summary>The queues this process consumes, paused ones too.</summary>
    public IReadOnlyList<string> ConsumedQueues => [.. _subscriptions.Keys.Select(subscription => subscription.Queue).Distinct()];

    public int SubscriptionCount => _subscriptions.Count;

    public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation) => _telemetry.SendAsync(messages, cancellation);

    public Task<long?> DepthAsync(string queue, CancellationToken cancellation) => inner.DepthAsync(queue, cancellation);

    public async Task<ISubscription> SubscribeAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation) =>
        Watched(queue, await inner.SubscribeAsync(queue, _telemetry.Around(queue.Name, handler), cancellation));

    public async Task<ISubscription> CollectAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation) =>
        Watched(queue, await DeadLetters.CollectAsync(queue, _telemetry.Around(queue.Name, handler), cancellation));

    public Task<IReadOnlyList<string>> FindAsync(IReadOnlyCollection<string> known, CancellationToken cancellation) => DeadLetters.FindAsync(known, cancellation);

    public Task SendAsync(string queue, IReadOnlyList<Delivery> messages, CancellationToken cancellation) =>
        _telemetry.SendAsync(queue, messages, () => DeadLetters.SendAsync(queue, messages, cancellation));

    public string? User => inner.User;

    public DnsEndPoint? Broker => inner.Broker;

    public bool SeparatesVendors => inner.SeparatesVendors;

    public Task RebindAsync(IReadOnlyList<QueueBinding> bound, IReadOnlyList<QueueBinding> unbound, CancellationToken cancellation) => inner.RebindAsync(bound, unbound, cancellation);

    public Task DeclareAsync(IReadOnlyList<QueueDefinition> queues, CancellationToken cancellation) => inner.DeclareAsync(queues, cancellation);

    public Task<IReadOnlyList<QueueDepth>> ListAsync(CancellationToken cancellation) => Inside.ListAsync(cancellation);

    public Task<IReadOnlyList<StandingMessage>> PeekAsync(string queue, int limit, CancellationToken cancellation) => Inside.PeekAsync(queue, limit, cancellation);

    public Task<int> MoveAsync(string from, string to, IReadOnlyCollection<string>? messageIds, int limit, CancellationToken cancellation) =>
        Inside.MoveAsync(from, to, messageIds, limit, cancellation);

    public Task PutAsync(string queue, IReadOnlyList<StandingMessage> messages, CancellationToken cancellation)
    {
        var queues = inner as IErrorQueues ?? throw new InvalidOperationException($"{inner.GetType().Name} has no error queues to put anything on.");
        return _telemetry.SendAsync(Topology.ErrorQueue(queue), [.. messages.Select(message => message.Delivery)], () => queues.PutAsync(queue, messages, cancellation));
    }

    /// <summary>Ends every subscription: what is in hand is finished, the backlog stays on the queues.</summary>
    public async Task StopConsumingAsync() =>
        await Task.WhenAll(_subscriptions.Keys.Select(subscription => subscription.DisposeAsync().AsTask()));

    public async ValueTask DisposeAsync()
    {
        // The container knows it under several names, and disposes it under each.
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await StopConsumingAsync();
        await inner.DisposeAsync();
    }

    private IQueues Inside => inner as IQueues ?? throw new InvalidOperationException($"{inner.GetType().Name} cannot look into its queues.");

    private IDeadLetterQueues DeadLetters =>
        inner as IDeadLetterQueues ?? throw new InvalidOperationException($"{inner.GetType().Name} cannot empty its dead-letter queues.");

    private WatchedSubscription Watched(QueueDefinition queue, ISubscription running)
    {
        var subscription = new WatchedSubscription(queue.Name, running, Forget);
        _subscriptions[subscription] = true;
        return subscription;
    }

    private void Forget(WatchedSubscription subscription) => _subscriptions.TryRemove(subscription, out _);

    private sealed class WatchedSubscription(string queue, ISubscription inner, Action<WatchedSubscription> forget) : ISubscription
    {
        private readonly Lock _ending = new();
        private Task? _ended;

        public string Queue => queue;

        public bool IsPaused { get; private set; }

        public bool IsConsuming => inner.IsConsuming;

        public async Task PauseAsync(CancellationToken cancellation)
        {
            IsPaused = true;
            await inner.PauseAsync(cancellation);
        }

        public async Task ResumeAsync(CancellationToken cancellation)
        {
            await inner.ResumeAsync(cancellation);
            IsPaused = false;
        }

        public ValueTask DisposeAsync()
        {
            lock (_ending)
                _ended ??= EndAsync();
            return new ValueTask(_ended);
        }

        private async Task EndAsync()
        {
            // A consumer on its way out is not a fault.
            forget(this);
            await inner.DisposeAsync();
        }
    }
}
