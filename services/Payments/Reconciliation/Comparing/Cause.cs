namespace ClaimsTransfer.Payments.Reconciliation.Comparing;

/// <summary>Why a line differs. Where several fit, the first of these.</summary>
public enum Cause
{
    /// <summary>The debtor system has registered the claim more than once.</summary>
    BookedTwice,

    /// <summary>It has acknowledged the claim, and does not list it.</summary>
    MissingAtDebtor,

    /// <summary>Something is owed wherever else the claim is, and FBS has nothing open.</summary>
    MissingAtFbs,

    /// <summary>Settled, cancelled or unknown in one ledger, open in another.</summary>
    StateDiffers,

    AmountDiffers,

    /// <summary>Money came in that belongs to no claim we know.</summary>
    UnmatchedPayment,

    /// <summary>Something is under way that may explain it.</summary>
    Late,
}

/// <summary>What somebody does about it.</summary>
public enum SuggestedAction
{
    /// <summary>Safe: register it at the debtor system again, under the same reference.</summary>
    Reregister,

    /// <summary>Safe: tell the debtor system its amount again.</summary>
    Readjust,

    /// <summary>Safe: tell FBS the balance again.</summary>
    TellFbsAgain,

    /// <summary>It may be gone at the next reconciliation.</summary>
    Wait,

    RemoveBooking,
    CheckAtDebtor,
    CheckAtFbs,
    CheckState,
    CheckEntries,
    MatchPayment,
}

/// <summary>What a comparison says of a claim that does not agree.</summary>
/// <param name="WouldBe">With <see cref="Cause.Late"/>: what it is when nothing comes.</param>
internal sealed record Verdict(Cause Cause, Cause? WouldBe, SuggestedAction Action)
{
    /// <summary>Can be repaired by a message that does no harm when it was not needed.</summary>
    public bool IsSafe => Action is SuggestedAction.Reregister or SuggestedAction.Readjust or SuggestedAction.TellFbsAgain;

    /// <summary>By which it is recognised in the next run: a late line that stays has been there since it was late.</summary>
    public Cause Lasting => WouldBe ?? Cause;
}
