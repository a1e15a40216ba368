using System.Text.Json;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConnectorSdk.Instructions;

/// <summary>
/// What becomes of an instruction when something happens: pure, so that it can be decided again when somebody else was faster. Two rules stand above all:
/// done is final, and what is unclear is asked about before it is sent again.
/// </summary>
public sealed class InstructionRules(ConnectorOptions options)
{
    public const string Erased = "IdentityErased";
    public const string Unavailable = "DebtorSystemUnavailable";
    public const string NoAnswer = "NoAnswer";
    public const string PaymentsNotTaken = "PAYMENTS-NOT-TAKEN";

    /// <summary>A refusal of ours, that says nothing about the debtor system.</summary>
    public static bool IsOurs(Submitted.Rejected rejected) => rejected.Code is Erased or PaymentsNotTaken;

    /// <summary>The instruction a sending is about.</summary>
    public static Guid SubjectOf(TransferClaim claim) => claim.Instruction == InstructionKind.Find ? claim.About ?? claim.InstructionId : claim.InstructionId;

    /// <summary>The row a sending belongs to. However often Routing asks about an instruction, the question is one row.</summary>
    public static Guid KeyOf(TransferClaim claim) =>
        claim.Instruction == InstructionKind.Find ? DeterministicId.Of(SubjectOf(claim), "question") : claim.InstructionId;

    /// <summary>A sending that comes in: new, or one the log knows already.</summary>
    public InstructionRow Taken(TransferClaim claim, string body, string? traceParent, string owner, long position, DateTimeOffset now) => new(
        KeyOf(claim), 0, claim.ClaimId, claim.Municipality, claim.Instruction,
        claim.Instruction == InstructionKind.Find ? SubjectOf(claim) : null, claim.Version, position, claim.MessageId,
        InstructionStatus.Taken, 0, owner, Ms(now), null, claim.Instruction == InstructionKind.Find ? Ms(now) : null, Ms(now + ConnectorOptions.Reservation), null, null, null, traceParent, body);

    /// <summary>
    /// An instruction is sent again that the log has: only what is certainly not there, was given up or dead-lettered is worked again. What was dead-lettered comes back as the same
    /// message, from the error queue.
    /// </summary>
    public InstructionRow? TakenAgain(InstructionRow row, TransferClaim claim, string body, string? traceParent, DateTimeOffset now)
    {
        if (row.Status == InstructionStatus.DeadLettered)
            return Replayed(row, claim, body, traceParent, now);
        if (row.MessageId == claim.MessageId || row.Status is not (InstructionStatus.NotThere or InstructionStatus.GivenUp))
            return null;
        // Given up after an unclear call: asked about first. Never unclear, or known not to be there: simply sent.
        var status = row is { Status: InstructionStatus.GivenUp, UnclearSince: not null } ? InstructionStatus.Unclear : InstructionStatus.Taken;
        return Renewed(row, claim, body, traceParent) with { Status = status, DueAt = Ms(now), UnclearSince = status == InstructionStatus.Unclear ? Ms(now) : null };
    }

    /// <summary>
    /// What tells a sending of an instruction from another instruction under the same id, which somebody has to look at; null: nothing. Sealed again, an identity has another text
    /// and the same ref. What a person replays from the error queue is the person's decision.
    /// </summary>
    public static string? ConflictOf(InstructionRow row, TransferClaim claim)
    {
        if (row.Status == InstructionStatus.DeadLettered)
            return null;
        var known = row.Claim;
        List<string> differ = [];
        Compare("instruction", known.Instruction, claim.Instruction);
        Compare("claimId", known.ClaimId, claim.ClaimId);
        Compare("reference", known.Reference, claim.Reference);
        Compare("version", known.Version, claim.Version);
        Compare("amountOre", known.AmountOre, claim.AmountOre);
        // Whose it was is erased.
        if (known.Debtor.Identity.Ref.Length > 0)
            Compare("debtor", (known.Debtor.Kind, known.Debtor.Identity.Ref), (claim.Debtor.Kind, claim.Debtor.Identity.Ref));
        Compare("about", known.About, claim.About);
        Compare("payment", known.Payment, claim.Payment);
        return differ.Count == 0 ? null : $"Instruction {row.InstructionId} came before with another {string.Join(", ", differ)}: an instructionId stands for one instruction, and a new one has a new id.";

        void Compare<T>(string field, T before, T now)
        {
            if (!EqualityComparer<T>.Default.Equals(before, now))
                differ.Add(field);
        }
    }

    /// <summary>Whether the debtor system has it nobody knows: it is asked before anything is sent.</summary>
    private static InstructionRow Replayed(InstructionRow row, TransferClaim claim, string body, string? traceParent, DateTimeOffset now) =>
        Renewed(row, claim, body, traceParent) with
        {
            Status = row.IsQuestion ? InstructionStatus.Taken : InstructionStatus.Unclear, DueAt = Ms(now), UnclearSince = Ms(now), NotUnderstood = 0,
        };

    private static InstructionRow Renewed(InstructionRow row, TransferClaim claim, string body, string? traceParent) => Untold(row) with
    {
        MessageId = claim.MessageId, Body = body, TraceParent = traceParent, IsRenewed = true, FirstAttemptAt = null,
    };

    private static InstructionRow Untold(InstructionRow row) => row with { OutcomeId = null, Outcome = null, ReportDueAt = null, FailedAt = null, Failure = null };

    /// <summary>Routing asks again what was answered before.</summary>
    public InstructionRow AskedAgain(InstructionRow question, TransferClaim claim, string body, string? traceParent, DateTimeOffset now) =>
        Renewed(question, claim, body, traceParent) with
        {
            Status = InstructionStatus.Taken, DueAt = Ms(now + ConnectorOptions.Reservation), UnclearSince = Ms(now), NotUnderstood = 0,
        };

    /// <summary>Before the call: the attempt is on record, whatever happens during it.</summary>
    public InstructionRow Begun(InstructionRow row, string owner, DateTimeOffset now)
    {
        var begun = row with { Owner = owner, DueAt = Ms(now + options.Lease), Failure = null };
        return row switch
        {
            { IsQuestion: true } or { Status: InstructionStatus.Unclear } => begun,
            { Status: InstructionStatus.InCall } => begun with { Status = InstructionStatus.Unclear, UnclearSince = row.UnclearSince ?? Ms(now) },
            _ => begun with { Status = InstructionStatus.InCall, Attempts = row.Attempts + 1, FirstAttemptAt = row.FirstAttemptAt ?? Ms(now) },
        };
    }

    /// <summary>
    /// Whether a call that begins now ends while the row is still this instance's: who slept since it took it may not call any more, because another may ask
    /// about it, and send it. What little time is left between this look and the call is covered by the reference, under which the debtor system has it once.
    /// </summary>
    public bool MayCall(InstructionRow row, DateTimeOffset now) => Ms(now + options.CallTimeout) < row.DueAt;

    /// <param name="row">As it is now.</param>
    /// <param name="called">As it was when the call began.</param>
    public InstructionRow? AfterSubmit(InstructionRow row, InstructionRow called, Submitted answer, DateTimeOffset now, bool giveUp)
    {
        // A receipt may have been faster than our own reply.
        if (row.Status == InstructionStatus.Done)
            return null;
        if (answer is Submitted.Accepted accepted)
            return Accepted(row, accepted.DebtorReference, accepted.Receipt, accepted.PaymentSlip, now);

        // Anything else counts only while this very call is what the row waits for: who slept past it may have been refused because its successor was accepted.
        if (row.Status != InstructionStatus.InCall || row.Attempts != called.Attempts)
            return null;
        return answer switch
        {
            Submitted.Rejected rejected => Rejected(row, rejected, now),
            Submitted.Pending pending => Pending(row, pending.TransportReceipt, now),
            // A single instruction that is never taken is no less stuck than one whose debtor system is gone.
            Submitted.Unavailable when giveUp || Waited(row.FirstAttemptAt, now) >= options.GiveUpAfter => GivenUp(row, Unavailable, now),
            Submitted.Unavailable unavailable => row with { Status = InstructionStatus.Waiting, DueAt = Ms(now + Given(unavailable.RetryAfter)) },
            Submitted.NotUnderstood nonsense => NotUnderstood(row, nonsense.Reason, now),
            // Never given up: no claim is to blame, and to hand it to a person would not mend the credentials.
            Submitted.NotLetIn => row with { Status = InstructionStatus.Waiting, FirstAttemptAt = null, DueAt = Ms(now + PauseAfter(Waited(row.TakenAt, now))) },
            // Never given up: nothing was sent, and the debtor system's time to take it begins when it can be.
            Unopened unopened => row with
            {
                Status = InstructionStatus.Waiting, FirstAttemptAt = null, Failure = Note.Write([unopened.Why]), DueAt = Ms(now + PauseAfter(Waited(row.TakenAt, now))),
            },
            _ => row with { Status = InstructionStatus.Unclear, UnclearSince = row.UnclearSince ?? Ms(now), DueAt = Ms(now + options.AskAfter) },
        };
    }

    /// <summary>The debtor system was asked about an unclear instruction.</summary>
    public InstructionRow? AfterFind(InstructionRow row, InstructionRow called, Found answer, DateTimeOffset now, bool giveUp)
    {
        if (row.Status != InstructionStatus.Unclear || row.Attempts != called.Attempts)
            return Final(answer) && row.Status != InstructionStatus.Done ? Resolved(row, answer, now) : null;
        return answer switch
        {
            Found.InProgress pending => Pending(row, pending.TransportReceipt, now),
            // Sent, not answered and not there, again and again: no less stuck than what is never taken.
            Found.NotThere when row.Attempts > 2 && Waited(row.FirstAttemptAt, now) >= options.GiveUpAfter => GivenUp(row, Unavailable, now),
            Found.NotThere => row with { Status = InstructionStatus.Taken, UnclearSince = null, DueAt = Ms(now + PauseBefore(row.Attempts + 1)) },
            Found.NoAnswer => giveUp || Waited(row.UnclearSince, now) >= options.GiveUpAfter
                ? GivenUp(row, NoAnswer, now)
                : row with { DueAt = Ms(now + PauseAfter(Waited(row.UnclearSince, now))) },
            Found.NotLetIn => row with { UnclearSince = Ms(now), DueAt = Ms(now + PauseAfter(Waited(row.TakenAt, now))) },
            Found.NotUnderstood nonsense => NotUnderstood(row, nonsense.Reason, now),
            _ => Resolved(row, answer, now),
        };
    }

    /// <summary>The debtor system was asked because Routing asks. Changes the question and, where the log has it, the instruction it is about.</summary>
    /// <returns>What is to be saved; what has a report due is published.</returns>
    public IReadOnlyList<InstructionRow> AfterQuestion(
        InstructionRow question, InstructionRow called, InstructionRow? about, Found answer, DateTimeOffset now, bool giveUp)
    {
        if (question.Status != InstructionStatus.Taken || question.MessageId != called.MessageId)
            return [];
        var closed = question with { Status = InstructionStatus.Done, DueAt = null };
        // A receipt was faster, or Routing has sent it again meanwhile.
        if (about is { Status: InstructionStatus.Done })
            return [closed, about with { ReportDueAt = Ms(now) }];
        if (about is { IsInHand: true } && !Final(answer))
            return [Answer(closed, about, TransferOutcome.InHand, now)];
        switch (answer)
        {
            case Found.Done or Found.Rejected when about is not null:
                return [closed, Resolved(about, answer, now)];
            case Found.Done or Found.Rejected:
                return [Resolved(closed, answer, now)];
            case Found.InProgress pending:
                var reported = Answer(closed, about, TransferOutcome.Pending, now, receipt: pending.TransportReceipt);
                return about is null or { Status: InstructionStatus.Pending }
                    ? [reported]
                    : [reported, Untold(about) with { Status = InstructionStatus.Pending, UnclearSince = null, NotUnderstood = 0 }];
            case Found.NotThere:
                var notDone = Answer(closed, about, TransferOutcome.NotDone, now);
                return about is null ? [notDone] : [notDone, Untold(about) with { Status = InstructionStatus.NotThere, UnclearSince = null }];
            case Found.NotUnderstood nonsense:
                return [NotUnderstood(question, nonsense.Reason, now)];
            case Found.NotLetIn:
                return [question with { UnclearSince = Ms(now), DueAt = Ms(now + PauseAfter(Waited(question.TakenAt, now))) }];
            default:
                var waited = Waited(question.UnclearSince, now);
                return giveUp || waited >= options.GiveUpAfter
                    ? [GivenUp(question, NoAnswer, now, about?.Kind)]
                    : [question with { DueAt = Ms(now + PauseAfter(waited)) }];
        }
    }

    /// <summary>
    /// A business receipt came, early, late or again: the first one that says accepted or rejected decides. One that cannot be understood makes the instruction that waited for it
    /// unclear.
    /// </summary>
    public InstructionRow? AfterReceipt(InstructionRow row, Submitted outcome, DateTimeOffset now) => (row.Status, outcome) switch
    {
        (InstructionStatus.Done, _) => null,
        (_, Submitted.Accepted accepted) => Accepted(row, accepted.DebtorReference, accepted.Receipt, accepted.PaymentSlip, now),
        (_, Submitted.Rejected rejected) => Rejected(row, rejected, now),
        (InstructionStatus.Pending, Submitted.NotUnderstood nonsense) => NotUnderstood(row, nonsense.Reason, now),
        _ => null,
    };

    public InstructionRow GivenUp(InstructionRow row, string code, DateTimeOffset now, InstructionKind? kind = null) =>
        Report(row with { Status = InstructionStatus.GivenUp, DueAt = null }, TransferOutcome.Unknown, DeterministicId.Of(row.MessageId, $"unknown/{row.Attempts}"), now,
            kind: kind, code: code,
            text: code == Unavailable ? "The debtor system has taken nothing for too long." : "The debtor system did not say whether it has done it.");

    /// <summary>
    /// The answer to a question about an instruction that the connector goes on with; nothing of it need be kept. The question that comes twice is answered twice by the same words:
    /// what it says follows from the question, its time included.
    /// </summary>
    public static TransferReported InHand(TransferClaim question, InstructionKind kind) => new(
        DeterministicId.Of(question.MessageId, $"inHand/{kind}"), question.OccurredAt, question.ClaimId, question.Municipality, question.Agency, question.FeeId, question.Version,
        question.About ?? question.InstructionId, kind, TransferOutcome.InHand, null, null, null, null, null);

    /// <summary>What was dead-lettered is in hand again: Routing looks after the claim again, and has heard so after the notice that it stands still.</summary>
    public static TransferReported InHandAgain(InstructionRow row, TransferClaim claim, InstructionKind kind, DateTimeOffset now) =>
        InHand(claim, kind) with { MessageId = DeterministicId.Of(claim.MessageId, $"inHand/{row.FailedAt}"), OccurredAt = now };

    /// <summary>
    /// The debtor system answered, so it is no use to wait for it; and to ask for ever would hide a fault that somebody has to mend. That it is said to be not there in between does
    /// not count as understood: what is sent again and not understood again is no nearer.
    /// </summary>
    private InstructionRow NotUnderstood(InstructionRow row, string reason, DateTimeOffset now)
    {
        var unclear = row with
        {
            Status = row.IsQuestion ? row.Status : InstructionStatus.Unclear, UnclearSince = row.UnclearSince ?? Ms(now), NotUnderstood = row.NotUnderstood + 1,
        };
        return unclear.NotUnderstood < options.NotUnderstoodAtMost
            ? unclear with { DueAt = Ms(now + PauseAfter(Waited(unclear.UnclearSince, now))) }
            : Untold(unclear) with
            {
                Status = InstructionStatus.DeadLettered, DueAt = null, OutcomeId = DeadLetterNotice.IdOf(row.MessageId, now), FailedAt = Ms(now),
                Failure = PersonalData.Mask($"The debtor system's answer cannot be understood: {reason}", 500), ReportDueAt = Ms(now + options.Lease),
            };
    }

    private InstructionRow Resolved(InstructionRow row, Found answer, DateTimeOffset now) => answer switch
    {
        Found.Done done => Accepted(row, done.DebtorReference, done.Receipt, done.PaymentSlip, now),
        Found.Rejected rejected => Rejected(row, new Submitted.Rejected(rejected.Code, rejected.Text, rejected.FixBy), now),
        _ => row,
    };

    // However often it is learned, by reply, question or receipt: the same id.
    private InstructionRow Accepted(InstructionRow row, string? reference, string? receipt, string? slip, DateTimeOffset now) =>
        Report(row with { Status = InstructionStatus.Done, DueAt = null }, TransferOutcome.Accepted, DeterministicId.Of(row.Subject, "accepted"), now, reference, receipt,
            slip: PaymentSlips.TryRead(slip, out var digits, out _) ? digits : null);

    private InstructionRow Rejected(InstructionRow row, Submitted.Rejected rejected, DateTimeOffset now) =>
        Report(row with { Status = InstructionStatus.Done, DueAt = null }, TransferOutcome.Rejected, DeterministicId.Of(row.Subject, "rejected"), now,
            code: rejected.Code, text: rejected.Text, fixBy: rejected.FixBy);

    private InstructionRow Pending(InstructionRow row, string? receipt, DateTimeOffset now) =>
        Report(row with { Status = InstructionStatus.Pending, DueAt = null, UnclearSince = null }, TransferOutcome.Pending,
            // Pending once more after it was unclear is news of its own.
            DeterministicId.Of(row.MessageId, row.UnclearSince is { } since ? $"pending/{row.Attempts}/{since}" : $"pending/{row.Attempts}"), now, receipt: receipt);

    private InstructionRow Answer(InstructionRow question, InstructionRow? about, TransferOutcome outcome, DateTimeOffset now, string? receipt = null) =>
        Report(question, outcome, DeterministicId.Of(question.MessageId, $"answer/{outcome}"), now, receipt: receipt, kind: about?.Kind);

    private InstructionRow Report(
        InstructionRow row, TransferOutcome outcome, Guid id, DateTimeOffset now, string? reference = null, string? receipt = null,
        string? code = null, string? text = null, FixBy? fixBy = null, InstructionKind? kind = null, string? slip = null)
    {
        var claim = row.Claim;
        var report = new TransferReported(
            id, now, row.ClaimId, row.Municipality, claim.Agency, claim.FeeId, row.Version, row.Subject, kind ?? row.Kind, outcome,
            Bounded(reference, 100), Bounded(receipt, 100), Bounded(code, 100), text is null ? null : PersonalData.Mask(text, 500), fixBy, slip);
        return row with
        {
            OutcomeId = id, Outcome = JsonSerializer.Serialize(report, MessageJson.Default.TransferReported),
            NotUnderstood = 0, FailedAt = null, Failure = null,
            // Published at once; this is when somebody looks whether that went well.
            ReportDueAt = Ms(now + options.Lease),
        };
    }

    /// <summary>Before it is sent once more: none before the second time, which mostly is after a lost reply; then ever longer.</summary>
    private TimeSpan PauseBefore(int attempt) => attempt <= 2
        ? TimeSpan.Zero
        : TimeSpan.FromTicks((long)Math.Min(options.LongestPause.Ticks, options.RetryAfter.Ticks * Math.Pow(2, attempt - 3)));

    /// <summary>The debtor system says when to come back, within reason: at once for ever is no pause, and in a year is never.</summary>
    private TimeSpan Given(TimeSpan? retryAfter) =>
        retryAfter is not { } given || given <= TimeSpan.Zero ? options.RetryAfter : given < options.GiveUpAfter ? given : options.GiveUpAfter;

    private TimeSpan PauseAfter(TimeSpan waited)
    {
        var pause = waited < options.AskAfter ? options.AskAfter : waited;
        return pause < options.LongestPause ? pause : options.LongestPause;
    }

    private static bool Final(Found answer) => answer is Found.Done or Found.Rejected;

    private static string? Bounded(string? text, int limit) => text is null ? null : PersonalData.Cut(text, limit);

    private static TimeSpan Waited(long? since, DateTimeOffset now) => TimeSpan.FromMilliseconds(since is { } at ? Ms(now) - at : 0);

    private static long Ms(DateTimeOffset at) => at.ToUnixTimeMilliseconds();
}
