using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Editing;

namespace ClaimsTransfer.OperationsConsole.Replaying;

/// <summary>
/// Carries replays on: previews them, sends one message, then ten, a hundred, all, and stops when too many fail again. Every step is stored before and after it is done, so that
/// whatever is killed in the middle goes on where it was; what may have been sent is sent again under its own id, which whoever takes it recognises.
/// </summary>
public sealed class ReplayRunner(
    ReplayStore replays, Letters letters, Corrections corrections, MessageQuestions questions, IDeadLetterQueues queues, ITransport transport, MessageSealer sealer, ConsoleOptions options,
    TimeProvider time)
{
    private const int ForecastAtATime = 250;
    private const int SendAtATime = 500;
    private const int LookAtATime = 500;

    /// <summary>So many outcomes say something about the rest, when all are being sent.</summary>
    private const int TellingOutcomes = 20;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>The replays that this instance has, and until when: whoever takes one that has run out says another moment.</summary>
    private readonly Dictionary<Guid, DateTimeOffset> _mine = [];

    /// <summary>When each may send its next message at the rate it was given.</summary>
    private readonly Dictionary<Guid, DateTimeOffset> _paced = [];

    /// <summary>One round for every replay that is this instance's.</summary>
    /// <returns>Whether there is more to do at once.</returns>
    public async Task<bool> CarryOnAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        foreach (var over in _mine.Where(lease => lease.Value <= now).Select(lease => lease.Key).ToList())
            _mine.Remove(over);
        var until = now + Lease;
        var taken = await replays.TakeAsync(until, _mine, cancellation);
        foreach (var replay in taken.Where(replay => replay.Status != ReplayStatus.Cancelled))
            _mine[replay.ReplayId] = until;
        foreach (var ended in _paced.Where(pace => pace.Value < now - Lease).Select(pace => pace.Key).ToList())
            _paced.Remove(ended);
        var more = false;
        foreach (var replay in taken)
        {
            more |= replay.Status switch
            {
                ReplayStatus.Previewing => await PreviewAsync(replay, cancellation),
                ReplayStatus.Cancelled => await FinishAsync(replay, cancellation),
                _ => await SendAsync(replay, cancellation),
            };
        }

        return more;
    }

    /// <summary>Looks what has become of what was sent.</summary>
    /// <returns>Whether there is more to look at now.</returns>
    public async Task<bool> LookAsync(CancellationToken cancellation)
    {
        var due = await replays.TakeToLookAtAsync(LookAtATime, time.GetUtcNow() + Lease, cancellation);
        if (due.Count == 0)
            return false;
        var now = time.GetUtcNow();
        var looked = new List<(Attempt Attempt, Guid? MessageId, string? Service, RecordedMessage? Recorded)>(due.Count);
        var needless = new HashSet<Attempt>();
        foreach (var group in (await SentAsync(due, cancellation)).GroupBy(one => questions.ServiceOf(one.Attempt.Queue, one.Attempt.Name, one.Attempt.Municipality)))
        {
            var recorded = group.Key is null ? null : await RecordedAsync(group.Key, [.. group.Select(one => one.MessageId).OfType<Guid>()], cancellation);
            if (group.Key == "Payments" && recorded is not null)
                needless.UnionWith(await NeedlessAsync(group.Key, [.. group], recorded, now, cancellation));
            looked.AddRange(group.Select(one => (one.Attempt, one.MessageId, group.Key, one.MessageId is { } id ? recorded?.GetValueOrDefault(id) : null)));
        }

        // The service says which claim it took the message for: a correction may name another than the letter did. Asked for after that, the claim stands as it came to stand.
        var standing = await questions.StandingAsync([.. looked.Select(one => ClaimOf(one.Attempt, one.Recorded)).OfType<Guid>().Distinct()], cancellation);
        var closed = new List<(Attempt, Outcome)>();
        var again = new List<(Attempt, DateTimeOffset)>();
        foreach (var (attempt, messageId, service, recorded) in looked)
        {
            var since = now - DateTimeOffset.FromUnixTimeMilliseconds(attempt.SentAt ?? 0);
            var claim = ClaimOf(attempt, recorded);
            if (needless.Contains(attempt))
                closed.Add((attempt, new Outcome(Outcomes.Handled, [ReplayNotes.ChangedNothing])));
            else if (OutcomeRules.Of(service, messageId, claim, attempt.Version, recorded, claim is { } about ? standing.GetValueOrDefault(about) : null, since) is { } outcome)
                closed.Add((attempt, outcome with { Notes = Masked(outcome.Notes) }));
            else
                again.Add((attempt, now + Pause(since)));
        }

        await replays.CloseAsync(closed, cancellation);
        await replays.LookAgainAsync(again, cancellation);
        return due.Count == LookAtATime;
    }

    private async Task<bool> PreviewAsync(Replay replay, CancellationToken cancellation)
    {
        var attempts = await replays.WithoutForecastAsync(replay.ReplayId, ForecastAtATime, cancellation);
        if (attempts.Count == 0)
        {
            await replays.AdvanceAsync(replay, ReplayStatus.Ready, 0, null, null, cancellation);
            return false;
        }

        var bodies = await letters.BodiesAsync([.. attempts.Select(attempt => attempt.LetterId)], cancellation);
        var forecasts = new List<(Attempt, string, IReadOnlyList<Note>?)>(attempts.Count);
        foreach (var group in attempts.GroupBy(attempt => questions.ServiceOf(attempt.Queue, attempt.Name, attempt.Municipality)))
            forecasts.AddRange(await ForecastAsync(group.Key, [.. group], bodies, cancellation));
        await replays.SaveForecastsAsync(replay, forecasts, cancellation);
        return true;
    }

    private async Task<IReadOnlyList<(Attempt Attempt, string Outcome, IReadOnlyList<Note>? Notes)>> ForecastAsync(
        string? service, List<Attempt> attempts, IReadOnlyDictionary<Guid, string> bodies, CancellationToken cancellation)
    {
        if (service is null)
            return [.. attempts.Select(attempt => (attempt, Forecasts.Unknown, (IReadOnlyList<Note>?)[ReplayNotes.NotAsked]))];
        try
        {
            var answers = await questions.ForecastAsync(
                service, [.. attempts.Select(attempt => new MessageToForecast(attempt.Name, IdOf(attempt.MessageId), BodyFor(service, bodies.GetValueOrDefault(attempt.LetterId) ?? "")))], cancellation);
            return [.. attempts.Zip(answers, (attempt, answer) => (attempt, answer.Outcome, Masked(answer.Notes)))];
        }
        catch (NotedException unasked) when (unasked is ServiceAwayException or ServiceRefusedException)
        {
            // A preview says what is known: a service that is down, or refuses the question, is no reason to show none.
            return [.. attempts.Select(attempt => (attempt, Forecasts.Unknown, Masked(unasked.Notes)))];
        }
    }

    private static IReadOnlyList<Note>? Masked(IReadOnlyList<Note>? notes) => notes is null ? null : [.. notes.Select(note => note.With(value => PersonalData.Mask(value, 500)))];

    private async Task<bool> SendAsync(Replay replay, CancellationToken cancellation)
    {
        var progress = await replays.CountedAsync(replay, cancellation);
        var sent = progress.Known + progress.UnderWay;
        if (progress.Left == 0 && progress.UnderWay == 0)
        {
            await replays.AdvanceAsync(replay, ReplayStatus.Done, replay.Stage, replay.Remark, progress, cancellation);
            _mine.Remove(replay.ReplayId);
            return false;
        }

        var isLast = replay.Stage >= Replay.StageEnds.Count;
        var end = Replay.StageEnds[Math.Clamp(replay.Stage, 1, Replay.StageEnds.Count) - 1];
        // A person who went on after a stop has seen what had failed by then.
        var (known, failed) = (progress.Known - replay.KnownBefore, progress.Failed - replay.FailedBefore);
        if (IsTelling(replay, progress, known, sent, end) && failed * 100 > known * replay.MostFailedPercent)
        {
            await replays.AdvanceAsync(
                replay, ReplayStatus.Stopped, replay.Stage, ReplayNotes.TooManyFailed(failed, known, replay.MostFailedPercent), progress, cancellation);
            return false;
        }

        if (sent >= end && progress.UnderWay == 0 && !isLast)
        {
            await replays.AdvanceAsync(replay, ReplayStatus.Running, replay.Stage + 1, null, null, cancellation);
            return true;
        }

        if (await replays.OldestUnderWayAsync(replay.ReplayId, cancellation) is { } oldest && time.GetUtcNow() - oldest > options.OutcomeWithin && replay.Remark is null)
        {
            await replays.AdvanceAsync(
                replay, ReplayStatus.Paused, replay.Stage, ReplayNotes.NoOutcome(progress.UnderWay, options.OutcomeWithin), progress, cancellation);
            return false;
        }

        var room = Math.Min(end - sent, options.MostUnderWay - progress.UnderWay);
        // What a crash left half-sent counts as under way, and goes out again first.
        var attempts = await replays.TakeToSendAsync(replay, (int)Math.Min(Math.Min(room, SendAtATime), Allowed(replay)), cancellation);
        if (attempts.Count > 0)
            _paced[replay.ReplayId] = Later(_paced.GetValueOrDefault(replay.ReplayId), time.GetUtcNow()) + TimeSpan.FromSeconds((double)attempts.Count / replay.RatePerSecond);
        if (await SendAndMarkAsync(replay, attempts, cancellation) is { } missing)
            await replays.AdvanceAsync(replay, ReplayStatus.Paused, replay.Stage, ReplayNotes.NoQueue(missing), progress, cancellation);
        return false;
    }

    /// <summary>
    /// As many as the rate allows for one round. Rounds also come when there is more to do at once, and a little before their time: only what is counted against the clock keeps a
    /// rate.
    /// </summary>
    private long Allowed(Replay replay) => _paced.GetValueOrDefault(replay.ReplayId) > time.GetUtcNow() + (options.ReplayEvery / 4)
        ? 0
        : Math.Max(1, (long)(replay.RatePerSecond * options.ReplayEvery.TotalSeconds));

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>Of a cancelled replay: what may have been sent is sent, and followed to its outcome. Tried again when the lease ends.</summary>
    private async Task<bool> FinishAsync(Replay replay, CancellationToken cancellation)
    {
        await SendAndMarkAsync(replay, await replays.TakeToSendAsync(replay, 0, cancellation), cancellation);
        return false;
    }

    /// <returns>A queue that is not there; what should go to it stays marked as being sent.</returns>
    private async Task<string?> SendAndMarkAsync(Replay replay, IReadOnlyList<Attempt> attempts, CancellationToken cancellation)
    {
        var missing = new HashSet<string>(StringComparer.Ordinal);
        foreach (var queue in attempts.Select(attempt => attempt.Queue).Where(queue => queue != Topology.Unrouted).Distinct(StringComparer.Ordinal))
        {
            if (await transport.DepthAsync(queue, cancellation) is null)
                missing.Add(queue);
        }

        var sent = attempts.Where(attempt => !missing.Contains(attempt.Queue)).ToList();
        await SendAsync(sent, cancellation);
        if (sent.Count > 0)
            await replays.MarkSentAsync(replay.ReplayId, sent, cancellation);
        return missing.Order(StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>At the end of a stage its outcomes say whether to go on; while all are being sent, as soon as there are enough of them.</summary>
    private static bool IsTelling(Replay replay, ReplayProgress progress, long known, long sent, long end) =>
        known > 0 && (replay.Stage >= Replay.StageEnds.Count ? known >= TellingOutcomes : progress.UnderWay == 0 && (sent >= end || progress.Left == 0));

    private async Task SendAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellation)
    {
        if (attempts.Count == 0)
            return;
        var bodies = await letters.BodiesAsync([.. attempts.Select(attempt => attempt.LetterId)], cancellation);
        var routed = new List<OutgoingMessage>();
        var direct = new List<(string Queue, Delivery Message)>();
        foreach (var attempt in attempts)
        {
            var correction = attempt.CorrectionId is { } id ? await corrections.ToSendAsync(id, cancellation) : null;
            var body = Encoding.UTF8.GetBytes(correction?.Body ?? bodies[attempt.LetterId]);
            var messageId = correction?.MessageId.ToString() ?? attempt.MessageId;
            var opened = sealer.Open(body);
            if (attempt.Queue == Topology.Unrouted)
                routed.Add(new OutgoingMessage(
                    attempt.Name, IdOf(messageId) ?? attempt.LetterId, opened, Topology.KindOf(attempt.Name) == ExchangeKind.Direct ? attempt.Municipality : Topology.OurKey, attempt.TraceParent)
                {
                    // Passed on, it is still what its sender said.
                    Sender = attempt.Sender ?? BrokerUsers.Nobody,
                });
            else
                // What still has numbers in the clear stays sealed on its way: Ingest opens it.
                direct.Add((attempt.Queue, new Delivery(attempt.Name, messageId, attempt.Queue == Topology.IngestQueue ? body : opened, attempt.TraceParent) { Sender = attempt.Sender }));
        }

        if (routed.Count > 0)
            await transport.PublishAsync(routed, cancellation);
        foreach (var group in direct.GroupBy(one => one.Queue))
            await queues.SendAsync(group.Key, [.. group.Select(one => one.Message)], cancellation);
    }

    /// <summary>Each with the id under which it was sent.</summary>
    private async Task<IReadOnlyList<(Attempt Attempt, Guid? MessageId)>> SentAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellation)
    {
        var sent = new List<(Attempt, Guid?)>(attempts.Count);
        foreach (var attempt in attempts)
            sent.Add((attempt, attempt.CorrectionId is { } id ? (await corrections.ToSendAsync(id, cancellation))?.MessageId : IdOf(attempt.MessageId)));
        return sent;
    }

    /// <returns>Null: the service does not answer now, and nothing is concluded.</returns>
    private async Task<IReadOnlyDictionary<Guid, RecordedMessage>?> RecordedAsync(string service, IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        try
        {
            return await questions.RecordedAsync(service, messageIds, cancellation);
        }
        catch (Exception unasked) when (unasked is ServiceAwayException or ServiceRefusedException)
        {
            // Looked at again a little later, as whatever is not on record yet.
            return null;
        }
    }

    /// <summary>Messages that leave no trace because they change nothing, now or whenever their service comes to them.</summary>
    private async Task<HashSet<Attempt>> NeedlessAsync(
        string service, IReadOnlyList<(Attempt Attempt, Guid? MessageId)> sent, IReadOnlyDictionary<Guid, RecordedMessage> recorded, DateTimeOffset now, CancellationToken cancellation)
    {
        var silent = sent.Where(one => one.MessageId is { } id && !recorded.ContainsKey(id) && one.Attempt.CorrectionId is null
            && now - DateTimeOffset.FromUnixTimeMilliseconds(one.Attempt.SentAt ?? 0) >= OutcomeRules.AskPaymentsAfter).Select(one => one.Attempt).ToList();
        if (silent.Count == 0)
            return [];
        var bodies = await letters.BodiesAsync([.. silent.Select(attempt => attempt.LetterId)], cancellation);
        return [.. (await ForecastAsync(service, silent, bodies, cancellation)).Where(forecast => forecast.Outcome == Forecasts.Duplicate).Select(forecast => forecast.Attempt)];
    }

    private byte[] BodyFor(string service, string kept)
    {
        var body = Encoding.UTF8.GetBytes(kept);
        return service == "Ingest" ? body : sealer.Open(body).ToArray();
    }

    private static Guid? ClaimOf(Attempt attempt, RecordedMessage? recorded) => recorded?.ClaimId ?? attempt.ClaimId;

    private static Guid? IdOf(string? messageId) => Guid.TryParse(messageId, out var id) ? id : null;

    private static TimeSpan Pause(TimeSpan since) => since < TimeSpan.FromSeconds(2) ? TimeSpan.FromMilliseconds(300) : since < TimeSpan.FromMinutes(1) ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(10);
}
