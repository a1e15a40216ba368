using System.Data.Common;
using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Replaying;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>
/// Keeps what was collected: each message once, each of its failures once. What is collected again (the console or the broker died before the acknowledgement) is
/// recognised by its failure and changes nothing.
/// </summary>
public sealed class LetterStore(IStore store, TimeProvider time)
{
    /// <summary>Shown and searched; the whole text stands with the failure.</summary>
    private const int ShownText = 300;

    /// <summary>Clocks of two machines differ by less.</summary>
    private const long ClockDifference = 5_000;

    private readonly string _load = store.Sql($"""
        SELECT {Row.Columns}
        FROM console.letters l
        WHERE {store.In("l.letter_id", "ids")}
        """);

    // The attempt that was under way has failed again: that is its outcome, and the message is free for the next. Only by what is collected now: the failure that it was replayed for
    // may have been a moment before.
    private readonly string _close = store.Sql($"""
        UPDATE console.replay_items
        SET state = '{nameof(ItemState.Done)}', outcome = '{Outcomes.FailedAgain}', outcome_at = @now, look_at = NULL, open_letter = NULL,
            outcome_detail = (SELECT l.cause_text FROM console.letters l WHERE l.letter_id = watched_letter)
        WHERE {store.In("watched_letter", "ids")} AND open_letter IS NOT NULL AND state IN ('{nameof(ItemState.Sending)}', '{nameof(ItemState.Sent)}')
          AND sent_at <= (SELECT MAX(f.failed_at) + @difference FROM console.failures f WHERE f.letter_id = watched_letter AND f.collected_at = @now)
        """);

    // What no queue listened to is sent to its exchange, and fails on the queue behind it: a letter of its own, known by the message's id.
    private readonly string _closeRouted = store.Sql($"""
        UPDATE console.replay_items
        SET state = '{nameof(ItemState.Done)}', outcome = '{Outcomes.FailedAgain}', outcome_at = @now, look_at = NULL, open_letter = NULL
        WHERE state IN ('{nameof(ItemState.Sending)}', '{nameof(ItemState.Sent)}') AND sent_at <= @latest
          AND open_letter IN (SELECT l.letter_id FROM console.letters l WHERE l.queue = '{Topology.Unrouted}' AND {store.In("l.message_id", "messages", ColumnType.Text)})
        """);

    // Open again once no attempt is under way: a failure from before it was sent says nothing about the attempt that is.
    private readonly string _reopen = store.Sql($"""
        UPDATE console.letters
        SET status = '{nameof(LetterStatus.Open)}', outcome = '{Outcomes.FailedAgain}', outcome_at = @now, row_version = row_version + 1
        WHERE {store.In("letter_id", "ids")} AND status = '{nameof(LetterStatus.Replaying)}'
          AND NOT EXISTS (SELECT 1 FROM console.replay_items i WHERE i.open_letter = letters.letter_id)
        """);

    // The corrected original tells what became of its correction.
    private readonly string _tellOriginal = store.Sql($"""
        UPDATE console.letters
        SET outcome = '{Outcomes.FailedAgain}', outcome_at = @now, row_version = row_version + 1
        WHERE status = '{nameof(LetterStatus.Corrected)}' AND letter_id IN (
          SELECT i.letter_id FROM console.replay_items i
          WHERE {store.In("i.watched_letter", "ids")} AND i.letter_id <> i.watched_letter AND i.outcome = '{Outcomes.FailedAgain}' AND i.outcome_at = @now)
        """);

    private readonly string _passOn = store.Sql($"""
        UPDATE console.letters
        SET status = CASE WHEN status = '{nameof(LetterStatus.Replaying)}' THEN '{nameof(LetterStatus.Replayed)}' ELSE status END, outcome = '{Outcomes.FailedAgain}', outcome_at = @now,
            row_version = row_version + 1
        WHERE queue = '{Topology.Unrouted}' AND status IN ('{nameof(LetterStatus.Replaying)}', '{nameof(LetterStatus.Corrected)}') AND {store.In("message_id", "messages", ColumnType.Text)}
          AND NOT EXISTS (SELECT 1 FROM console.replay_items i WHERE i.open_letter = letters.letter_id)
        """);

    public Task KeepAsync(IReadOnlyList<CollectedLetter> collected, CancellationToken cancellation) => store.InTransactionAsync(
        async transaction =>
        {
            await KeepAsync(transaction, collected, cancellation);
            return true;
        },
        cancellation);

    private async Task KeepAsync(DbTransaction transaction, IReadOnlyList<CollectedLetter> collected, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var ids = store.List(collected.Select(letter => letter.LetterId).Distinct().ToList());
        var rows = (await transaction.Connection!.QueryAsync<Row>(new CommandDefinition(_load, new { ids }, transaction, cancellationToken: cancellation))).ToDictionary(row => row.LetterId);
        var dated = collected.Select(letter => Dated(letter, rows.GetValueOrDefault(letter.LetterId), now)).OfType<CollectedLetter>().ToList();
        var fresh = await store.InsertNewAsync(
            transaction, ConsoleSchema.Failures,
            [.. dated.Select(letter => new object?[]
            {
                letter.FailureId, letter.LetterId, letter.FailedAt!.Value.ToUnixTimeMilliseconds(), now, letter.DeadLetterQueue, letter.Fingerprint, letter.CauseType, letter.CauseText,
                letter.Deliveries,
            })],
            cancellation);
        if (fresh.Count == 0)
            return;

        await store.InsertNewAsync(
            transaction, ConsoleSchema.Causes,
            [.. fresh.Select(index => dated[index]).Select(letter => new object?[] { letter.Fingerprint, letter.CauseType, DeadLetters.Fingerprint.TextOf(letter.CauseText) })], cancellation);

        var changed = new Dictionary<Guid, Row>();
        var bodies = new Dictionary<Guid, CollectedLetter>();
        foreach (var letter in fresh.Select(index => dated[index]))
        {
            var before = changed.GetValueOrDefault(letter.LetterId) ?? rows.GetValueOrDefault(letter.LetterId);
            changed[letter.LetterId] = After(before, letter, rows.GetValueOrDefault(letter.LetterId)?.RowVersion ?? 0);
            if (before is null or { Status: nameof(LetterStatus.Purged) })
                bodies[letter.LetterId] = letter;
        }

        await store.SaveVersionedAsync(transaction, ConsoleSchema.Letters, "row_version", [.. changed.Values.Select(row => row.Values())], cancellation);
        await store.InsertNewAsync(
            transaction, ConsoleSchema.Bodies,
            [.. bodies.Values.Select(letter => new object?[]
            {
                letter.LetterId, Encoding.UTF8.GetString(letter.SealedBody.Span), letter.SealedHeaders is { } headers ? Encoding.UTF8.GetString(headers.Span) : null,
            })],
            cancellation);
        var touched = store.List(changed.Keys.ToList());
        if (await transaction.Connection!.ExecuteAsync(new CommandDefinition(_close, new { now, difference = ClockDifference, ids = touched }, transaction, cancellationToken: cancellation)) > 0)
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(_tellOriginal, new { now, ids = touched }, transaction, cancellationToken: cancellation));
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(_reopen, new { now, ids = touched }, transaction, cancellationToken: cancellation));
        var routed = changed.Values.Where(row => row.Queue != Topology.Unrouted && row.MessageId is not null).ToList();
        if (routed.Count == 0)
            return;
        var passed = new { now, latest = routed.Max(row => row.LastFailedAt) + ClockDifference, messages = store.List(routed.Select(row => row.MessageId!).ToList()) };
        if (await transaction.Connection!.ExecuteAsync(new CommandDefinition(_closeRouted, passed, transaction, cancellationToken: cancellation)) > 0)
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(_passOn, passed, transaction, cancellationToken: cancellation));
    }

    /// <summary>
    /// What never failed at a known time (it was not routed to any queue) fails when it is collected, once: again only when something was done about it since, or it would be lost.
    /// </summary>
    private static CollectedLetter? Dated(CollectedLetter letter, Row? known, long now) => letter.FailedAt is not null ? letter
        : known is null || known.Status is not (nameof(LetterStatus.Open) or nameof(LetterStatus.Corrected)) ? letter with { FailedAt = DateTimeOffset.FromUnixTimeMilliseconds(now) }
        : null;

    private static Row After(Row? before, CollectedLetter letter, long storedVersion)
    {
        var failedAt = letter.FailedAt!.Value.ToUnixTimeMilliseconds();
        var shown = PersonalData.Cut(letter.CauseText, ShownText);
        if (before is null)
        {
            var about = letter.Subject;
            return new Row
            {
                LetterId = letter.LetterId, MessageId = letter.MessageId, Queue = letter.Queue, Name = letter.Name, ClaimId = about.ClaimId, Municipality = about.Municipality,
                Vendor = about.Vendor, Agency = about.Agency, FeeId = about.FeeId, Version = about.Version, AmountOre = about.AmountOre, Fingerprint = letter.Fingerprint,
                CauseType = letter.CauseType, CauseText = shown, FirstFailedAt = failedAt, LastFailedAt = failedAt, Attempts = 1, Status = nameof(LetterStatus.Open),
                TraceParent = letter.TraceParent, RowVersion = 1, Sender = letter.Sender, KeptBytes = letter.KeptBytes,
            };
        }

        var isNewest = failedAt >= before.LastFailedAt;
        return before with
        {
            Fingerprint = isNewest ? letter.Fingerprint : before.Fingerprint,
            CauseType = isNewest ? letter.CauseType : before.CauseType,
            CauseText = isNewest ? shown : before.CauseText,
            FirstFailedAt = Math.Min(before.FirstFailedAt, failedAt),
            LastFailedAt = Math.Max(before.LastFailedAt, failedAt),
            Attempts = before.Attempts + 1,
            // A correction stands in its place: that the original came once more changes nothing about that. What is being replayed is open again when its attempt is closed.
            Status = before.Status is nameof(LetterStatus.Corrected) or nameof(LetterStatus.Replaying) ? before.Status : nameof(LetterStatus.Open),
            RowVersion = storedVersion + 1,
            KeptBytes = before.Status == nameof(LetterStatus.Purged) ? letter.KeptBytes : before.KeptBytes + letter.CauseText.Length,
        };
    }

    /// <summary>A row as it is stored.</summary>
    internal sealed record Row
    {
        /// <summary>All of it, of the letters under the alias <c>l</c>.</summary>
        public const string Columns = """
            l.letter_id AS LetterId, l.message_id AS MessageId, l.queue AS Queue, l.name AS Name, l.claim_id AS ClaimId, l.municipality AS Municipality, l.vendor AS Vendor,
            l.agency AS Agency, l.fee_id AS FeeId, l.version AS Version, l.amount_ore AS AmountOre, l.fingerprint AS Fingerprint, l.cause_type AS CauseType, l.cause_text AS CauseText,
            l.first_failed_at AS FirstFailedAt, l.last_failed_at AS LastFailedAt, l.attempts AS Attempts, l.status AS Status, l.outcome AS Outcome, l.outcome_at AS OutcomeAt,
            l.replay_id AS ReplayId, l.trace_parent AS TraceParent, l.row_version AS RowVersion, l.sender AS Sender, l.kept_bytes AS KeptBytes
            """;

        public Guid LetterId { get; init; }
        public string? MessageId { get; init; }
        public required string Queue { get; init; }
        public required string Name { get; init; }
        public Guid? ClaimId { get; init; }
        public required string Municipality { get; init; }
        public required string Vendor { get; init; }
        public required string Agency { get; init; }
        public long? FeeId { get; init; }
        public long? Version { get; init; }
        public long? AmountOre { get; init; }
        public required string Fingerprint { get; init; }
        public required string CauseType { get; init; }
        public required string CauseText { get; init; }
        public long FirstFailedAt { get; init; }
        public long LastFailedAt { get; init; }
        public long Attempts { get; init; }
        public required string Status { get; init; }
        public string? Outcome { get; init; }
        public long? OutcomeAt { get; init; }
        public Guid? ReplayId { get; init; }
        public string? TraceParent { get; init; }
        public long RowVersion { get; init; }
        public string? Sender { get; init; }
        public long KeptBytes { get; init; }

        public object?[] Values() =>
        [
            LetterId, MessageId, Queue, Name, ClaimId, Municipality, Vendor, Agency, FeeId, Version, AmountOre, Fingerprint, CauseType, CauseText, FirstFailedAt, LastFailedAt, Attempts,
            Status, Outcome, OutcomeAt, ReplayId, TraceParent, RowVersion, Sender, KeptBytes,
        ];

        public Letter Letter() => new(
            LetterId, MessageId, Queue, Name, ClaimId, Municipality, Vendor, Agency, FeeId, (int?)Version, AmountOre, Fingerprint, CauseType, CauseText,
            DateTimeOffset.FromUnixTimeMilliseconds(FirstFailedAt), DateTimeOffset.FromUnixTimeMilliseconds(LastFailedAt), (int)Attempts, Enum.Parse<LetterStatus>(Status), Outcome,
            OutcomeAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, ReplayId, TraceParent);
    }
}
