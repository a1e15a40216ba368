using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Booking;

namespace ClaimsTransfer.Payments.Matching;

/// <summary>Why an entry has no account.</summary>
public enum UnmatchedCause
{
    /// <summary>It names no claim, or not exactly one.</summary>
    NoMatch,

    /// <summary>Its id is booked already, for something else.</summary>
    Duplicate,

    /// <summary>Its line in the debtor system's document cannot be read.</summary>
    Unreadable,
}

public enum UnmatchedState
{
    Open,

    /// <summary>Its claim is decided, its message is on its way: nobody may decide otherwise any more.</summary>
    Placing,

    /// <summary>Its message is out, confirmed.</summary>
    Placed,

    /// <summary>A person takes it back: what undoes it is on its way.</summary>
    TakingBack,

    /// <summary>A person has dealt with it elsewhere.</summary>
    Closed,
}

/// <summary>An entry of a debtor system that did not name its claim, and what became of it.</summary>
/// <param name="RowVersion">0: not stored yet.</param>
/// <param name="Slip">The payment slip, where its check digit is right.</param>
/// <param name="RelayDueAt">While placing: when the message is sent again, if nobody has confirmed it by then.</param>
/// <param name="Placed">The message it becomes; while it is taken back the message that undoes it.</param>
/// <param name="Placements">How often it was placed: each but the first is booked under an id of its own, since an id is booked once.</param>
/// <param name="Decisions">What was decided, in that order.</param>
public sealed record UnmatchedEntry(
    DebtorEntryUnmatched Entry, UnmatchedCause Cause, string? Slip, DateTimeOffset ReceivedAt, UnmatchedState State = UnmatchedState.Open, long RowVersion = 0)
{
    private const int TextLength = 200;
    private const int LineLength = 500;

    /// <summary>The debtor system's id of the entry; of a line that cannot be read, the one it names.</summary>
    public string? EntryId => Entry.Unreadable is { } line ? line.EntryId : Entry.EntryId;

    public DateTimeOffset? RelayDueAt { get; init; }
    public Guid? ClaimId { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public string? Who { get; init; }
    public string? Why { get; init; }
    public RecordedEffect? Placed { get; init; }
    public int Placements { get; init; }
    public IReadOnlyList<WorklistStep> Decisions { get; init; } = [];

    /// <summary>Under which id the placement is booked: the debtor system's own the first time.</summary>
    public string PlacementId => Placements <= 1 ? Entry.EntryId : EntryIds.Derived(Entry.EntryId, $"#{Placements}");

    /// <summary>Under which id the counter-entry is booked.</summary>
    public string TakenBackId => EntryIds.TakenBack(PlacementId);

    public bool IsErased => (Slip, Who, Why, Placed, Decisions.Count) == (null, null, null, null, 0) && Entry == Unnamed(Entry);

    /// <summary>Without what was written, by the debtor system or by people, and without names. Ids, amounts and days stay.</summary>
    public UnmatchedEntry Erased() => this with { Entry = Unnamed(Entry), Slip = null, Who = null, Why = null, Placed = null, Decisions = [] };

    private static DebtorEntryUnmatched Unnamed(DebtorEntryUnmatched entry) => entry with
    {
        Reference = null, DebtorReference = null, PaymentSlip = null, PaymentSlipAsWritten = null, Reason = null,
        Unreadable = entry.Unreadable is { } line ? line with { Said = "" } : null,
    };

    public UnmatchedEntry Deciding(string decision, Guid? claimId, string? who, string? why, DateTimeOffset at) => this with
    {
        DecidedAt = at, Who = who, Why = why, Decisions = [.. Decisions, new WorklistStep(decision, claimId, who, why, at)],
    };

    public static UnmatchedEntry Of(DebtorEntryUnmatched entry, DateTimeOffset receivedAt) => new(
        entry with
        {
            Reference = Masked(entry.Reference), Reason = Masked(entry.Reason), PaymentSlipAsWritten = Masked(entry.PaymentSlipAsWritten),
            Unreadable = entry.Unreadable is { } line ? line with { Said = PersonalData.Mask(line.Said, LineLength) } : null,
        },
        entry.Unreadable is not null ? UnmatchedCause.Unreadable : entry.IsConflict ? UnmatchedCause.Duplicate : UnmatchedCause.NoMatch, PaymentSlips.TryRead(entry.PaymentSlip, out var slip, out _) ? slip : null, receivedAt);

    /// <summary>An ordinary message that cannot be booked on the claim it names.</summary>
    /// <param name="isConflict">Its entry id is booked on another claim: the first stands, this one is for a person.</param>
    public static UnmatchedEntry Of(IClaimMessage message, DateTimeOffset receivedAt, bool isConflict)
    {
        var reference = $"{message.Agency}-{message.FeeId}";
        return Of(
            message switch
            {
                CoverageRegistered coverage => new DebtorEntryUnmatched(
                    coverage.MessageId, coverage.OccurredAt, coverage.Municipality, coverage.EntryId, DebtorEntryKind.Coverage, coverage.AmountOre, coverage.ValueDate,
                    reference, null, null, coverage.Channel, null, null, null, isConflict),
                CoverageReversed reversal => new DebtorEntryUnmatched(
                    reversal.MessageId, reversal.OccurredAt, reversal.Municipality, reversal.EntryId, DebtorEntryKind.Reversal, reversal.AmountOre, reversal.ValueDate,
                    reference, null, null, null, reversal.ReversesEntryId, null, null, isConflict),
                WriteOffRegistered { Kind: WriteOffKind.Adjustment } correction => new DebtorEntryUnmatched(
                    correction.MessageId, correction.OccurredAt, correction.Municipality, correction.EntryId, DebtorEntryKind.Adjustment, -correction.AmountOre,
                    correction.ValueDate, reference, null, null, null, null, correction.Reason, null, isConflict),
                WriteOffRegistered writeOff => new DebtorEntryUnmatched(
                    writeOff.MessageId, writeOff.OccurredAt, writeOff.Municipality, writeOff.EntryId, DebtorEntryKind.WriteOff, writeOff.AmountOre, writeOff.ValueDate,
                    reference, null, null, null, null, writeOff.Reason, null, isConflict),
                _ => throw new ArgumentOutOfRangeException(nameof(message), message.GetType().Name, "Not an entry of a debtor system."),
            },
            receivedAt);
    }

    /// <summary>Somebody may have typed a person's number there.</summary>
    private static string? Masked(string? text) => text is null ? null : PersonalData.Mask(text, TextLength);
}

/// <summary>One decision about an entry of the worklist, as it is kept.</summary>
/// <param name="Decision">placed, takenBack or closed.</param>
/// <param name="Who">Null: the sweep, by the entry's names.</param>
public sealed record WorklistStep(string Decision, Guid? ClaimId, string? Who, string? Why, DateTimeOffset At);

/// <summary>Ids of entries that Payments books itself, made from the debtor system's.</summary>
internal static class EntryIds
{
    private const int MostCharacters = 100;

    /// <summary>The counter-entry to what was booked under this id.</summary>
    public static string TakenBack(string entryId) => Derived(entryId, "-back");

    /// <summary>Readable where it fits on the wire, the same for the same either way.</summary>
    public static string Derived(string entryId, string suffix) =>
        entryId.Length + suffix.Length <= MostCharacters ? entryId + suffix : $"{DeterministicId.Create(DeterministicId.ClaimsTransfer, $"entry-id/{entryId}{suffix}"):N}";
}
