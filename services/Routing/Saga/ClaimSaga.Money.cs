using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

public sealed partial class ClaimSaga
{
    /// <summary>Entries of the debtor system, in any order: the sums do not depend on it, and a repeated entry never gets here (the journal takes an id once).</summary>
    private static void Money(Step step, IClaimMessage entry)
    {
        var state = step.State;
        if (entry is DebtorAccountChanged said)
        {
            var newest = new AccountEntry(TheirClock.Bounded(said.OccurredAt, step.At), said.EntryId);
            if (!newest.IsNewerThan(state.AccountEntry))
            {
                step.Ignore(ClaimNotes.AccountOlder(said.Status));
                return;
            }

            state = state with { AccountEntry = newest };
        }

        step.State = entry switch
        {
            CoverageRegistered coverage => state with { CoveredOre = state.CoveredOre + coverage.AmountOre },
            CoverageReversed reversal => state with { CoveredOre = state.CoveredOre - reversal.AmountOre },
            WriteOffRegistered writeOff => state with { WrittenOffOre = state.WrittenOffOre + writeOff.AmountOre },
            DebtorAccountChanged { Status: DebtorAccountStatus.InCollection } => state with { InCollection = true },
            DebtorAccountChanged { Status: DebtorAccountStatus.Recalled or DebtorAccountStatus.Open } => state with { InCollection = false },
            _ => state,
        };
        step.Apply(entry switch
        {
            CoverageRegistered coverage => ClaimNotes.Covered(coverage.AmountOre),
            CoverageReversed reversal => ClaimNotes.CoverageReversed(reversal.AmountOre),
            WriteOffRegistered { AmountOre: < 0 } undone => ClaimNotes.ClaimedAgain(-undone.AmountOre),
            WriteOffRegistered { Kind: WriteOffKind.Adjustment } adjustment => ClaimNotes.Corrected(adjustment.AmountOre),
            WriteOffRegistered writeOff => ClaimNotes.WrittenOff(writeOff.AmountOre),
            DebtorAccountChanged account => ClaimNotes.Account(account.Status),
            _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "Not an entry of the debtor system."),
        });

        if (step.State is { Status: ClaimStatus.Cancelled or ClaimStatus.Credited })
            step.State = step.State with { Status = step.State.CoveredOre > 0 ? ClaimStatus.Credited : ClaimStatus.Cancelled };
        else if (IsAtRestInTheDebtorSystem(step.State))
            Rest(step);
    }

    private static bool IsAtRestInTheDebtorSystem(ClaimState state) => state is
    {
        Open: null, Registered: not null,
        Status: ClaimStatus.Transferred or ClaimStatus.PartlyCovered or ClaimStatus.Settled or ClaimStatus.WrittenOff or ClaimStatus.InCollection,
    };
}
