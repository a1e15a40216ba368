using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

public sealed partial class ClaimSaga
{
    /// <summary>FBS wants something of a claim of which nobody knows any more who owes it: it cannot be told to the debtor system from here.</summary>
    public const string ErasedRule = "Erased";

    /// <summary>Money is booked, as it needs no name. What the debtor system would have to be told is held for a person, who settles it there and cancels it here.</summary>
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
        if (change.Version <= state.Version)
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
        if (state.Cancellation is { ByFbs: true })
            return;
        if (step.State is { Registered: { } registered } changed && (changed.Cancellation is not null || changed.AmountOre != registered.AmountOre))
            HoldBack(step, ErasedRule, "It was erased who owed it, as the time for keeping it is over: settle it at the debtor system.", ClaimNotes.HeldErased);
        else if (step.State.Cancellation is not null)
            NextOfCancelled(step);
    }

    private static void OperateErased(Step step, OperateClaim operate)
    {
        var state = step.State;
        if (operate.Operation != ClaimOperation.Cancel || state is not { Status: ClaimStatus.Held, Hold.Rule: ErasedRule })
        {
            step.Ignore(ClaimNotes.OperatedInVain(operate.Who, operate.Operation, operate.Why, state.Status));
            return;
        }

        step.State = state with
        {
            Cancellation = state.Cancellation ?? new Cancellation(operate.Why, ByFbs: false), Registered = null, Hold = null,
            Status = state.CoveredOre > 0 ? ClaimStatus.Credited : ClaimStatus.Cancelled,
        };
        step.Apply(ClaimNotes.Operated(operate.Who, operate.Operation, operate.Why));
        TellCancelled(step);
    }
}
