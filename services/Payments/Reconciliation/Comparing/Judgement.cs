namespace ClaimsTransfer.Payments.Reconciliation.Comparing;

/// <summary>Finds the one cause of a difference, and what to do about it. Pure: the moment and what is under way come in.</summary>
internal static class Judgement
{
    /// <param name="lateFrom">What has changed since then, Unix milliseconds, may be no more than a message on its way.</param>
    /// <param name="lateUntil">Unix milliseconds: what the debtor system says changed after that has not happened yet, and excuses nothing.</param>
    /// <param name="isOrderOpen">FBS has been told of the settlement and has not confirmed it.</param>
    /// <returns>Null: the ledgers agree.</returns>
    public static Verdict? Of(Standing claim, long lateFrom, long lateUntil, bool isOrderOpen)
    {
        if (CauseOf(claim) is not { } cause)
            return null;
        // No message that is still to come takes back a second booking.
        return cause != Cause.BookedTwice && IsUnderWay(claim, lateFrom, lateUntil, isOrderOpen)
            ? new Verdict(Cause.Late, cause, SuggestedAction.Wait)
            : new Verdict(cause, null, ActionFor(cause, claim));
    }

    private static Cause? CauseOf(Standing claim)
    {
        if (claim.Bookings > 1)
            return Cause.BookedTwice;
        if (claim.DebtorAgrees && claim.FbsAgrees && claim.StrayOre == 0)
            return null;
        if (claim.IsInForce && claim.DebtorOre is null)
            return Cause.MissingAtDebtor;
        if (IsMissingAtFbs(claim))
            return Cause.MissingAtFbs;
        if (StatesDiffer(claim))
            return Cause.StateDiffers;
        return claim.IsAcknowledged ? Cause.AmountDiffers : Cause.UnmatchedPayment;
    }

    /// <summary>Open wherever else it is. Where we or the debtor system say that nothing is owed, FBS is not alone with it: that is a question of the state.</summary>
    private static bool IsMissingAtFbs(Standing claim) =>
        !claim.IsUnasked && claim.FbsOre is not > 0
        && (claim.OursOre > 0 || claim.DebtorOre > 0)
        && !(claim.IsAcknowledged && claim.BalanceOre <= 0) && claim.DebtorOre is not <= 0;

    private static bool StatesDiffer(Standing claim)
    {
        // Open where we do not know it, and not for money that waits for its claim.
        if (!claim.IsAcknowledged && claim.StrayOre == 0)
            return true;
        if (claim.IsAcknowledged && claim.DebtorOre is not null && claim.IsInForceAtDebtor != claim.IsInForce)
            return true;
        bool?[] isOpen =
        [
            claim.IsAcknowledged ? claim.BalanceOre > 0 : null,
            claim.DebtorOre is null ? null : claim.DebtorOre > 0,
            claim.IsUnasked ? null : claim.FbsOre > 0,
        ];
        return isOpen.Contains(true) && isOpen.Contains(false);
    }

    private static bool IsUnderWay(Standing claim, long lateFrom, long lateUntil, bool isOrderOpen) =>
        claim.ChangedAt >= lateFrom || (claim.DebtorChangedAt >= lateFrom && claim.DebtorChangedAt <= lateUntil) || (isOrderOpen && claim.DebtorAgrees);

    private static SuggestedAction ActionFor(Cause cause, Standing claim) => cause switch
    {
        Cause.BookedTwice => SuggestedAction.RemoveBooking,
        // A claim that money came in for would be registered as if nobody had paid.
        Cause.MissingAtDebtor => claim is { Status: "Open", MoneyHasMoved: false } && claim.FbsOre == claim.BalanceOre ? SuggestedAction.Reregister : SuggestedAction.CheckAtDebtor,
        Cause.MissingAtFbs => CanTellFbs(claim) ? SuggestedAction.TellFbsAgain : SuggestedAction.CheckAtFbs,
        Cause.StateDiffers => CanTellFbs(claim) && claim.Status is "Settled" ? SuggestedAction.TellFbsAgain : SuggestedAction.CheckState,
        Cause.AmountDiffers when claim.DebtorAgrees => CanTellFbs(claim) ? SuggestedAction.TellFbsAgain : SuggestedAction.CheckAtFbs,
        // Only where FBS stands with us: else it may be our amount that is old.
        Cause.AmountDiffers when claim is { IsInForce: true, IsInForceAtDebtor: true, FbsAgrees: true, IsUnasked: false } && claim.DebtorAmountOre != claim.AmountOre => SuggestedAction.Readjust,
        Cause.AmountDiffers => SuggestedAction.CheckEntries,
        Cause.UnmatchedPayment => SuggestedAction.MatchPayment,
        _ => SuggestedAction.Wait,
    };

    /// <summary>The debtor system stands with us, and there is a balance that FBS was told before.</summary>
    private static bool CanTellFbs(Standing claim) => claim is { IsAcknowledged: true, DebtorAgrees: true, MoneyHasMoved: true };
}
