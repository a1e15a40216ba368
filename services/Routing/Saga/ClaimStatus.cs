namespace ClaimsTransfer.Routing.Saga;

/// <summary>Where a claim stands, as an operator would say it.</summary>
public enum ClaimStatus
{
    /// <summary>A change or a report has come, the claim itself has not.</summary>
    Awaited,

    /// <summary>A rule holds it back until a person or a later message releases it.</summary>
    Held,

    /// <summary>It stays with the library.</summary>
    OutOfScope,

    /// <summary>The connector has been told to register it.</summary>
    Sending,

    /// <summary>Receipted in transport; the business receipt is awaited.</summary>
    Sent,

    /// <summary>The debtor system has acknowledged it.</summary>
    Transferred,

    /// <summary>Acknowledged, and a change of it is on its way.</summary>
    Changing,

    /// <summary>Part of it has been paid or written off.</summary>
    PartlyCovered,

    /// <summary>Nothing is owed any more.</summary>
    Settled,

    /// <summary>The debtor system has refused it, or a change of it.</summary>
    Rejected,

    /// <summary>Nobody can tell whether the debtor system has it: a person has to look.</summary>
    Unknown,

    /// <summary>The connector has been told to cancel it.</summary>
    Cancelling,

    Cancelled,

    /// <summary>Cancelled after money had come in: the debtor system owes it back.</summary>
    Credited,

    /// <summary>The debtor system has given it up.</summary>
    WrittenOff,

    /// <summary>Sent on to state collection.</summary>
    InCollection,
}

/// <summary>What the statuses count as in the accounts: each claim is in exactly one.</summary>
public enum ClaimCategory { Awaited, InFlight, Transferred, Rejected, Held, OutOfScope, Cancelled, Unknown, DeadLettered }
