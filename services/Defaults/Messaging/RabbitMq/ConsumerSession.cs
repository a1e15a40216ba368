using System.Threading.Channels;
using ClaimsTransfer.Defaults.Reading;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>Who handles what a queue delivers, and how.</summary>
/// <param name="Prefetch">The subscription's, from session to session.</param>
internal sealed record Consumption(
    QueueDefinition Queue, BatchHandler Handler, Prefetch Prefetch, RabbitMqPublisher Publisher, TimeProvider Time, ILogger Logger)
{
    /// <summary>
    /// What is being handled, and as much again to go on with. From a dead-letter queue of others as few as fit however large each is that we can handle: what
    /// is given back there may be lost by it.
    /// </summary>
    public static Prefetch PrefetchOf(QueueDefinition queue)
    {
        var (most, mostBytes) = DeadLetterQueueName.IsOthers(queue.Name)
            ? (Bound.HeldBytes / Bound.MessageBytes, long.MaxValue)
            : (ushort.MaxValue, Bound.HeldBytes);
        return new Prefetch((ushort)Math.Clamp(queue.BatchSize * queue.Concurrency * 2L, 1, most), mostBytes);
    }
}

/// <summary>
/// A consumer from its <c>basic.consume</c> to the loss or the closing of its channel: builds batches from what the broker prefetches and settles them.
/// Whatever is unsettled when the channel closes is the broker's again. Where deliveries come from is said by what derives from it.
/// </summary>
internal abstract partial class ConsumerSession : IAsyncDisposable
{
    /// <summary>
    /// The broker counts every return of a message, and moves it to the dead queue at its limit. That shall happen to a message that kills its consumers, not
    /// to one that was prefetched each time a debtor system was paused: near the limit it is given back as a new message at the queue's end.
    /// </summary>
    private const int ReturnsAtMost = Topology.DeliveryLimit / 2;

    /// <summary>
    /// A dead-letter queue that others declared has whatever limit its work queue has, and nowhere to put what reaches it: nothing is given back there but as a new message.
    /// </summary>
    private const int ReturnsOfOthersAtMost = 0;

    /// <summary>Times the linger.</summary>
    private const int LoadedLinger = 5;

    private readonly QueueDefinition definition;
    private readonly BatchHandler handler;
    private readonly RabbitMqPublisher publisher;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Channel<Received> arrived = System.Threading.Channels.Channel.CreateUnbounded<Received>(new() { SingleReader = true });
    private readonly Channel<Received> counted = System.Threading.Channels.Channel.CreateUnbounded<Received>(new() { SingleReader = true });
    private readonly SemaphoreSlim slots;
    private readonly CancellationTokenSource lost = new();
    private readonly SettleOrder order = new();
    private readonly bool isOthers;
    private readonly Prefetch prefetch;
    private readonly CancellationTokenSource tooFew = new();
    private long unsettled;
    private long unsettledBytes;
    private int failures;

    protected ConsumerSession(Consumption consumption)
    {
        (definition, handler, prefetch, publisher, time, logger) = consumption;
        slots = new SemaphoreSlim(Math.Max(1, definition.Concurrency));
        isOthers = DeadLetterQueueName.IsOthers(definition.Name);
    }

    /// <summary>Beside the batch being collected, which holds a slot of its own.</summary>
    private bool IsAnotherInHand => slots.CurrentCount < definition.Concurrency - 1;

    /// <summary>Nothing more comes than was asked for, however long it is waited for.</summary>
    private int Full => Math.Clamp(definition.BatchSize, 1, prefetch.Count);

    /// <summary>On which the deliveries come.</summary>
    protected abstract IChannel Channel { get; }

    protected string ConsumerTag { get; set; } = "";

    /// <summary>No further deliveries are wanted; what is in hand is still settled.</summary>
    protected bool IsEnding { get; private set; }

    public bool IsAlive => Channel.IsOpen && !lost.IsCancellationRequested;

    /// <summary>Delivered to us and not settled yet.</summary>
    public long Unsettled => Interlocked.Read(ref unsettled);

    /// <summary>Weighs what comes before anything of it is copied.</summary>
    /// <returns>Whether it is to be taken. What is not is the broker's: the session ends, or has.</returns>
    protected bool MayTake(int bytes)
    {
        if (lost.IsCancellationRequested)
            return false;
        var (held, heldBytes) = (Interlocked.Increment(ref unsettled), Interlocked.Add(ref unsettledBytes, bytes));
        if (prefetch.Takes(bytes, held, heldBytes))
            return true;
        Log.TooLarge(logger, definition.Name, held, heldBytes, prefetch.Count);
        // What still comes until the channel is closed, after what is in hand, is not held.
        _ = LoseAsync();
        return false;
    }

    /// <param name="body">The session's to keep, once <see cref="MayTake"/> has said so.</param>
    protected void Take(ulong tag, string exchange, string routingKey, bool redelivered, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        var received = new Received(tag, Wire.Read(exchange, routingKey, redelivered, properties, body), isOthers ? properties : null);
        (isOthers && received.Delivery.Attempts > 0 ? counted : arrived).Writer.TryWrite(received);
    }

    /// <summary>The channel, or the consumer on it, is gone: the broker delivers again what is in hand.</summary>
    protected Task LoseAsync() => lost.CancelAsync();

    /// <summary>Handles batches until told to stop or until the channel is lost; what is in hand is finished either way, or abandoned when told so.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, lost.Token, tooFew.Token);
        using var abandoning = CancellationTokenSource.CreateLinkedTokenSource(abandon, lost.Token);
        var inHand = new HashSet<Task>();
        var renewing = RenewAsync(ending.Token);
        while (!stop.IsCancellationRequested && !tooFew.IsCancellationRequested && !ending.IsCancellationRequested)
        {
            var batch = await CollectAsync(stop, ending.Token);
            if (batch.Count == 0)
                continue;
            order.Begin(batch);
            inHand.RemoveWhere(task => task.IsCompleted);
            inHand.Add(Task.Run(() => HandleAsync(batch, abandoning.Token, ending.Token), CancellationToken.None));
        }
        if (IsAlive)
            await CancelConsumerAsync();
        await Task.WhenAll([.. inHand, renewing]);
        // Without the channel they are the broker's already; whoever still knows this session does not hold them with it.
        order.Forget();
        while (arrived.Reader.TryRead(out var prefetched) || counted.Reader.TryRead(out prefetched))
        {
            if (IsAlive)
                await GiveBackAsync([prefetched]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync();
        }
        catch (Exception fault) when (IsLoss(fault))
        {
            Log.ClosedBadly(logger, definition.Name, fault.GetType().Name);
        }
    }

    protected abstract ValueTask CloseAsync();

    /// <summary>Waits for a free place, then for a batch. Empty when told to end.</summary>
    /// <param name="stop">Looked at beside <paramref name="ending"/>, which is linked to it and cancelled only when the thread pool comes to it.</param>
    private async Task<List<Received>> CollectAsync(CancellationToken stop, CancellationToken ending)
    {
        var batch = new List<Received>();
        if (!await SucceedsAsync(slots.WaitAsync(ending)))
            return batch;
        if (stop.IsCancellationRequested)
        {
            slots.Release();
            return batch;
        }
        var waiting = arrived.Reader.WaitToReadAsync(ending).AsTask();
        if (await SucceedsAsync(waiting))
        {
            Drain(batch);
            // Under load a fuller batch saves more than it delays: while another is in hand, this one may wait longer.
            var linger = Task.Delay(IsAnotherInHand ? definition.Linger * LoadedLinger : definition.Linger, time, ending);
            while (batch.Count < Full && !linger.IsCompleted)
            {
                await Task.WhenAny(arrived.Reader.WaitToReadAsync(ending).AsTask(), linger);
                Drain(batch);
            }
        }
        if (batch.Count == 0)
            slots.Release();
        return batch;
    }

    private static async Task<bool> SucceedsAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompletedSuccessfully;
    }

    private void Drain(List<Received> batch)
    {
        while (batch.Count < Full && arrived.Reader.TryRead(out var received))
            batch.Add(received);
    }

    /// <summary>
    /// What a dead-letter queue of others has counted once already, for a connection that was lost with it in hand, begins anew as soon as it comes, whatever else is in hand: however
    /// often we end in the middle, its limit is not reached.
    /// </summary>
    private async Task RenewAsync(CancellationToken ending)
    {
        try
        {
            while (await SucceedsAsync(counted.Reader.WaitToReadAsync(ending).AsTask()))
            {
                var batch = new List<Received>();
                while (counted.Reader.TryRead(out var received))
                    batch.Add(received);
                await GiveBackAsync(batch);
            }
        }
        catch
        {
            await lost.CancelAsync();
            throw;
        }
    }

    private async Task HandleAsync(List<Received> batch, CancellationToken abandon, CancellationToken ending)
    {
        try
        {
            var dead = await handler(batch.ConvertAll(received => received.Delivery), abandon);
            await publisher.PublishAsync(
                dead.Select(letter => publisher.ToQueue(Topology.ErrorQueue(definition.Name), letter.Delivery with { Body = letter.KeptBody }, FaultNote.Of(letter.Cause, time.GetUtcNow(), definition.Name))),
                abandon);
            await order.SettleAsync(batch, (tag, multiple) => Channel.BasicAckAsync(tag, multiple, CancellationToken.None), singly: isOthers);
            if (prefetch.IsTooFew(batch.Count, Settled(batch)))
                await tooFew.CancelAsync();
            failures = 0;
        }
        catch (Exception fault) when (!IsAlive && (IsLoss(fault) || fault is OperationCanceledException))
        {
            // The broker has them again and delivers them to whoever consumes next.
            Log.LostInHand(logger, definition.Name, batch.Count);
        }
        catch (Exception fault)
        {
            Log.GaveBack(logger, definition.Name, batch.Count, fault.GetType().Name, PersonalData.Mask(fault.Message, 500));
            await SucceedsAsync(Task.Delay(Backoff.After(Interlocked.Increment(ref failures)), time, ending));
            await GiveBackAsync(batch);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task GiveBackAsync(List<Received> batch)
    {
        try
        {
            var limit = isOthers ? ReturnsOfOthersAtMost : ReturnsAtMost;
            var worn = batch.FindAll(received => received.Delivery.Attempts >= limit);
            await publisher.PublishAsync(
                worn.Select(received => received.Properties is { } properties
                    ? publisher.Again(definition.Name, received.Delivery, properties)
                    : publisher.ToQueue(definition.Name, received.Delivery, received.Delivery.Fault)),
                CancellationToken.None);
            await order.SettleAsync(batch, (tag, _) => worn.Exists(received => received.Tag == tag)
                ? Channel.BasicAckAsync(tag, multiple: false, CancellationToken.None)
                : Channel.BasicNackAsync(tag, multiple: false, requeue: true, CancellationToken.None), singly: true);
            Settled(batch);
        }
        catch (Exception fault) when (IsLoss(fault) || fault is TransientException or NotAllowedException or BrokerNotReadyException)
        {
            // Not given back by us: closing the channel does it.
            Log.LostInHand(logger, definition.Name, batch.Count);
            await lost.CancelAsync();
        }
    }

    /// <returns>Its bytes, which are held no more.</returns>
    private long Settled(List<Received> batch)
    {
        var bytes = batch.Sum(received => (long)received.Delivery.Body.Length);
        Interlocked.Add(ref unsettled, -batch.Count);
        Interlocked.Add(ref unsettledBytes, -bytes);
        return bytes;
    }

    private async Task CancelConsumerAsync()
    {
        IsEnding = true;
        try
        {
            await Channel.BasicCancelAsync(ConsumerTag, noWait: false, CancellationToken.None);
        }
        catch (Exception fault) when (IsLoss(fault))
        {
            await lost.CancelAsync();
        }
    }

    protected static bool IsLoss(Exception fault) =>
        fault is AlreadyClosedException or OperationInterruptedException or IOException or ObjectDisposedException or OperationCanceledException;

    /// <param name="Properties">Of a message of others, which goes back with all that they wrote on it.</param>
    internal sealed record Received(ulong Tag, Delivery Delivery, IReadOnlyBasicProperties? Properties);

    private static partial class Log
    {
        [LoggerMessage(1040, LogLevel.Warning, "{Queue}: a batch of {Count} failed with {Fault} and is given back to the queue: {Text}")]
        public static partial void GaveBack(ILogger logger, string queue, int count, string fault, string text);

        [LoggerMessage(1041, LogLevel.Information, "{Queue}: the channel is gone with {Count} messages in hand; the broker delivers them again")]
        public static partial void LostInHand(ILogger logger, string queue, int count);

        [LoggerMessage(1043, LogLevel.Warning,
            "{Queue}: {Count} messages of {Bytes} bytes are more than is held at a time; they are given back, "
            + "and {Prefetch} are asked for ahead until they are smaller")]
        public static partial void TooLarge(ILogger logger, string queue, long count, long bytes, int prefetch);

        [LoggerMessage(1042, LogLevel.Debug, "{Queue}: the channel could not be closed in good order: {Fault}")]
        public static partial void ClosedBadly(ILogger logger, string queue, string fault);
    }
}
