using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Ingest.Recording;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Ingest.Relaying;

/// <summary>
/// Publishes what was recorded and not published: a message that came by HTTP has no broker behind it that would deliver it again. A lease keeps two instances
/// from relaying the same; what is not confirmed stays due and is tried again when the lease is over. Whoever slept past it publishes under the ids that its
/// successor does, which whoever takes them recognises, and marks as published what the broker has confirmed to it.
/// </summary>
public sealed partial class Relay(IStore store, IPublisher publisher, TimeProvider time, IngestOptions options, ILogger<Relay> log)
{
    private const int BatchSize = 500;

    private readonly MessageStore _messages = new(store);

    /// <summary>One sweep; returns how many were published, and is called again at once while that is a full batch.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var (ids, answers) = await _messages.TakeDueAsync(BatchSize, now, now + options.RelayAfter, cancellation);
        if (ids.Count == 0)
            return 0;
        try
        {
            await publisher.PublishAsync(answers, cancellation);
            await _messages.MarkPublishedAsync(ids, cancellation);
        }
        catch (Exception fault) when (ids.Count > 1 && !BatchConsumer.IsTransient(fault))
        {
            await OneByOneAsync(ids, cancellation);
        }
        Log.Relayed(log, ids.Count);
        return ids.Count;
    }

    /// <summary>The broker will not have one of them: it holds back nobody else's, and stays due itself.</summary>
    private async Task OneByOneAsync(IReadOnlyList<Guid> ids, CancellationToken cancellation)
    {
        foreach (var id in ids)
        {
            try
            {
                await publisher.PublishAsync(await _messages.AnswersAsync([id], cancellation), cancellation);
                await _messages.MarkPublishedAsync([id], cancellation);
            }
            catch (Exception fault) when (!BatchConsumer.IsTransient(fault))
            {
                Log.Refused(log, id, fault);
            }
        }
    }

    public static bool IsFull(int swept) => swept == BatchSize;

    private static partial class Log
    {
        [LoggerMessage(2010, LogLevel.Information, "{Count} messages that were recorded and not published are published now")]
        public static partial void Relayed(ILogger logger, int count);

        [LoggerMessage(2013, LogLevel.Error, "What was recorded under {Id} cannot be published; it stays due")]
        public static partial void Refused(ILogger logger, Guid id, Exception fault);
    }
}
