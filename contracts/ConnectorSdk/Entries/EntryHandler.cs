using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConnectorSdk.Entries;

/// <summary>
/// What a debtor system has booked on its own, as step functions: take entries in, sweep. The host drives them, and the simulator; nothing here has a timer, a thread
/// or an id of its own. Every step can die anywhere and be done again: an entry is in the log before anybody is told, and told until the broker has confirmed it.
/// </summary>
public sealed partial class EntryHandler(string vendor, IEntryLog log, IPublisher publisher, ConnectorOptions options, TimeProvider time, ILogger logger)
{
    private const int SweepSize = 1_000;
    private readonly EntryRules _rules = new(options);

    /// <summary>Takes entries in, in whatever order, whenever and however often they come; returns when they are stored for good and their messages confirmed.</summary>
    public async Task TakeInAsync(string municipality, IReadOnlyList<DebtorEntry> entries, CancellationToken cancellation)
    {
        if (entries.Count == 0)
            return;
        var now = time.GetUtcNow();
        var named = entries.Select(entry => (Content: EntryContent.Of(entry), Claim: OurReference.TryRead(municipality, entry.Subject.Reference))).ToList();
        var claims = await log.ClaimsAsync([.. named.Select(entry => entry.Claim?.ClaimId).OfType<Guid>().Distinct()], cancellation);
        var rows = named.ConvertAll(entry => _rules.Taken(
            municipality, entry.Content, entry.Claim, entry.Claim is { } claim ? claims.GetValueOrDefault(claim.ClaimId) : null, now));
        var taken = await log.RecordAsync(municipality, rows, EntryRules.Conflict, cancellation);
        Tell(municipality, taken);
        // Of a repeat too, where the first time was cut off before the broker had confirmed it.
        await PublishAsync(
            [.. taken.Select(entry => entry.Row).Where(row => row.PublishDueAt is not null).DistinctBy(row => (row.IsConflict, row.EntryId, row.ContentHash))], cancellation);
    }

    /// <summary>The janitor: publishes again what was not confirmed.</summary>
    /// <returns>What each municipality still had unpublished when it began.</returns>
    public async Task<IReadOnlyList<EntryDepth>> SweepAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var depths = await log.DepthsAsync(now, cancellation);
        if (depths.Any(depth => depth.Due > 0))
            await PublishAsync(await log.UnpublishedAsync(now, SweepSize, cancellation), cancellation);
        return depths;
    }

    private async Task PublishAsync(IReadOnlyList<EntryRow> rows, CancellationToken cancellation)
    {
        var told = rows.Where(row => row.Message is not null).ToList();
        if (told.Count == 0)
            return;
        await publisher.PublishAsync([.. told.Select(row => new OutgoingMessage(row.Message!.Name, row.Message.Id, row.Message.Bytes, row.Municipality, row.Message.TraceParent))], cancellation);
        await log.MarkPublishedAsync(told, cancellation);
    }

    private void Tell(string municipality, IReadOnlyList<EntryTaken> taken)
    {
        foreach (var group in taken.GroupBy(entry => (entry.Row.Kind, Result: ResultOf(entry))))
            ConnectorTelemetry.Entries(vendor, municipality, group.Key.Kind, group.Key.Result, group.Count());
        if (taken.Count(entry => entry.Result == EntryResult.Conflict) is > 0 and var conflicts)
            Log.Conflicts(logger, vendor, municipality, conflicts);
        if (taken.Count(entry => ResultOf(entry) == Unmatched) is > 0 and var unmatched)
            Log.Unmatched(logger, vendor, municipality, unmatched);
    }

    private const string Unmatched = "unmatched";

    private static string ResultOf(EntryTaken entry) => entry switch
    {
        { Result: EntryResult.Repeat } => "repeat",
        { Result: EntryResult.Conflict } => "conflict",
        { Row.Message.Name: MessageNames.DebtorEntryUnmatched } => Unmatched,
        _ => "new",
    };

    private static partial class Log
    {
        [LoggerMessage(3040, LogLevel.Warning, "{Vendor} {Municipality}: {Count} entries came under an id that stands for other content; the first stands, the others are kept in entry_conflicts")]
        public static partial void Conflicts(ILogger logger, string vendor, string municipality, int count);

        [LoggerMessage(3041, LogLevel.Information, "{Vendor} {Municipality}: {Count} entries name no claim by our reference; Payments looks further")]
        public static partial void Unmatched(ILogger logger, string vendor, string municipality, int count);
    }
}
