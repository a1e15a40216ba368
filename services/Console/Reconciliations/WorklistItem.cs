namespace ClaimsTransfer.OperationsConsole.Reconciliations;

/// <summary>A claim that money may belong to.</summary>
public sealed record WorklistSuggestion(string Agency, long FeeId, long AmountOre, long BalanceOre, string Because);

/// <summary>Money or an order that only a person can decide on, as Payments has it.</summary>
/// <param name="Kind">UnmatchedEntry, Account or FbsOrder; an account's line goes away by itself.</param>
/// <param name="Cause">NoMatch, Excess, ClosedWithDebt, ReversedBeyondCovered, Duplicate, AlreadyPaid, NotAllowed, Refused …</param>
/// <param name="Names">What it names itself by: reference, debtorReference, paymentSlip, entryId, orderId, fbsAnswer; document, line, field, fault, said of a line that cannot be read.</param>
public sealed record WorklistItem(
    Guid Id, string Kind, string Municipality, string Cause, long AmountOre, DateTimeOffset Since, string? Agency, long? FeeId, string? EntryKind, IReadOnlyDictionary<string, string> Names,
    IReadOnlyList<WorklistSuggestion> Suggestions, string Action)
{
    public bool CanBePlaced => Kind == "UnmatchedEntry" && Cause is not ("Duplicate" or "Unreadable");

    public bool CanBeClosed => Kind != "Account";
}

/// <param name="Next">Give it as <c>after</c> for what follows; null: that was all.</param>
public sealed record WorklistPage(IReadOnlyList<WorklistItem> Items, string? Next);

/// <summary>An entry that was placed on a claim, as Payments has it.</summary>
/// <param name="Who">Null: it was placed by its names.</param>
public sealed record PlacedEntry(Guid Id, string Municipality, string EntryKind, long AmountOre, string EntryId, string Agency, long FeeId, DateTimeOffset PlacedAt, string? Who, string? Why)
{
    /// <summary>What is said of an account has no counter-entry.</summary>
    public bool CanBeTakenBack => EntryKind != "Account";
}

/// <param name="Items">The latest first.</param>
public sealed record PlacedPage(IReadOnlyList<PlacedEntry> Items);

/// <param name="Municipality">Whose worklist it is on.</param>
public sealed record PlaceRequest(string? Municipality, string? Agency, long? FeeId, string? Why);

/// <param name="Municipality">Whose worklist it is on.</param>
public sealed record CloseRequest(string? Municipality, string? Why);

public sealed record WorklistDecision(Guid MessageId, string State, Guid? ClaimId);
