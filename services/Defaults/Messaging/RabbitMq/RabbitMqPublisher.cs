using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>
/// Publishes and waits for the confirms. What is outstanding is bounded by channels and chunks, not by the client's rate limiter, which gets slow near its
/// limit. What a lost connection left unconfirmed is published again: at least once.
/// </summary>
internal sealed partial class RabbitMqPublisher(BrokerConnection connection, BrokerDeclarations declarations, string user, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int Channels = 8;
    private const int ChunkMessages = 256;
    private const long ChunkBytes = 8_000_000;

    /// <summary>So long it waits for a broker that is away before the caller hears of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>So long it waits for confirms on an open channel before it asks another.</summary>
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim turns = new(Channels);
    private readonly ConcurrentBag<Lane> idle = [];

    /// <summary>Straight to a queue: by our exchange for those that are ours, by the broker's own for others'.</summary>
    public Publication ToQueue(string queue, Delivery delivery, FaultNote? fault = null) => Wire.ToQueue(declarations.ExchangeOf(queue), queue, delivery, fault);

    public async Task PublishAsync(IEnumerable<Publication> publications, CancellationToken cancellation)
    {
        foreach (var chunk in Chunks(publications))
        {
            await turns.WaitAsync(cancellation);
            try
            {
                await UntilConfirmedAsync(chunk, cancellation);
            }
            finally
            {
                turns.Release();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (idle.TryTake(out var lane))
            await DiscardAsync(lane);
    }

    private async Task UntilConfirmedAsync(List<Publication> chunk, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            var fault = await TryAsync(chunk, cancellation);
            if (fault is null)
                return;
            cancellation.ThrowIfCancellationRequested();
            if (Refusal(fault) is { } refusal)
                throw refusal;
            if (time.GetElapsedTime(started) > Patience)
                throw new TransientException($"The broker did not confirm {chunk.Count} messages within {Patience.TotalSeconds:F0} s.", fault);
            Log.Again(logger, chunk.Count, failures, fault.GetType().Name, fault.Message);
            await Task.Delay(Backoff.After(Math.Min(failures, 5)), time, cancellation);
        }
    }

    /// <summary>Removes from the chunk what was confirmed.</summary>
    /// <returns>Null when all of it was.</returns>
    private async Task<Exception?> TryAsync(List<Publication> chunk, CancellationToken cancellation)
    {
        Lane? lane = null;
        var kept = false;
        try
        {
            lane = await RentAsync(cancellation);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lane.Lost.Token);
            limit.CancelAfter(ConfirmTimeout);
            foreach (var exchange in chunk.Select(publication => publication.Exchange).Distinct(StringComparer.Ordinal))
                await declarations.ExchangeAsync(exchange, limit.Token);
            var fault = await SendAsync(lane.Channel, chunk, limit.Token);
            kept = fault is null or PublishException;
            return lane.Channel.CloseReason is { ReplyCode: Constants.AccessRefused } refused ? NotAllowed(refused.ReplyText, fault) : fault;
        }
        catch (Exception fault)
        {
            return lane?.Channel.CloseReason is { ReplyCode: Constants.AccessRefused } refused ? NotAllowed(refused.ReplyText, fault) : fault;
        }
        finally
        {
            if (kept && lane is { Channel.IsOpen: true })
                idle.Add(lane);
            else if (lane is not null)
                await DiscardAsync(lane);
        }
    }

    private async Task<Exception?> SendAsync(IChannel channel, List<Publication> chunk, CancellationToken cancellation)
    {
        foreach (var publication in chunk)
            publication.Properties.UserId = user;
        var confirms = chunk.ConvertAll(publication => channel.BasicPublishAsync(
            publication.Exchange, publication.RoutingKey, mandatory: true, publication.Properties, publication.Body, cancellation).AsTask());
        Exception? first = null;
        for (var i = confirms.Count - 1; i >= 0; i--)
        {
            try
            {
                await confirms[i];
                chunk.RemoveAt(i);
            }
            catch (Exception fault)
            {
                first = fault;
            }
        }
        return first;
    }

    private async Task<Lane> RentAsync(CancellationToken cancellation)
    {
        while (idle.TryTake(out var lane))
        {
            if (lane.Channel.IsOpen)
                return lane;
            await DiscardAsync(lane);
        }
        var open = await connection.GetAsync(cancellation);
        var channel = await open.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null),
            cancellation);
        // The client does not always end the waits for confirms when the connection goes; this does.
        var lost = new CancellationTokenSource();
        channel.ChannelShutdownAsync += (_, _) => lost.CancelAsync();
        if (!channel.IsOpen)
            await lost.CancelAsync();
        return new Lane(channel, lost);
    }

    private async Task DiscardAsync(Lane lane)
    {
        // Its exchange may be what was missing.
        declarations.Doubt();
        try
        {
            await lane.Channel.DisposeAsync();
        }
        catch (Exception fault) when (fault is AlreadyClosedException or OperationInterruptedException or IOException or OperationCanceledException)
        {
            Log.Discarded(logger, fault.GetType().Name);
        }
    }

    private static Exception? Refusal(Exception fault) => fault switch
    {
        PublishException { IsReturn: true } returned => new TransientException("The broker returned a message: the queue or the exchange's alternate is not there.", returned),
        OperationInterruptedException { ShutdownReason.ReplyCode: Constants.PreconditionFailed } refused =>
            new PermanentException($"The broker refuses the message: {refused.ShutdownReason.ReplyText}", refused),
        BrokerNotReadyException or NotAllowedException => fault,
        ObjectDisposedException closed => new TransientException("The transport is shutting down.", closed),
        _ => null,
    };

    private NotAllowedException NotAllowed(string refusal, Exception? cause) => new(
        $"The broker does not let the user '{user}' say this: {refusal}. What each user may say is in the broker's definitions, made by 'claims broker definitions' from the "
        + "municipalities' file; a vendor speaks for its own municipalities only.", cause);

    private static IEnumerable<List<Publication>> Chunks(IEnumerable<Publication> publications)
    {
        var (chunk, bytes) = (new List<Publication>(), 0L);
        foreach (var publication in publications)
        {
            if (chunk.Count == ChunkMessages || (chunk.Count > 0 && bytes + publication.Body.Length > ChunkBytes))
            {
                yield return chunk;
                (chunk, bytes) = ([], 0);
            }
            chunk.Add(publication);
            bytes += publication.Body.Length;
        }
        if (chunk.Count > 0)
            yield return chunk;
    }

    /// <summary>A publishing channel, and the sign that it is gone.</summary>
    private sealed record Lane(IChannel Channel, CancellationTokenSource Lost);

    private static partial class Log
    {
        [LoggerMessage(1030, LogLevel.Warning, "{Count} messages are not confirmed and are published again, failure {Failures}, {Fault}: {Text}")]
        public static partial void Again(ILogger logger, int count, int failures, string fault, string text);

        [LoggerMessage(1031, LogLevel.Debug, "A publishing channel could not be closed in good order: {Fault}")]
        public static partial void Discarded(ILogger logger, string fault);
    }
}
