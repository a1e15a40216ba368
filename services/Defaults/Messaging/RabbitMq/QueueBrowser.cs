using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>Looks into queues without consuming them, and moves messages between them.</summary>
internal sealed class QueueBrowser(BrokerConnection connection, RabbitMqPublisher publisher) : IAsyncDisposable
{
    private const int MovedAtATime = 100;

    private readonly SemaphoreSlim turn = new(1);
    private IChannel? asking;

    /// <summary>Null when there is no such queue.</summary>
    public async Task<long?> ReadyAsync(string queue, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (asking is not { IsOpen: true })
                asking = await (await connection.GetAsync(cancellation)).CreateChannelAsync(cancellationToken: cancellation);
            return (await asking.QueueDeclarePassiveAsync(queue, cancellation)).MessageCount;
        }
        catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task<IReadOnlyList<StandingMessage>> PeekAsync(string queue, int limit, CancellationToken cancellation)
    {
        // Closing the channel puts everything back.
        await using var channel = await (await connection.GetAsync(cancellation)).CreateChannelAsync(cancellationToken: cancellation);
        var standing = new List<StandingMessage>();
        while (standing.Count < limit && await channel.BasicGetAsync(queue, autoAck: false, cancellation) is { } found)
            standing.Add(new StandingMessage(Read(found), FaultHeaders.Read(found.BasicProperties)));
        return standing;
    }

    public async Task<int> MoveAsync(string from, string to, IReadOnlyCollection<string>? messageIds, int limit, CancellationToken cancellation)
    {
        var wanted = messageIds?.ToHashSet(StringComparer.OrdinalIgnoreCase);
        await using var channel = await (await connection.GetAsync(cancellation)).CreateChannelAsync(cancellationToken: cancellation);
        var (moved, chosen) = (0, new List<BasicGetResult>());
        // Only what stands there now is looked at: a message that fails again at once comes back behind it.
        for (var left = await channel.MessageCountAsync(from, cancellation); left > 0 && moved + chosen.Count < limit; left--)
        {
            if (await channel.BasicGetAsync(from, autoAck: false, cancellation) is not { } found)
                break;
            if (wanted is null || (found.BasicProperties.MessageId is { } id && wanted.Contains(id)))
                chosen.Add(found);
            if (chosen.Count == MovedAtATime)
                moved += await MoveAsync(channel, to, chosen, cancellation);
        }
        return moved + await MoveAsync(channel, to, chosen, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (asking is { IsOpen: true })
            await asking.DisposeAsync();
    }

    private async Task<int> MoveAsync(IChannel channel, string to, List<BasicGetResult> chosen, CancellationToken cancellation)
    {
        await publisher.PublishAsync(chosen.Select(found => publisher.ToQueue(to, Read(found))), cancellation);
        foreach (var found in chosen)
            await channel.BasicAckAsync(found.DeliveryTag, multiple: false, cancellation);
        var count = chosen.Count;
        chosen.Clear();
        return count;
    }

    private static Delivery Read(BasicGetResult found) => Wire.Read(found.Exchange, found.RoutingKey, found.Redelivered, found.BasicProperties, found.Body.ToArray());
}
