using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.Native;

/// <summary>Each chunk has a channel to itself: what the broker refuses ends no neighbour's.</summary>
internal sealed partial class NativePublisher(BrokerConnection connection, BrokerDeclarations declarations, string user, TimeProvider time, ILogger logger)
    : RabbitMqPublisher(declarations, user, time, logger)
{
    private readonly string user = user;
    private readonly ILogger logger = logger;
    private readonly SemaphoreSlim turns = new(Turns);
    private readonly ConcurrentBag<Lane> idle = [];

    public override async ValueTask DisposeAsync()
    {
        while (idle.TryTake(out var lane))
            await DiscardAsync(lane);
    }

    protected override async Task<Exception?> TryAsync(List<Publication> chunk, CancellationToken cancellation)
    {
        await turns.WaitAsync(cancellation);
        try
        {
            return await SendAsync(chunk, cancellation);
        }
        finally
        {
            turns.Release();
        }
    }

    private async Task<Exception?> SendAsync(List<Publication> chunk, CancellationToken cancellation)
    {
        Lane? lane = null;
        var kept = false;
        try
        {
            lane = await RentAsync(cancellation);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lane.Lost.Token);
            limit.CancelAfter(ConfirmTimeout);
            await DeclareExchangesAsync(chunk, limit.Token);
            var fault = await SendAsync(lane.Channel, chunk, limit.Token);
            kept = fault is null or PublishException;
            return Told(lane, fault);
        }
        catch (Exception fault)
        {
            return Told(lane, fault);
        }
        finally
        {
            if (kept && lane is { Channel.IsOpen: true })
                idle.Add(lane);
            else if (lane is not null)
                await DiscardAsync(lane);
        }
    }

    /// <summary>What the broker said when it closed the channel: the waits for confirms may have ended by the loss of it, before that reached them.</summary>
    private Exception? Told(Lane? lane, Exception? fault) => lane?.Channel.CloseReason switch
    {
        { ReplyCode: Constants.AccessRefused } refused => NotAllowed(refused.ReplyText, fault),
        { ReplyCode: Constants.PreconditionFailed } refused => new OperationInterruptedException(refused),
        _ => fault,
    };

    private Task<Exception?> SendAsync(IChannel channel, List<Publication> chunk, CancellationToken cancellation)
    {
        foreach (var publication in chunk)
            publication.Properties.UserId = user;
        return ConfirmedAsync(chunk, chunk.ConvertAll(publication => channel.BasicPublishAsync(
            publication.Exchange, publication.RoutingKey, mandatory: true, publication.Properties, publication.Body, cancellation).AsTask()));
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
        Declarations.Doubt();
        try
        {
            await lane.Channel.DisposeAsync();
        }
        catch (Exception fault) when (fault is AlreadyClosedException or OperationInterruptedException or IOException or OperationCanceledException)
        {
            Log.Discarded(logger, fault.GetType().Name);
        }
    }

    /// <summary>A publishing channel, and the sign that it is gone.</summary>
    private sealed record Lane(IChannel Channel, CancellationTokenSource Lost);

    private static partial class Log
    {
        [LoggerMessage(1031, LogLevel.Debug, "A publishing channel could not be closed in good order: {Fault}")]
        public static partial void Discarded(ILogger logger, string fault);
    }
}
