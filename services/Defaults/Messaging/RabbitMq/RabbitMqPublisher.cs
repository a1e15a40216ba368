using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>
/// Publishes and waits for the confirms. What is outstanding is bounded by turns and chunks, not by the client's rate limiter, which gets slow near its
/// limit. What a lost connection left unconfirmed is published again: at least once.
/// </summary>
internal abstract partial class RabbitMqPublisher(BrokerDeclarations declarations, string user, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int ChunkMessages = 256;
    private const long ChunkBytes = 8_000_000;

    /// <summary>So many chunks are on their way at a time.</summary>
    protected const int Turns = 8;

    /// <summary>So long it waits for confirms before it sends again.</summary>
    protected static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    /// <summary>So long it waits for a broker that is away before the caller hears of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    protected BrokerDeclarations Declarations => declarations;

    /// <summary>Straight to a queue: by our exchange for those that are ours, by the broker's own for others'.</summary>
    public Publication ToQueue(string queue, Delivery delivery, FaultNote? fault = null) => Wire.ToQueue(declarations.ExchangeOf(queue), queue, delivery, fault);

    /// <summary>The same message of others once more, at the end of the queue it came from.</summary>
    public Publication Again(string queue, Delivery delivery, IReadOnlyBasicProperties properties) => Wire.Again(declarations.ExchangeOf(queue), queue, delivery, properties);

    public async Task PublishAsync(IEnumerable<Publication> publications, CancellationToken cancellation)
    {
        foreach (var chunk in Chunks(publications))
            await UntilConfirmedAsync(chunk, cancellation);
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>Sends a chunk once, and removes from it what was confirmed.</summary>
    /// <returns>Null when all of it was.</returns>
    protected abstract Task<Exception?> TryAsync(List<Publication> chunk, CancellationToken cancellation);

    /// <summary>Publishing to an exchange that does not exist would close the channel and take its neighbours' confirms along.</summary>
    protected async Task DeclareExchangesAsync(List<Publication> chunk, CancellationToken cancellation)
    {
        foreach (var exchange in chunk.Select(publication => publication.Exchange).Distinct(StringComparer.Ordinal))
            await declarations.ExchangeAsync(exchange, cancellation);
    }

    protected static async Task<Exception?> ConfirmedAsync(List<Publication> chunk, List<Task> confirms)
    {
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

    protected NotAllowedException NotAllowed(string refusal, Exception? cause) => new(
        $"The broker does not let the user '{user}' say this: {refusal}. What each user may say is in the broker's definitions, made by 'claims broker definitions' from the "
        + "municipalities' file; a vendor speaks for its own municipalities only.", cause);

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

    private static Exception? Refusal(Exception fault) => fault switch
    {
        PublishException { IsReturn: true } returned => new TransientException("The broker returned a message: the queue or the exchange's alternate is not there.", returned),
        OperationInterruptedException { ShutdownReason.ReplyCode: Constants.PreconditionFailed } refused =>
            new PermanentException($"The broker refuses the message: {refused.ShutdownReason.ReplyText}", refused),
        BrokerNotReadyException or NotAllowedException => fault,
        ObjectDisposedException closed => new TransientException("The transport is shutting down.", closed),
        _ => null,
    };

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

    private static partial class Log
    {
        [LoggerMessage(1030, LogLevel.Warning, "{Count} messages are not confirmed and are published again, failure {Failures}, {Fault}: {Text}")]
        public static partial void Again(ILogger logger, int count, int failures, string fault, string text);
    }
}
