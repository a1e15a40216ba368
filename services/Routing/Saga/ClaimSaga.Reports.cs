using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

public sealed partial class ClaimSaga
{
    private void Report(Step step, TransferReported reported)
    {
        if (step.State.Abandoned is { } abandoned && abandoned.Id == reported.InstructionId && reported.Outcome == TransferOutcome.Accepted)
        {
            Undo(step, abandoned, reported);
            return;
        }

        if (step.State.Open is not { } open || open.Id != reported.InstructionId)
        {
            step.Ignore(ClaimNotes.NotAwaited(reported.Outcome));
            return;
        }

        // Whatever lay on an error queue, the instruction goes on.
        var heardAt = TheirClock.Bounded(reported.OccurredAt, step.At);
        open = open with { HeardAt = heardAt > open.HeardAt ? heardAt : open.HeardAt ?? heardAt };
        step.State = step.State with { DeadLetters = [], Open = open };
        switch (reported.Outcome)
        {
            case TransferOutcome.Accepted: Accepted(step, open, reported); break;
            case TransferOutcome.Rejected: Rejected(step, open, reported); break;
            case TransferOutcome.Pending: Pending(step, open, reported); break;
            case TransferOutcome.NotDone: NotDone(step, open); break;
            case TransferOutcome.InHand:
                step.State = step.State with { Status = StatusOf(open), Open = open with { Asked = 0 }, DueAt = step.At + deadlines.Sending };
                step.Apply(ClaimNotes.InHand);
                break;
            case TransferOutcome.Unknown:
                step.State = step.State with { Status = ClaimStatus.Unknown, DueAt = null };
                step.Apply(ClaimNotes.NobodyCanTell(reported.Code, reported.Text));
                break;
        }
    }

    private void Accepted(Step step, OpenInstruction open, TransferReported reported)
    {
        var state = step.State with { Open = null, Rejection = null, DueAt = null };
        if (open.Kind == InstructionKind.Cancel)
        {
            step.State = state with { Registered = null, Status = state.CoveredOre > 0 ? ClaimStatus.Credited : ClaimStatus.Cancelled };
            TellCancelled(step);
            return;
        }

        var reference = reported.DebtorReference ?? state.Registered?.DebtorReference;
        var slip = reported.PaymentSlip ?? state.Registered?.PaymentSlip;
        step.State = state with
        {
            Registered = new Registration(open.AmountOre, open.Debtor.Kind, open.Debtor.Identity.Ref, open.Version, reference, slip),
        };
        step.Apply(ClaimNotes.Acknowledged(open.Kind, reported.Receipt));
        step.Send(id => new ClaimTransferred(
            id, step.At, state.ClaimId, state.Municipality, state.Agency, state.FeeId, open.Version, open.AmountOre, reference, slip, state.Facts?.PatronId));
        NextStep(step);
    }

    private void Rejected(Step step, OpenInstruction open, TransferReported reported)
    {
        var rejection = new Rejection(open.Kind, reported.Code ?? "", reported.Text ?? "", reported.FixBy ?? FixBy.Municipality, step.At);
        var state = step.State = step.State with { Status = ClaimStatus.Rejected, Open = null, Rejection = rejection, DueAt = null };
        step.Apply(ClaimNotes.Rejected(open.Kind, rejection.Code, rejection.Text));
        step.Send(id => new TransferRejected(
            id, step.At, state.ClaimId, state.Municipality, state.Agency, state.FeeId, open.Version, open.Kind, rejection.Code, rejection.Text, rejection.FixBy));
        // What was rejected may not be what is wanted any more.
        if (open.Kind != InstructionKind.Cancel && HasChangedSince(state, open))
            NextStep(step);
    }

    private static bool HasChangedSince(ClaimState state, OpenInstruction open) => state.Version > open.Version || state.Cancellation is not null;

    private void Pending(Step step, OpenInstruction open, TransferReported reported)
    {
        step.State = step.State with
        {
            Status = open.Kind == InstructionKind.Register ? ClaimStatus.Sent : StatusOf(open),
            Open = open with { Receipted = true, Asked = 0 },
            DueAt = step.At + deadlines.Sent,
        };
        step.Apply(ClaimNotes.Receipted(reported.Receipt));
    }

    /// <summary>The debtor system says for certain that it has not done it. The same instruction is sent again, unless it is not wanted any more.</summary>
    private void NotDone(Step step, OpenInstruction open)
    {
        if (open.Kind == InstructionKind.Register && step.State.Cancellation is not null)
        {
            step.State = step.State with { Open = null, Abandoned = open };
            step.Apply(ClaimNotes.NotDoneNotWanted);
            NextStep(step);
            return;
        }

        step.State = step.State with
        {
            Status = StatusOf(open), Open = open with { Sendings = open.Sendings + 1, Asked = 0, Receipted = false }, DueAt = step.At + deadlines.Sending,
        };
        step.Apply(ClaimNotes.SentAgain(open.Kind));
        SendInstruction(step, open.Kind, about: null);
    }

    /// <summary>A sending that was late on its way was carried out after the question about it: the debtor system has what FBS has cancelled.</summary>
    private void Undo(Step step, OpenInstruction done, TransferReported reported)
    {
        step.State = step.State with
        {
            Abandoned = null,
            Registered = new Registration(done.AmountOre, done.Debtor.Kind, done.Debtor.Identity.Ref, done.Version, reported.DebtorReference, reported.PaymentSlip),
        };
        step.Apply(ClaimNotes.DoneAfterAll);
        NextStep(step);
    }

    private void Timer(Step step)
    {
        var state = step.State;
        if (state is { Open: null, Status: ClaimStatus.Held, Hold.Rule: LiabilityPolicy.PausedRule or LiabilityPolicy.NotConfiguredRule })
        {
            // The timer of a claim that the municipality's configuration holds back is set when that changes.
            NextStep(step);
        }
        else if (state.Open is null || state.DueAt is not { } dueAt || dueAt > step.At)
        {
            step.Ignore(ClaimNotes.NothingDue);
        }
        else if (!state.DeadLetters.IsEmpty)
        {
            step.State = state with { DueAt = null };
            step.Ignore(ClaimNotes.StandsStill);
        }
        else if (state.Open.Asked >= deadlines.MaxAsks)
        {
            step.State = state with { Status = ClaimStatus.Unknown, DueAt = null };
            step.Apply(ClaimNotes.NoAnswer(state.Open.Asked));
        }
        else
        {
            Ask(step, state.Open);
        }
    }

    /// <summary>Asks the connector what the debtor system knows, before anything is sent again.</summary>
    private void Ask(Step step, OpenInstruction open)
    {
        step.State = step.State with
        {
            Status = StatusOf(open), Open = open with { Asked = open.Asked + 1 }, DueAt = step.At + PauseBefore(open.Asked + 1),
        };
        step.Apply(ClaimNotes.Asked(open.Kind));
        SendInstruction(step, InstructionKind.Find, about: open.Id);
    }

    private TimeSpan PauseBefore(int question)
    {
        var pause = deadlines.Sending * Math.Pow(2, Math.Min(question - 1, 20));
        return pause < deadlines.LongestPause ? pause : deadlines.LongestPause;
    }

    private static ClaimStatus StatusOf(OpenInstruction open) => open switch
    {
        { Kind: InstructionKind.Cancel } => ClaimStatus.Cancelling,
        { Kind: InstructionKind.Register, Receipted: true } => ClaimStatus.Sent,
        { Kind: InstructionKind.Register } => ClaimStatus.Sending,
        _ => ClaimStatus.Changing,
    };
}
