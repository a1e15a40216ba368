using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Payments.Ledger;

/// <summary>
/// The ledger of a claim, a pure function: <c>Decide(state, event) → (state', entries, effects)</c>. No clock, no I/O, no ids drawn. Events come in any order; balance,
/// status, sums and mismatch end the same.
/// </summary>
public static class ClaimLedger
{
    public static Account Begin(IClaimMessage message) => new()
    {
        ClaimId = message.ClaimId, Municipality = message.Municipality, Agency = message.Agency, FeeId = message.FeeId,
    };

    public static Decision Decide(Account account, LedgerEvent occurred)
    {
        var step = new Step(account, occurred);
        switch (occurred.Message)
        {
            case ClaimTransferred transferred: Acknowledge(step, transferred); break;
            case ClaimCancelled cancelled: Cancel(step, cancelled); break;
            case CoverageRegistered coverage:
                Take(step, new MoneyEntry(coverage.EntryId, EntryKind.Coverage, BalanceChange.Coverage, coverage.AmountOre, coverage.ValueDate, coverage.OccurredAt, coverage.Channel, IsTold: false));
                break;
            case CoverageReversed reversal:
                Take(step, new MoneyEntry(reversal.EntryId, EntryKind.Reversal, BalanceChange.Reversal, reversal.AmountOre, reversal.ValueDate, reversal.OccurredAt, null, IsTold: false), reversal.ReversesEntryId);
                break;
            case WriteOffRegistered writeOff:
                var change = writeOff.Kind == WriteOffKind.Adjustment ? BalanceChange.Adjustment : BalanceChange.WriteOff;
                Take(step, new MoneyEntry(writeOff.EntryId, EntryKind.WriteOff, change, writeOff.AmountOre, writeOff.ValueDate, writeOff.OccurredAt, null, IsTold: false));
                break;
            case DebtorAccountChanged said:
                // Nothing is booked by it: it says how what is booked is to be looked at.
                var statement = new AccountStatement(said.Status, TheirClock.Bounded(said.OccurredAt, occurred.At), said.EntryId);
                if (step.Account.AtDebtor is not { } known || known.IsOlderThan(statement))
                    step.Account = step.Account with { AtDebtor = statement };
                break;
            default: throw new ArgumentOutOfRangeException(nameof(occurred), occurred.Message.GetType().Name, "Not an event of the ledger.");
        }

        TellWhatIsUntold(step);
        return step.Decided();
    }

    /// <summary>The newest acknowledgement says what is claimed. An older one still says by which names the debtor system knows the claim, where nothing newer did.</summary>
    private static void Acknowledge(Step step, ClaimTransferred transferred)
    {
        var account = step.Account;
        if (account.Acknowledged is { } known && !known.IsOlderThan(transferred))
        {
            step.Account = account.IsErased ? account : account with
            {
                DebtorReference = account.DebtorReference ?? transferred.DebtorReference,
                PaymentSlip = account.PaymentSlip ?? transferred.PaymentSlip,
                PatronId = account.PatronId ?? transferred.PatronId,
            };
            return;
        }

        step.Account = account with
        {
            Acknowledged = new Acknowledgement(transferred.Version, transferred.OccurredAt, transferred.AmountOre),
            IsErased = false,
            DebtorReference = transferred.DebtorReference ?? account.DebtorReference,
            PaymentSlip = transferred.PaymentSlip ?? account.PaymentSlip,
            PatronId = transferred.PatronId ?? account.PatronId,
        };
        step.Book(new Entry(account.Acknowledged is null ? EntryKind.Charge : EntryKind.Adjustment, transferred.AmountOre - account.AmountOre));
        step.Correct();
    }

    private static void Cancel(Step step, ClaimCancelled cancelled)
    {
        var before = step.Account;
        step.Account = before with { CancelledVersion = Math.Max(before.CancelledVersion, cancelled.Version) };
        if (before.IsInForce && !step.Account.IsInForce)
            step.Book(new Entry(EntryKind.Cancellation, step.Account.BalanceOre - before.BalanceOre));
    }

    private static void Take(Step step, MoneyEntry money, string? reversesEntryId = null)
    {
        var account = step.Account;
        if (account.Money.Exists(known => known.EntryId == money.EntryId))
        {
            step.IsDuplicate = true;
            return;
        }

        step.Account = account with
        {
            Money = account.Money.Add(money),
            CoveredOre = account.CoveredOre + (money.Kind == EntryKind.Coverage ? money.AmountOre : 0),
            ReversedOre = account.ReversedOre + (money.Kind == EntryKind.Reversal ? money.AmountOre : 0),
            WrittenOffOre = account.WrittenOffOre + (money.Kind == EntryKind.WriteOff ? money.AmountOre : 0),
        };
        step.Book(new Entry(
            money.Kind, money.EffectOre(isInForce: true), money.EntryId, money.Kind == EntryKind.Coverage ? OutcomeOf(money.AmountOre, account) : null, money.Channel, money.ValueDate, reversesEntryId));
        step.Correct();
    }

    private static MatchingOutcome OutcomeOf(long amountOre, Account found) => found switch
    {
        { Status: AccountStatus.Awaited } => MatchingOutcome.NoMatch,
        { BalanceOre: <= 0 } => MatchingOutcome.AlreadyPaid,
        { BalanceOre: var owed } => amountOre.CompareTo(owed) switch { < 0 => MatchingOutcome.Partial, 0 => MatchingOutcome.Matched, _ => MatchingOutcome.Excess },
    };

    /// <summary>
    /// FBS is told of every entry while the claim is acknowledged and in force: of what came in before that, in the canonical order, as soon as it is. Before the entries
    /// comes what the acknowledgement itself changed. While a claim stays settled nothing is sent: FBS has exactly one "settled" for it. A reversal that comes before its coverage
    /// tells no more than what is claimed.
    /// </summary>
    private static void TellWhatIsUntold(Step step)
    {
        if (step.Account.Status is AccountStatus.Awaited or AccountStatus.Cancelled)
            return;
        var untold = MoneyEntry.InOrder(step.Account.Money.FindAll(entry => !entry.IsTold)).ToList();
        var (claimedOre, coveredOre) = (step.Account.AmountOre, 0L);
        foreach (var entry in step.Account.Money.Where(entry => entry.IsTold))
            Add(entry);
        var balanceOre = Account.Owed(claimedOre, coveredOre);
        if (balanceOre <= 0 != step.Account.ToldSettled || IsOtherThanTold(step.Account, balanceOre))
            step.Tell(BalanceChange.Adjustment, 0, balanceOre, null, DateOnly.FromDateTime(step.Event.Message.OccurredAt.UtcDateTime));
        foreach (var entry in untold)
        {
            Add(entry);
            balanceOre = Account.Owed(claimedOre, coveredOre);
            if (balanceOre > 0 || !step.Account.ToldSettled)
                step.Tell(entry.Change, AmountIn(entry), balanceOre, entry.Channel, entry.ValueDate);
        }

        if (untold.Count > 0)
            step.Account = step.Account with { Money = step.Account.Money.ConvertAll(entry => entry.IsTold ? entry : entry with { IsTold = true }) };

        void Add(MoneyEntry entry)
        {
            if (entry.Kind == EntryKind.WriteOff)
                claimedOre -= entry.AmountOre;
            else
                coveredOre -= entry.EffectOre(isInForce: true);
        }
    }

    /// <summary>Once FBS has been told a balance, that is what it goes by: another amount acknowledged is another balance.</summary>
    private static bool IsOtherThanTold(Account account, long balanceOre) => account.Sequence > 0 && balanceOre > 0 && balanceOre != account.ToldBalanceOre;

    private static long AmountIn(MoneyEntry entry) => entry.Kind switch
    {
        EntryKind.Coverage => entry.AmountOre,
        EntryKind.Reversal => -entry.AmountOre,
        _ => 0,
    };
}
