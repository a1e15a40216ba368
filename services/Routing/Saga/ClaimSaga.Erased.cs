using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

public sealed partial class ClaimSaga
{
    /// <summary>FBS wants something of a claim of which nobody knows any more who owes it: it cannot be told to the debtor system from here.</summary>
    public const string ErasedRule = "Erased";

    /// <summary>Money is booked, as it needs no name. What the debtor system would have to be told is held for a person, who settles it there and releases it here.</summary>
    private void OfErased(Step step, IClaimMessage? message)
    {
        switch (message)
        {
            case CoverageRegistered or CoverageReversed or WriteOffRegistered or DebtorAccountChanged: Money(step, message); break;
            case ClaimAdjusted or ClaimWithdrawn or LiablePartyChanged: ChangeErased(step, message); break;
            case OperateClaim operate: OperateErased(step, operate); break;
            case TransferReported reported: step.Ignore(ClaimNotes.NotAwaited(reported.Outcome)); break;
            case null: step.Ignore(ClaimNotes.NothingDue); break;
            default: step.Ignore(ClaimNotes.Erased); break;
        }
    }

    private void ChangeErased(Step step, IClaimMessage change)
    {
        var state = step.State;
        // No version waits for another here, so a cancellation may come behind a change that follows it.
        if (change.Version <= state.Version && (change is not ClaimWithdrawn || state.Cancellation is not null))
        {
            step.Ignore(ClaimNotes.OldVersion(change.Version, state.Version));
            return;
        }

        if (change is LiablePartyChanged)
        {
            step.State = state with { Version = change.Version };
            step.Apply(ClaimNotes.Erased);
            return;
        }

        TakeChange(step, change);
        step.State = step.State with { Version = Math.Max(state.Version, change.Version) };
        if (state.Cancellation is { ByFbs: true })
            return;
        if (step.State is { Registered: { } registered } changed && (changed.Cancellation is not null || changed.AmountOre != registered.AmountOre))
            HoldBack(step, ErasedRule, "It was erased who owed it, as the time for keeping it is over: settle it at the debtor system.", ClaimNotes.HeldErased);
        else if (step.State.Cancellation is not null)
            NextOfCancelled(step);
        else if (step.State is { Registered: not null, Status: ClaimStatus.Held })
            Rest(step);
    }

    private static void OperateErased(Step step, OperateClaim operate)
    {
        var state = step.State;
        if (operate.Operation is not (ClaimOperation.Cancel or ClaimOperation.Release) || state is not { Status: ClaimStatus.Held, Hold.Rule: ErasedRule })
        {
            step.Ignore(ClaimNotes.OperatedInVain(operate.Who, operate.Operation, operate.Why, state.Status));
            return;
        }

        step.Apply(ClaimNotes.Operated(operate.Who, operate.Operation, operate.Why));
        if (operate.Operation == ClaimOperation.Release && state is { Cancellation: null, Registered: { } registered })
        {
            step.State = state with { Registered = registered with { AmountOre = state.AmountOre, Version = state.Version } };
            step.Send(id => new ClaimTransferred(id, step.At, state.ClaimId, state.Municipality, state.Agency, state.FeeId, state.Version, state.AmountOre, null));
            Rest(step);
            return;
        }

        step.State = state with
        {
            Cancellation = state.Cancellation ?? new Cancellation(operate.Why, ByFbs: false), Registered = null, Hold = null,
            Status = state.CoveredOre > 0 ? ClaimStatus.Credited : ClaimStatus.Cancelled,
        };
        TellCancelled(step);
    }
}
