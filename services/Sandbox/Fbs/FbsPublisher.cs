using System.Diagnostics;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>Publishes sample lines as FBS would: each to the exchange of its message, confirmed before the next are sent.</summary>
public sealed class FbsPublisher(IPublisher publisher)
{
    private const int BatchSize = 500;

    /// <param name="progress">Told how many have been confirmed so far.</param>
    /// <returns>How many were published; lines that only a file can hold are left out.</returns>
    public async Task<int> PublishAsync(IEnumerable<SampleLine> lines, CancellationToken cancellation, Action<int>? progress = null)
    {
        var published = 0;
        foreach (var batch in lines.Where(line => line.Exchange is not null).Chunk(BatchSize))
        {
            await publisher.PublishAsync([.. batch.Select(Message)], cancellation);
            published += batch.Length;
            progress?.Invoke(published);
        }

        return published;
    }

    private static OutgoingMessage Message(SampleLine line) => new(
        line.Exchange!, line.MessageId ?? DeterministicId.Create(DeterministicId.ClaimsTransfer, line.Utf8.Span), line.Utf8, TraceParent: Activity.Current?.Id);
}
