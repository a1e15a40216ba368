using ClaimsTransfer.ConnectorSdk.Asking;
using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConnectorSdk.Instructions;

public sealed partial class InstructionHandler
{
    /// <summary>
    /// One round for a municipality: picks due instructions as far as rate, breaker and opening hours admit, records the attempt, calls the debtor system,
    /// records what came of it, publishes it. At most <see cref="BatchSize"/> instructions.
    /// </summary>
    /// <param name="taken">What this instance has just taken; null: whatever is due.</param>
    public async Task<Work> WorkAsync(string municipality, IReadOnlyCollection<Guid>? taken, CancellationToken cancellation)
    {
        // Of a municipality that left, the log keeps what is in hand.
        if (taken is { Count: 0 } || !_lanes.TryGetValue(municipality, out var lane))
            return new Work(0, null);
        var now = _time.GetUtcNow();
        var wanted = Math.Min(BatchSize, taken?.Count ?? BatchSize);
        var (admitted, wait) = lane.Admit(wanted, now);
        if (admitted == 0)
            return new Work(0, wait);

        IReadOnlyList<InstructionRow> picked = [];
        try
        {
            picked = await _log.PickAsync(municipality, taken, now, admitted, row => _rules.Begun(row, _owner, now), cancellation);
        }
        finally
        {
            lane.GiveBack(admitted - picked.Count, none: picked.Count == 0, now);
        }

        var toAsk = picked.Where(row => row.Status != InstructionStatus.InCall).ToList();
        if (toAsk.Count > 0)
            await AskAsync(lane, toAsk, cancellation);
        // To the vendor's test endpoint or not: never both in one call.
        foreach (var group in picked.Where(row => row.Status == InstructionStatus.InCall).GroupBy(row => row.Claim.ToTest))
        {
            // What is not called any more is asked about when its time is out.
            var mine = group.Where(row => _rules.MayCall(row, _time.GetUtcNow())).ToList();
            lane.GiveBack(group.Count() - mine.Count, none: mine.Count == 0, now);
            if (mine.Count > 0)
                await SendAsync(lane, mine, group.Key, cancellation);
        }

        return new Work(picked.Count, null);
    }

    private async Task SendAsync(Lane lane, IReadOnlyList<InstructionRow> rows, bool toTest, CancellationToken cancellation)
    {
        var (answers, reached) = await _calls.SubmitAsync(lane.Municipality, rows, toTest, cancellation);
        var now = _time.GetUtcNow();
        TellKeys(lane, rows, answers, now);
        if (reached)
        {
            var isClear = answers.Any(answer => answer is Submitted.Accepted or Submitted.Pending || (answer is Submitted.Rejected rejected && !InstructionRules.IsOurs(rejected)));
            await CameBackAsync(
                lane, isClear, answers.Any(answer => answer is Submitted.NotUnderstood), answers.OfType<Submitted.Unavailable>().FirstOrDefault(),
                answers.OfType<Submitted.NotLetIn>().Any(), now, cancellation);
        }
        else
        {
            lane.GiveBack(rows.Count, none: true, now);
        }

        TellSlipsLeftOut(lane.Code, answers.Select(answer => (answer as Submitted.Accepted)?.PaymentSlip));

        var giveUp = lane.HasGivenUp(now);
        var saved = await _log.ChangeAsync(
            [.. rows.Select(row => row.InstructionId)],
            current => [.. rows.Select((called, i) => current.TryGetValue(called.InstructionId, out var row) ? _rules.AfterSubmit(row, called, answers[i], now, giveUp) : null).OfType<InstructionRow>()],
            cancellation);
        Count(saved, now);
        await PublishNewAsync(saved, cancellation);
    }

    private async Task AskAsync(Lane lane, IReadOnlyList<InstructionRow> rows, CancellationToken cancellation)
    {
        // A question is about an instruction that the log mostly knows: what kind it was, and whether it was settled meanwhile.
        var subjects = rows.Where(row => row.IsQuestion).Select(row => row.Subject).ToHashSet();
        IReadOnlyDictionary<Guid, InstructionRow> known = new Dictionary<Guid, InstructionRow>();
        if (subjects.Count > 0)
        {
            await _log.ChangeAsync(subjects, current =>
            {
                known = current;
                return [];
            }, cancellation);
        }

        foreach (var group in rows.GroupBy(row => row.Claim.ToTest))
        {
            var asked = group.ToList();
            var (answers, reached) = await _calls.FindAsync(lane.Municipality, asked, known, group.Key, cancellation);
            var now = _time.GetUtcNow();
            if (reached)
            {
                await CameBackAsync(
                    lane, answers.Any(answer => answer is not (Found.NoAnswer or Found.NotLetIn or Found.NotUnderstood)), answers.Any(answer => answer is Found.NotUnderstood), null,
                    answers.OfType<Found.NotLetIn>().Any(), now, cancellation);
            }

            TellSlipsLeftOut(lane.Code, answers.Select(answer => (answer as Found.Done)?.PaymentSlip));
            var giveUp = lane.HasGivenUp(now);
            var saved = await _log.ChangeAsync(
                [.. asked.Select(row => row.InstructionId).Concat(subjects).Distinct()], current => DecideAsked(asked, answers, current, now, giveUp), cancellation);
            Count(saved, now);
            await PublishNewAsync(saved, cancellation);
        }
    }

    private IReadOnlyList<InstructionRow> DecideAsked(
        List<InstructionRow> asked, IReadOnlyList<Found> answers, IReadOnlyDictionary<Guid, InstructionRow> current, DateTimeOffset now, bool giveUp)
    {
        var changed = new Dictionary<Guid, InstructionRow>();
        for (var i = 0; i < asked.Count; i++)
        {
            if (Current(asked[i].InstructionId) is not { } row)
                continue;
            if (row.IsQuestion)
            {
                foreach (var after in _rules.AfterQuestion(row, asked[i], Current(row.Subject), answers[i], now, giveUp))
                    changed[after.InstructionId] = after;
            }
            else if (_rules.AfterFind(row, asked[i], answers[i], now, giveUp) is { } after)
            {
                changed[after.InstructionId] = after;
            }
        }

        return [.. changed.Values];

        InstructionRow? Current(Guid id) => changed.GetValueOrDefault(id) ?? current.GetValueOrDefault(id);
    }

    /// <summary>The debtor system has been gone for too long: what is due goes to a person, after the probe that the breaker admits from time to time.</summary>
    private async Task GiveUpAsync(Lane lane, CancellationToken cancellation)
    {
        if ((await WorkAsync(lane.Code, null, cancellation)).Handled > 0 && !lane.HasGivenUp(_time.GetUtcNow()))
            return;
        while (true)
        {
            var now = _time.GetUtcNow();
            var givenUp = await _log.PickAsync(
                lane.Code, null, now, SweepSize,
                row => row.IsQuestion || row.UnclearSince is not null || row.Status == InstructionStatus.InCall
                    ? _rules.GivenUp(row with { UnclearSince = row.UnclearSince ?? row.DueAt }, InstructionRules.NoAnswer, now)
                    : _rules.GivenUp(row, InstructionRules.Unavailable, now),
                cancellation);
            if (givenUp.Count == 0)
                return;
            Log.GaveUp(_logger, _vendor, lane.Code, givenUp.Count);
            Count(givenUp, now);
            await PublishNewAsync(givenUp, cancellation);
        }
    }

    private async Task CameBackAsync(Lane lane, bool clear, bool nonsense, Submitted.Unavailable? unavailable, bool notLetIn, DateTimeOffset now, CancellationToken cancellation)
    {
        var why = notLetIn ? ConnectorNotes.NotLetIn(lane.Code) : null;
        if (lane.LetIn(why, clear, now) && why is not null)
            Log.KeyMissed(_logger, _vendor, lane.Code, NoteTexts.InEnglish.Say(why));
        var (changed, since) = lane.CameBack(clear, nonsense, unavailable is not null, notLetIn, unavailable?.RetryAfter, now);
        if (!changed)
            return;
        await _log.SetUnavailableSinceAsync(lane.Code, since, cancellation);
        if (since is { } at)
            Log.Gone(_logger, _vendor, lane.Code, at);
        else
            Log.Back(_logger, _vendor, lane.Code);
    }

    /// <summary>Once a key, however many instructions wait for it.</summary>
    private void TellKeys(Lane lane, IReadOnlyList<InstructionRow> rows, IReadOnlyList<Submitted> answers, DateTimeOffset now)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var keyId = rows[i].Claim.Debtor.Identity.KeyId;
            if (answers[i] is Unopened unopened)
            {
                if (lane.Misses(unopened, now))
                    Log.KeyMissed(_logger, _vendor, lane.Code, NoteTexts.InEnglish.Say(unopened.Why));
            }
            else if (lane.Has(keyId))
            {
                Log.KeyCame(_logger, _vendor, lane.Code, keyId);
            }
        }
    }

    /// <summary>Once a call, whatever a debtor system prints on its slips; the numbers themselves stay out of the log.</summary>
    private void TellSlipsLeftOut(string municipality, IEnumerable<string?> slips)
    {
        var faults = new List<string>();
        foreach (var slip in slips)
        {
            if (slip is not null && !PaymentSlips.TryRead(slip, out _, out var fault))
                faults.Add(fault);
        }

        if (faults.Count > 0)
            Log.SlipsLeftOut(_logger, _vendor, municipality, faults.Count, faults[0]);
    }

    private void Count(IReadOnlyList<InstructionRow> rows, DateTimeOffset now)
    {
        foreach (var row in rows)
        {
            if (row.Status == InstructionStatus.DeadLettered)
                TellDeadLettered(row);
            var outcome = row switch
            {
                { OutcomeId: null } or { IsQuestion: true } => (TransferOutcome?)null,
                { Status: InstructionStatus.GivenUp } => TransferOutcome.Unknown,
                { Status: InstructionStatus.Pending } => TransferOutcome.Pending,
                { Status: InstructionStatus.Done } => row.OutcomeId == DeterministicId.Of(row.Subject, "accepted") ? TransferOutcome.Accepted : TransferOutcome.Rejected,
                _ => null,
            };
            if (outcome is { } reported)
                ConnectorTelemetry.Outcome(_vendor, row, reported, now);
        }
    }
}
