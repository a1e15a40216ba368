using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Fbs;
using RabbitMQ.Client;

namespace ClaimsTransfer.Benchmarks.Measuring;

internal sealed record FeedMessage(string MessageId, ReadOnlyMemory<byte> Body);

/// <summary>FBS's side: claims as plain JSON to <c>submit-claim</c>, every publish confirmed.</summary>
internal sealed class Feed : IAsyncDisposable
{
    private const int InFlight = 500;
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private Feed(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    /// <summary>Claims that all end transferred, the same in every run: nobody's guardian is missing and nothing is older than the cut-over.</summary>
    public static IReadOnlyList<FeedMessage> Generate(int count, IReadOnlyList<string> municipalities) =>
    [
        .. SampleClaims.Generate(new SampleOptions { Count = count, Municipalities = municipalities, WithoutGuardian = 0 })
            .Select(line => new FeedMessage($"{line.MessageId}", line.Utf8)),
    ];

    public static async Task<Feed> ConnectAsync(string broker, CancellationToken cancellation)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(broker), ClientProvidedName = "bench feed" }.CreateConnectionAsync(cancellation);
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null), cancellation);
        return new Feed(connection, channel);
    }

    public async Task PublishAsync(IEnumerable<FeedMessage> messages, CancellationToken cancellation)
    {
        foreach (var chunk in messages.Chunk(InFlight))
        {
            await Task.WhenAll(chunk.Select(message => _channel.BasicPublishAsync(
                MessageNames.SubmitClaim, "", mandatory: true,
                new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent, MessageId = message.MessageId },
                message.Body, cancellation).AsTask()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
