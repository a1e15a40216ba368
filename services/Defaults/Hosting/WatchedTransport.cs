using System.Collections.Concurrent;
using System.Net;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Telemetry;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// The transport as services get it: it remembers who subscribed, so that health can tell a consumer that died from one that was paused, and so that a stop ends all
/// subscriptions before anything they need is gone. What is sent and handled is seen by telemetry here, whichever transport it is; a batch that is in hand for
/// too long is a consumer
/// that hangs.
/// </summary>
public sealed class WatchedTransport(ITransport inner, Loops loops, TimeProvider time) : ITransport, IQueues, IDeadLetterQueues, IErrorQueues
{
    /// <summary>With all that is tried again in place, one message after the other.</summary>
    public static readonly TimeSpan LongestInHand = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<WatchedSubscription, bool> _subscriptions = new();
    private readonly MessagingTelemetry _telemetry = new(inner, time);
    private volatile bool _held;
    private int _disposed;

    public bool IsHealthy => inner.IsHealthy;

    /// <summary>Queues whose consumer should be running and is not.</summary>
    public IReadOnlyList<string> SilentQueues =>
        [.. _subscriptions.Keys.Where(subscription => subscription is { ShallRun: true, IsConsuming: false }).Select(subscription => subscription.Queue).Order()];

    /// <summary>The queues this process consumes, paused ones too.</summary>
    public IReadOnlyList<string> ConsumedQueues => [.. _subscriptions.Keys.Select(subscription => subscription.Queue).Distinct()];

    public int SubscriptionCount => _subscriptions.Count;

    public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation) => _telemetry.SendAsync(messages, cancellation);

    public Task<long?> DepthAsync(string queue, CancellationToken cancellation) => inner.DepthAsync(queue, cancellation);

    public async Task<ISubscription> SubscribeAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation) =>
        await WatchedAsync(queue, await inner.SubscribeAsync(queue, Around(queue.Name, handler), cancellation), cancellation);

    public async Task<ISubscription> CollectAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation) =>
        await WatchedAsync(queue, await DeadLetters.CollectAsync(queue, Around(queue.Name, handler), cancellation), cancellation);

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

    /// <summary>Lets nothing be consumed, whoever else pauses or resumes, until <see cref="ReleaseAsync"/>; done when nothing is in hand any more.</summary>
    public Task HoldAsync(CancellationToken cancellation)
    {
        _held = true;
        return Task.WhenAll(_subscriptions.Keys.Select(subscription => subscription.FollowAsync(cancellation)));
    }

    /// <summary>What nobody has paused goes on.</summary>
    public Task ReleaseAsync(CancellationToken cancellation)
    {
        _held = false;
        return Task.WhenAll(_subscriptions.Keys.Select(subscription => subscription.FollowAsync(cancellation)));
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

    private BatchHandler Around(string queue, BatchHandler handler)
    {
        var traced = _telemetry.Around(queue, handler);
        return async (batch, cancellation) =>
        {
            using (loops.Begin($"consumer of {queue}", LongestInHand))
                return await traced(batch, cancellation);
        };
    }

    private async Task<ISubscription> WatchedAsync(QueueDefinition queue, ISubscription running, CancellationToken cancellation)
    {
        var subscription = new WatchedSubscription(queue.Name, running, this);
        _subscriptions[subscription] = true;
        if (_held)
            await subscription.FollowAsync(cancellation);
        return subscription;
    }

    private sealed class WatchedSubscription(string queue, ISubscription inner, WatchedTransport transport) : ISubscription
    {
        private readonly Lock _ending = new();
        private readonly SemaphoreSlim _turn = new(1);
        private Task? _ended;
        private volatile bool _paused;

        public string Queue => queue;

        /// <summary>Neither its owner nor the process wants it to rest.</summary>
        public bool ShallRun => !_paused && !transport._held;

        public bool IsConsuming => inner.IsConsuming;

        public Task PauseAsync(CancellationToken cancellation)
        {
            _paused = true;
            return FollowAsync(cancellation);
        }

        public Task ResumeAsync(CancellationToken cancellation)
        {
            _paused = false;
            return FollowAsync(cancellation);
        }

        /// <summary>One at a time, so that the last wish stands.</summary>
        public async Task FollowAsync(CancellationToken cancellation)
        {
            await _turn.WaitAsync(cancellation);
            try
            {
                if (_ended is not null)
                    return;
                if (ShallRun)
                    await inner.ResumeAsync(cancellation);
                else
                    await inner.PauseAsync(cancellation);
            }
            finally
            {
                _turn.Release();
            }
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
            transport._subscriptions.TryRemove(this, out _);
            await inner.DisposeAsync();
        }
    }
}
