using System.Data.Common;
using System.Net.Sockets;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Defaults.Telemetry;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>
/// The failure policy around a handler that knows nothing of it. What is transient is retried in place for a minute, then given back; a lost race is decided again at once;
/// anything else sends the batch through one by one, so that only the culprit ends on the error queue and its neighbours do not notice.
/// </summary>
/// <remarks>Waits through <see cref="TimeProvider"/> alone and starts nothing in the background: the simulator drives it under virtual time.</remarks>
/// <param name="queue">Whose messages these are, for logs and notices.</param>
/// <param name="notices">Where it tells Routing that a message of a claim was dead-lettered; null: it tells nobody.</param>
/// <param name="seed">Of the jitter.</param>
/// <param name="met">Hears of each fault that is not the message's.</param>
public sealed partial class BatchConsumer(
    string queue, Func<IReadOnlyList<Delivery>, CancellationToken, Task> inner, TimeProvider time, ILogger logger, IPublisher? notices = null, int seed = 0,
    Action<Exception>? met = null)
{
    /// <summary>A lost race is won soon, or something is wrong with the message.</summary>
    private const int RacesLostAtMost = 20;

    /// <summary>An exception nobody foresaw may have been bad luck; the third time it is the message.</summary>
    private const int UnexpectedAtMost = 3;

    private static readonly TimeSpan PatienceInPlace = TimeSpan.FromSeconds(45);

    private readonly Random jitter = new(seed);
    private readonly Lock gate = new();

    /// <summary>The <see cref="BatchHandler"/>.</summary>
    public async Task<IReadOnlyList<DeadLetter>> HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        if (batch.Count == 0)
            return [];
        var fault = await TryAsync(batch, cancellation);
        if (fault is null)
            return [];
        if (batch.Count == 1)
            return [await CondemnAsync(batch[0], fault, cancellation)];

        Log.OneByOne(logger, queue, batch.Count, fault.GetType().Name);
        var dead = new List<DeadLetter>();
        foreach (var delivery in batch)
        {
            if (await TryAsync([delivery], cancellation) is { } own)
                dead.Add(await CondemnAsync(delivery, own, cancellation));
        }
        return dead;
    }

    /// <returns>Null when it was handled; else why it cannot be.</returns>
    private async Task<Exception?> TryAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        var (transient, races, unexpected) = (0, 0, 0);
        var waited = TimeSpan.Zero;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                await inner(batch, cancellation);
                return null;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                throw;
            }
            catch (LostRaceException race)
            {
                if (++races > RacesLostAtMost)
                    return race;
                if (races > 3)
                    await WaitAsync(1, cancellation);
            }
            catch (PermanentException permanent)
            {
                return permanent;
            }
            catch (Exception fault) when (IsTransient(fault))
            {
                transient++;
                met?.Invoke(fault);
                Log.Retrying(logger, queue, batch.Count, transient, fault.GetType().Name, PersonalData.Mask(fault.Message, 300));
                // Nothing is held for longer than that: the broker takes it back, and delivers it to whoever can handle it.
                if (waited > PatienceInPlace)
                    throw new TransientException($"{queue}: {batch.Count} messages could not be handled for a minute, and are given back.", fault);
                waited += await WaitAsync(transient, cancellation);
            }
            catch (Exception fault)
            {
                // With company, each gets its own chances; alone, a few.
                if (batch.Count > 1 || ++unexpected >= UnexpectedAtMost)
                    return fault;
                await WaitAsync(unexpected, cancellation);
            }
        }
    }

    private async Task<DeadLetter> CondemnAsync(Delivery delivery, Exception cause, CancellationToken cancellation)
    {
        Log.DeadLettered(logger, queue, PersonalData.Mask(delivery.Name, 100), IdOf(delivery), cause.GetType().Name, PersonalData.Mask(cause.Message, 300));
        ClaimMetrics.DeadLettered(queue, DeadLetterNotice.MunicipalityOf(delivery));
        if (notices is not null && cause is not SenderRefusedException && DeadLetterNotice.For(delivery, cause, queue, time.GetUtcNow()) is { } notice)
            await TellAsync(notice, cancellation);
        return new DeadLetter(delivery, cause);
    }

    /// <summary>Its sender chose it: only what is an id is fit for a log.</summary>
    private static string IdOf(Delivery delivery) => Guid.TryParse(delivery.MessageId, out var id) ? id.ToString() : "without an id";

    private async Task TellAsync(OutgoingMessage notice, CancellationToken cancellation)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                await notices!.PublishAsync([notice], cancellation);
                return;
            }
            catch (Exception fault) when (IsTransient(fault) && !cancellation.IsCancellationRequested)
            {
                Log.Retrying(logger, queue, 1, failures, fault.GetType().Name, PersonalData.Mask(fault.Message, 300));
                await WaitAsync(failures, cancellation);
            }
        }
    }

    private async Task<TimeSpan> WaitAsync(int failures, CancellationToken cancellation)
    {
        TimeSpan delay;
        lock (gate)
            delay = Backoff.After(failures, jitter);
        await Task.Delay(delay, time, cancellation);
        return delay;
    }

    /// <summary>Whether the same will work later, with nothing about the message changed.</summary>
    public static bool IsTransient(Exception fault) => fault switch
    {
        PermanentException => false,
        TransientException or NotAllowedException or BrokerNotReadyException or TimeoutException or SocketException or HttpRequestException => true,
        // A timeout of a client shows as a cancellation that nobody of ours asked for.
        OperationCanceledException => true,
        DbException database => !SqlStore.IsAboutTheData(database),
        // A folder that is not mounted, a right that is gone, memory that is used up: ours to mend. No message names a file.
        PathTooLongException => false,
        IOException or UnauthorizedAccessException or OutOfMemoryException => true,
        Sealing.KeyNotHereException => true,
        RabbitMQ.Client.Exceptions.BrokerUnreachableException or RabbitMQ.Client.Exceptions.AlreadyClosedException => true,
        // A certificate that ran out while we run is no fault of the message's.
        RabbitMq.Access.BrokerRefusedException => true,
        AggregateException many => many.InnerExceptions.Count > 0 && many.InnerExceptions.All(IsTransient),
        _ => false,
    };

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Warning, "{Queue}: a batch of {Count} met {Fault}; it goes through one by one to find the culprit")]
        public static partial void OneByOne(ILogger logger, string queue, int count, string fault);

        [LoggerMessage(1002, LogLevel.Warning, "{Queue}: a batch of {Count} is tried again after failure {Failures}, {Fault}: {Text}")]
        public static partial void Retrying(ILogger logger, string queue, int count, int failures, string fault, string text);

        [LoggerMessage(1003, LogLevel.Error, "{Queue}: {Name} {MessageId} goes to the error queue, {Fault}: {Text}")]
        public static partial void DeadLettered(ILogger logger, string queue, string name, string messageId, string fault, string text);
    }
}
