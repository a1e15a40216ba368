using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

public sealed partial class ClaimSaga
{
    /// <summary>
    /// What is to be done now for the debtor system to have what FBS wants. At most one instruction is open at a time, so a change never overtakes
    /// the claim it changes; what changed meanwhile is sent when the outcome is known.
    /// </summary>
    private void NextStep(Step step)
    {
        var state = step.State;
        if (state.Open is not null || state.Version == 0)
            return;

        if (state.Cancellation is not null)
            NextOfCancelled(step);
        else if (state.Registered is not { } registered)
            NextOfNew(step);
        else if (Differs(state, registered) is not { } change)
            Rest(step);
        else if (step.Event.Policy is not { Stage: not Stage.Paused })
            HoldBack(step);
        else
            Instruct(step, change.Kind, change.Debtor, ClaimStatus.Changing);
    }

    private void NextOfCancelled(Step step)
    {
        var state = step.State;
        if (state.Registered is not { } registered)
        {
            if (state.Status is ClaimStatus.Cancelled or ClaimStatus.Credited)
                return;
            step.State = state with { Status = ClaimStatus.Cancelled, Hold = null, Rejection = null, DueAt = null };
            TellCancelled(step);
        }
        else if (step.Event.Policy is not { Stage: not Stage.Paused })
        {
            HoldBack(step);
        }
        else
        {
            Instruct(step, InstructionKind.Cancel, DebtorNow(state, registered), ClaimStatus.Cancelling);
        }
    }

    private void NextOfNew(Step step)
    {
        switch (LiabilityPolicy.Decide(step.State, step.Event.Policy))
        {
            case Liability.Owes owes:
                Instruct(step, InstructionKind.Register, owes.Debtor, ClaimStatus.Sending);
                break;
            case Liability.Held held:
                HoldBack(step, held.Rule, held.Explanation, held.Why);
                break;
            case Liability.OutOfScope outOfScope:
                var known = step.State.Status == ClaimStatus.OutOfScope;
                step.State = step.State with { Status = ClaimStatus.OutOfScope, Hold = new Hold(outOfScope.Rule, outOfScope.Explanation, outOfScope.Why), DueAt = null };
                step.Apply(ClaimNotes.OutOfScope(outOfScope.Rule));
                if (!known)
                {
                    var s = step.State;
                    step.Send(id => new ClaimOutOfScope(id, step.At, s.ClaimId, s.Municipality, s.Agency, s.FeeId, s.Version, outOfScope.Rule, outOfScope.Explanation));
                }

                break;
        }
    }

    private static (InstructionKind Kind, Debtor Debtor)? Differs(ClaimState state, Registration registered)
    {
        var debtor = DebtorNow(state, registered);
        if (debtor.Identity.Ref != registered.DebtorRef)
            return (InstructionKind.ChangeLiableParty, debtor);
        return state.AmountOre != registered.AmountOre ? (InstructionKind.Adjust, debtor) : null;
    }

    /// <summary>Who owes a registered claim: whoever was named since, else whoever it was registered with, under the number he has now.</summary>
    private static Debtor DebtorNow(ClaimState state, Registration registered)
    {
        if (state.NamedDebtor is { } named)
            return named;
        var facts = state.Facts!;
        var kind = registered.DebtorKind;
        return kind == DebtorKind.Guardian && facts.Guardian is { } guardian ? new Debtor(kind, guardian.Identity) : new Debtor(kind, facts.Borrower.Identity);
    }

    private void Instruct(Step step, InstructionKind kind, Debtor debtor, ClaimStatus status)
    {
        var number = step.State.Instructions + 1;
        // Another liable party and another amount are two instructions: the first leaves the amount as the debtor system has it.
        var amountOre = kind is InstructionKind.Register or InstructionKind.Adjust ? step.State.AmountOre : step.State.Registered!.AmountOre;
        var open = new OpenInstruction(ClaimState.InstructionId(step.State.ClaimId, number), kind, step.State.Version, amountOre, debtor, HeardAt: step.At);
        step.State = step.State with
        {
            Status = status, Open = open, Instructions = number, Hold = null, Rejection = null, DueAt = step.At + deadlines.Sending,
        };
        step.Apply(ClaimNotes.Sent(kind));
        SendInstruction(step, kind, about: null);
    }

    /// <summary>The open instruction as a message: itself again, or a question about it.</summary>
    private static void SendInstruction(Step step, InstructionKind kind, Guid? about)
    {
        var state = step.State;
        var open = state.Open!;
        var facts = state.Facts!;
        step.Send(id => new TransferClaim(
            id, step.At, state.ClaimId, state.Municipality, state.Agency, state.FeeId, open.Version,
            about is null ? open.Id : id, kind, about, Reference(state), facts.Type, facts.Reason, open.AmountOre, facts.CreatedOn, facts.DueOn,
            open.Debtor, facts.Materials, ToTest: step.Event.Policy?.Stage == Stage.Test));
    }

    private static void HoldBack(Step step) =>
        HoldBack(step, LiabilityPolicy.PausedRule, "Transfers are paused for the municipality.", ClaimNotes.Paused(municipality: null));

    private static void HoldBack(Step step, string rule, string explanation, Note why)
    {
        var known = step.State is { Status: ClaimStatus.Held, Hold.Rule: var held } && held == rule;
        step.State = step.State with { Status = ClaimStatus.Held, Hold = new Hold(rule, explanation, why), Rejection = null, DueAt = null };
        step.Apply(ClaimNotes.Held(rule));
        if (known)
            return;
        var state = step.State;
        step.Send(id => new ClaimHeld(id, step.At, state.ClaimId, state.Municipality, state.Agency, state.FeeId, state.Version, rule, explanation));
    }

    /// <summary>The debtor system has what FBS wants: what the claim is called now follows from its money.</summary>
    private static void Rest(Step step)
    {
        var state = step.State;
        var status = state switch
        {
            { WrittenOffOre: > 0, BalanceOre: <= 0 } => ClaimStatus.WrittenOff,
            { BalanceOre: <= 0 } => ClaimStatus.Settled,
            { InCollection: true } => ClaimStatus.InCollection,
            { CoveredOre: > 0 } or { WrittenOffOre: > 0 } => ClaimStatus.PartlyCovered,
            _ => ClaimStatus.Transferred,
        };
        step.State = state with { Status = status, Hold = null, Rejection = null, DueAt = null };
    }

    private static void TellCancelled(Step step)
    {
        var state = step.State;
        step.Apply(ClaimNotes.Cancelled);
        step.Send(id => new ClaimCancelled(
            id, step.At, state.ClaimId, state.Municipality, state.Agency, state.FeeId, state.Version, state.Cancellation!.Reason));
    }

    /// <summary>Our reference at the debtor system: agency and fee, as FBS and the library know the claim; it fits in 35 characters.</summary>
    public static string Reference(ClaimState state) => $"{state.Agency}-{state.FeeId}";
}
