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

    /// <summary>A document that lies there is found at every reading; so often is written down that it still does.</summary>
    private static readonly TimeSpan SaidAgain = TimeSpan.FromMinutes(1);

    /// <summary>More at a time are one fault that somebody looks at already; who may reach the callback cannot fill the store.</summary>
    private const int MostRefusals = 100;

    /// <summary>A debtor system brings a push again until it is taken; one of which nothing could be read and that has not come for so long was put right there.</summary>
    private static readonly TimeSpan BroughtAgainWithin = TimeSpan.FromHours(24);

    private volatile IReadOnlyList<Refusal>? _refusals;
    private readonly EntryRules _rules = new(options);

    /// <summary>The refused documents that are not settled, as the last look found them.</summary>
    public IReadOnlyList<Refusal> Refusals => _refusals ?? [];

    /// <summary>Of a reading, which says itself which documents it took (<see cref="ReadAsync"/>).</summary>
    public Task TakeInAsync(string municipality, IReadOnlyList<DebtorEntry> entries, CancellationToken cancellation) =>
        TakeInAsync(municipality, entries, null, cancellation);

    /// <summary>Takes entries in, in whatever order, whenever and however often they come; returns when they are stored for good and their messages confirmed.</summary>
    /// <param name="documentId">Of the push that brought them: it is settled where it was refused before.</param>
    public async Task TakeInAsync(string municipality, IReadOnlyList<DebtorEntry> entries, string? documentId, CancellationToken cancellation)
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
        var ids = taken.Select(entry => entry.Row.EntryId).ToHashSet(StringComparer.Ordinal);
        var document = documentId is null ? null : Cut(documentId);
        await SettleAsync(
            municipality, refusal => refusal.Document.EntryId is { } entryId ? ids.Contains(entryId) : refusal.Document.DocumentId == document, cancellation);
    }

    /// <summary>Keeps what was refused, before the debtor system is answered or the cursor moves on.</summary>
    public async Task RefuseAsync(string municipality, IReadOnlyList<RefusedDocument> documents, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var known = (await log.RefusalsAsync(municipality, cancellation)).ToDictionary(refusal => refusal.Document.DocumentId, StringComparer.Ordinal);
        var news = documents.Select(Bounded)
            .Where(document => !(known.TryGetValue(document.DocumentId, out var refusal) && refusal.Document == document && now - DateTimeOffset.FromUnixTimeMilliseconds(refusal.LastAt) < SaidAgain))
            .DistinctBy(document => document.DocumentId)
            .Where((document, index) => known.ContainsKey(document.DocumentId) || known.Count + index < MostRefusals).ToList();
        if (news.Count == 0)
            return;
        await log.RefuseAsync(municipality, news, now, cancellation);
        _refusals = await log.RefusalsAsync(null, cancellation);
    }

    /// <summary>
    /// What a reading refused; and what it took, or found no more, is settled. Settled by whoever slept past its turn, the next reading refuses it again.
    /// </summary>
    public async Task ReadAsync(string municipality, ReadBack read, CancellationToken cancellation)
    {
        if (read.Refused.Count > 0)
            await RefuseAsync(municipality, read.Refused, cancellation);
        var (taken, found) = (read.TakenDocuments.Select(Cut).ToHashSet(StringComparer.Ordinal), read.Refused.Select(document => Cut(document.DocumentId)).ToHashSet(StringComparer.Ordinal));
        await SettleAsync(municipality, refusal => refusal.Document is var document && (taken.Contains(document.DocumentId) || (document.IsFoundAgain && !found.Contains(document.DocumentId))), cancellation);
    }

    /// <summary>The janitor: publishes again what was not confirmed, and settles what is brought no more.</summary>
    /// <returns>What each municipality still had unpublished when it began.</returns>
    public async Task<IReadOnlyList<EntryDepth>> SweepAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        _refusals = await log.RefusalsAsync(null, cancellation);
        foreach (var municipality in _refusals.Where(IsBroughtNoMore).Select(refusal => refusal.Municipality).Distinct().ToList())
            await SettleAsync(municipality, IsBroughtNoMore, cancellation);
        var depths = await log.DepthsAsync(now, cancellation);
        if (depths.Any(depth => depth.Due > 0))
            await PublishAsync(await log.UnpublishedAsync(now, SweepSize, cancellation), cancellation);
        return depths;
    }

    /// <summary>Mostly nothing is refused, and nothing is asked of the store then. Another instance's refusal is known here from the next sweep on.</summary>
    private async Task SettleAsync(string municipality, Func<Refusal, bool> isSettled, CancellationToken cancellation)
    {
        if (_refusals is { } known && !known.Any(refusal => refusal.Municipality == municipality))
            return;
        var settled = (await log.RefusalsAsync(municipality, cancellation)).Where(isSettled).Select(refusal => refusal.Document).ToList();
        if (settled.Count == 0)
            return;
        await log.SettleAsync(municipality, settled.ConvertAll(document => document.DocumentId), cancellation);
        _refusals = await log.RefusalsAsync(null, cancellation);
        foreach (var document in settled)
            Log.Settled(logger, vendor, municipality, document.Name);
    }

    private bool IsBroughtNoMore(Refusal refusal) =>
        refusal.Document is { Kind: DocumentKind.Push, EntryId: null } && time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(refusal.LastAt) >= BroughtAgainWithin;

    private static RefusedDocument Bounded(RefusedDocument document) => document with
    {
        DocumentId = Cut(document.DocumentId), Name = PersonalData.Mask(document.Name, MostCharacters), Field = document.Field is { } field ? PersonalData.Mask(field, MostCharacters) : null,
        EntryId = document.EntryId is { Length: > 0 and <= MostCharacters } id ? id : null,
    };

    private static string Cut(string documentId) => PersonalData.Mask(documentId, MostCharacters);

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
    private const int MostCharacters = 100;

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

        [LoggerMessage(3042, LogLevel.Information, "{Vendor} {Municipality}: {Document}, which was refused, is settled")]
        public static partial void Settled(ILogger logger, string vendor, string municipality, string document);

        [LoggerMessage(3041, LogLevel.Information, "{Vendor} {Municipality}: {Count} entries name no claim by our reference; Payments looks further")]
        public static partial void Unmatched(ILogger logger, string vendor, string municipality, int count);
    }
}
