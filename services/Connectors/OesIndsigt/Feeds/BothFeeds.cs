using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.OesIndsigt.Feeds;

/// <summary>
/// Reads the receipts and the entries in one go. What one feed gives does not wait for the other; a feed that cannot be read is logged each time, and makes the whole reading
/// fail as soon as there is nothing else to hand in.
/// </summary>
internal sealed partial class BothFeeds(IndsigtCall calls, IndsigtOptions options, ILogger log)
{
    public async Task<ReadBack> ReadAsync(DebtorSystem system, FeedCursor from, CancellationToken cancellation)
    {
        var receipts = await ReceiptsAsync(system, from.Receipts, cancellation);
        var entries = await EntriesAsync(system, from.Entries, cancellation);
        var to = new FeedCursor(receipts.Next, entries.Next);
        foreach (var fault in (string?[])[receipts.Fault, entries.Fault])
        {
            if (fault is not null && to == from && entries.StandsStill is null)
                throw new HttpRequestException($"Of municipality {system.Municipality} {fault}.");
            if (fault is not null)
                Log.NotRead(log, system.Municipality, fault);
        }

        return new ReadBack(receipts.Items, to.ToString(), receipts.More || entries.More)
        {
            Entries = entries.Items, Refused = entries.StandsStill is { } standing ? [standing] : [],
        };
    }

    private async Task<FeedPage<Receipt>> ReceiptsAsync(DebtorSystem system, string after, CancellationToken cancellation)
    {
        var result = await GetAsync(system, "receipts", after, IndsigtJson.Default.ReceiptPage, cancellation);
        if (result is not CallResult<ReceiptPage>.Answered { Body: var page })
            return new FeedPage<Receipt>([], after, false, $"the receipt feed could not be read: {result.Cause}");
        var receipts = page.Receipts.Select(json => ReceiptOf(system, json)).OfType<Receipt>();
        return new FeedPage<Receipt>([.. receipts], page.Next, page.More);
    }

    /// <summary>
    /// One that cannot be understood is passed, and its instruction asked about: unlike an entry, what it should have said can be learned by a question. Null where it says nothing.
    /// </summary>
    private Receipt? ReceiptOf(DebtorSystem system, JsonElement json)
    {
        if (ItemReading.Of(json) is not { } reading)
        {
            Log.NotRead(log, system.Municipality, "a receipt names no instruction, and is passed over");
            return null;
        }

        if (reading.Answer is { Status: not (ItemStatus.Accepted or ItemStatus.Rejected) })
            return null;
        var receiptId = ItemReading.TextOf(json, "receiptId") ?? "";
        if (receiptId.Length == 0)
            return new Receipt(reading.InstructionId, $"{reading.InstructionId:N}", new Submitted.NotUnderstood("the receipt has no receiptId"));
        if (reading.Fault is { } fault)
            Log.NotRead(log, system.Municipality, $"in a receipt {fault}; its instruction is asked about");
        return new Receipt(reading.InstructionId, receiptId, reading.ToSubmitted());
    }

    /// <summary>The entries before the first that does not fit. It and those after it stay in the feed, whose cursor never moves past what was not understood.</summary>
    private async Task<FeedPage<DebtorEntry>> EntriesAsync(DebtorSystem system, string after, CancellationToken cancellation)
    {
        var result = await GetAsync(system, "entries", after, IndsigtJson.Default.EntryPage, cancellation);
        if (result is not CallResult<EntryPage>.Answered { Body: var page })
            return new FeedPage<DebtorEntry>([], after, false, $"the entry feed could not be read: {result.Cause}");
        var entries = new List<DebtorEntry>(page.Entries.Count);
        var position = after;
        foreach (var json in page.Entries)
        {
            if (EntryItem.Read(json, out var fault) is not { } item)
            {
                // The vendor's own word, which is shown and logged here.
                var shown = PersonalData.Mask(position, 100);
                return new FeedPage<DebtorEntry>(entries, position, false, $"the entry feed stands still: in the first entry after position '{shown}' {fault}")
                {
                    StandsStill = new RefusedDocument("entries", DocumentKind.Feed, $"entries after {shown}", DocumentFault.WrongEntry, null, fault!.Field) { IsFoundAgain = true },
                };
            }

            entries.Add(item.ToEntry());
            position = item.Position;
        }

        return new FeedPage<DebtorEntry>(entries, page.Next, page.More);
    }

    private async Task<CallResult<T>> GetAsync<T>(DebtorSystem system, string feed, string after, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var from = after.Length == 0 ? "" : $"&after={Uri.EscapeDataString(after)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, IndsigtConnector.Address(system, $"{feed}?limit={options.PageSize}{from}"));
        return await calls.SendAsync(system, request, type, cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(4301, LogLevel.Error, "Of municipality {Municipality} {Fault}")]
        public static partial void NotRead(ILogger logger, string municipality, string fault);
    }
}

/// <param name="Fault">Why nothing more was read; null: it was read.</param>
internal sealed record FeedPage<T>(IReadOnlyList<T> Items, string Next, bool More, string? Fault = null)
{
    /// <summary>It has been read, and goes no further: what comes next has a fault, and waits with everything after it.</summary>
    public RefusedDocument? StandsStill { get; init; }
}
