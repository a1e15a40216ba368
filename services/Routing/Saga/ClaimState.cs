using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

/// <summary>
/// All that Routing knows of one claim. FBS's wish (amount, liable party, cancelled) stands beside what the debtor system has acknowledged
/// (<see cref="Registered"/>); the saga moves the second towards the first, one instruction at a time.
/// </summary>
public sealed record ClaimState
{
    public required Guid ClaimId { get; init; }
    public required string Municipality { get; init; }
    public required string Agency { get; init; }
    public required long FeeId { get; init; }

    public ClaimStatus Status { get; init; } = ClaimStatus.Awaited;

    /// <summary>The highest version of FBS that has taken effect; 0 before the claim has come.</summary>
    public int Version { get; init; }

    /// <summary>What FBS claims now, øre.</summary>
    public long AmountOre { get; init; }

    public ClaimFacts? Facts { get; init; }

    /// <summary>The liable party FBS named after the claim was made; it goes before every rule of who pays.</summary>
    public Debtor? NamedDebtor { get; init; }

    public Hold? Hold { get; init; }

    /// <summary>A person has released the claim: no rule holds it any more.</summary>
    public bool Released { get; init; }

    public Cancellation? Cancellation { get; init; }

    public Registration? Registered { get; init; }

    public OpenInstruction? Open { get; init; }

    /// <summary>A registration that the debtor system said it had not done and that was not wanted any more. Should it have been done after all, it is undone.</summary>
    public OpenInstruction? Abandoned { get; init; }

    public Rejection? Rejection { get; init; }

    /// <summary>Changes that came before the version they follow.</summary>
    public ImmutableList<WaitingChange> Waiting { get; init; } = [];

    /// <summary>Messages about this claim that lie on an error queue.</summary>
    public ImmutableList<Guid> DeadLetters { get; init; } = [];

    public long CoveredOre { get; init; }

    public long WrittenOffOre { get; init; }

    public bool InCollection { get; init; }

    /// <summary>The newest entry that said how the account stands: what was booked before it and comes later changes nothing.</summary>
    public AccountEntry? AccountEntry { get; init; }

    /// <summary>Instructions given so far; their ids are derived from it.</summary>
    public int Instructions { get; init; }

    /// <summary>Whether the claim was ever given this instruction, whatever has become of it.</summary>
    public bool HasGiven(Guid instructionId)
    {
        for (var number = Instructions; number > 0; number--)
        {
            if (InstructionId(ClaimId, number) == instructionId)
                return true;
        }

        return false;
    }

    public static Guid InstructionId(Guid claimId, int number) => DeterministicId.Of(claimId, $"instruction/{number}");

    /// <summary>Journal entries so far: the next entry's place in the timeline.</summary>
    public int Position { get; init; }

    /// <summary>When to look at the claim again if nothing has come.</summary>
    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>When the last thing happened to it that is expected; null: it goes on, or everybody has erased it. Its retention is counted from then.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it was erased who owed it and for what.</summary>
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>W3C trace context of the claim's journey, for what a timer starts.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Since when a change waits for a version before it. Of a claim that is cancelled nothing is waited for.</summary>
    [JsonIgnore]
    public DateTimeOffset? WaitingSince => Cancellation is null ? Waiting.Min(waiting => waiting.Since ?? ReceivedAt) : null;

    [JsonIgnore]
    public bool IsRegistered => Registered is not null;

    /// <summary>What the debtor system still claims, øre.</summary>
    [JsonIgnore]
    public long BalanceOre => (Registered?.AmountOre ?? 0) - CoveredOre - WrittenOffOre;

    /// <summary>Nothing is under way, and nothing is owed or expected. A claim in collection goes on there, and of a credited one money is to be given back.</summary>
    [JsonIgnore]
    public bool HasEnded => Open is null && WaitingSince is null && Status is ClaimStatus.Settled or ClaimStatus.WrittenOff or ClaimStatus.Cancelled or ClaimStatus.OutOfScope;

    /// <summary>Why it is held, out of scope, rejected, cancelled or erased. Of a hold from before it was kept, its rule.</summary>
    [JsonIgnore]
    public Note? Why => this switch
    {
        { ErasedAt: not null, Status: not ClaimStatus.Held } => ClaimNotes.Erased,
        { Hold: { } hold } => hold.Why ?? (Status == ClaimStatus.OutOfScope ? ClaimNotes.OutOfScope(hold.Rule) : ClaimNotes.Held(hold.Rule)),
        { Rejection: { } rejection } => ClaimNotes.StandsRejected(rejection.Code, rejection.Text, rejection.FixBy),
        { Cancellation: { ByFbs: true } cancellation } => ClaimNotes.CancelledByFbs(cancellation.Reason),
        { Cancellation: { } cancellation } => ClaimNotes.CancelledByPerson(cancellation.Reason),
        _ => null,
    };

    /// <summary>The same as people search for it, in either language; a rule by its name too.</summary>
    [JsonIgnore]
    public string? Searched => Why is null ? null : $"{(Hold is { } hold ? $"{hold.Rule}: " : "")}{Danish.Say(Why)} / {English.Say(Why)}";

    private static readonly NoteTexts Danish = new(NoteTexts.Danish, Kroner), English = new(NoteTexts.English, Kroner);

    private static string Kroner(long ore) => (ore / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>What is left when nobody may know any more who owed it and for what. Amounts, status and versions stay: the books balance, and what comes again is known.</summary>
    public ClaimState Erased(DateTimeOffset at) => this with
    {
        ErasedAt = at, Facts = null, NamedDebtor = null, Abandoned = null, Waiting = [], DeadLetters = [], Rejection = null, TraceParent = null,
        Hold = Hold is null ? null : new Hold(Hold.Rule, ""),
        Cancellation = Cancellation is null ? null : Cancellation with { Reason = "" },
        Registered = Registered is null ? null : Registered with { DebtorRef = "", DebtorReference = null, PaymentSlip = null },
    };

    [JsonIgnore]
    public ClaimCategory Category => this switch
    {
        // An unlucky message of a claim that has come to rest all the same changes nothing for the claim. One that has not come is counted when its own message is the unlucky one.
        { DeadLetters.IsEmpty: false, Status: ClaimStatus.Sending or ClaimStatus.Sent or ClaimStatus.Changing or ClaimStatus.Cancelling }
            or { DeadLetters.IsEmpty: false, Status: ClaimStatus.Awaited, AmountOre: > 0 } => ClaimCategory.DeadLettered,
        { Status: ClaimStatus.Awaited } => ClaimCategory.Awaited,
        { Status: ClaimStatus.Held } => ClaimCategory.Held,
        { Status: ClaimStatus.OutOfScope } => ClaimCategory.OutOfScope,
        { Status: ClaimStatus.Sending or ClaimStatus.Sent or ClaimStatus.Changing or ClaimStatus.Cancelling } => ClaimCategory.InFlight,
        { Status: ClaimStatus.Rejected } => ClaimCategory.Rejected,
        { Status: ClaimStatus.Unknown } => ClaimCategory.Unknown,
        { Status: ClaimStatus.Cancelled or ClaimStatus.Credited } => ClaimCategory.Cancelled,
        _ => ClaimCategory.Transferred,
    };
}

/// <summary>What never changes of a claim, with the parties it was made with.</summary>
public sealed record ClaimFacts(
    ClaimType Type, string? Reason, DateOnly CreatedOn, DateOnly? DueOn, SealedParty Borrower, SealedParty? Guardian, IReadOnlyList<Material> Materials,
    long? PatronId = null);

/// <param name="Explanation">As FBS is told.</param>
/// <param name="Why">As people are told; null of one from before it was kept.</param>
public sealed record Hold(string Rule, string Explanation, Note? Why = null);

/// <param name="ByFbs">Cancelled by FBS: later changes are void. By a person: FBS may still change its mind.</param>
public sealed record Cancellation(string Reason, bool ByFbs);

/// <summary>When an entry was booked at the debtor system; of two of the same moment the higher id is the newer.</summary>
public sealed record AccountEntry(DateTimeOffset BookedAt, string EntryId)
{
    public bool IsNewerThan(AccountEntry? other) =>
        other is null || BookedAt > other.BookedAt || (BookedAt == other.BookedAt && string.CompareOrdinal(EntryId, other.EntryId) > 0);
}

/// <summary>What the debtor system has acknowledged.</summary>
/// <param name="PaymentSlip">The 15 digits of the +71 slip it issued, where it said so.</param>
public sealed record Registration(long AmountOre, DebtorKind DebtorKind, string DebtorRef, int Version, string? DebtorReference, string? PaymentSlip = null);

/// <summary>The one instruction whose outcome is awaited.</summary>
/// <param name="Sendings">How often it was sent; a second time only after the debtor system said it has not done it.</param>
/// <param name="Asked">How often the connector was asked since the last answer.</param>
/// <param name="Receipted">Whether the transport receipt has come.</param>
/// <param name="HeardAt">When it was given, or the connector last spoke of it: that it lay on an error queue before is old news.</param>
public sealed record OpenInstruction(
    Guid Id, InstructionKind Kind, int Version, long AmountOre, Debtor Debtor, int Sendings = 1, int Asked = 0, bool Receipted = false, DateTimeOffset? HeardAt = null);

/// <param name="At">When; null of one from before it was kept.</param>
public sealed record Rejection(InstructionKind Instruction, string Code, string Text, FixBy FixBy, DateTimeOffset? At = null);

/// <summary>A change that waits for the version before it; exactly one of the three is there.</summary>
/// <param name="Since">When it came; null of one from before it was kept.</param>
public sealed record WaitingChange(
    int Version, ClaimAdjusted? Adjusted = null, ClaimWithdrawn? Withdrawn = null, LiablePartyChanged? LiableParty = null, DateTimeOffset? Since = null)
{
    public static WaitingChange Of(IClaimMessage change, DateTimeOffset since) => change switch
    {
        ClaimAdjusted adjusted => new(adjusted.Version, Adjusted: adjusted, Since: since),
        ClaimWithdrawn withdrawn => new(withdrawn.Version, Withdrawn: withdrawn, Since: since),
        LiablePartyChanged changed => new(changed.Version, LiableParty: changed, Since: since),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change.GetType().Name, "Only changes from FBS wait for a version."),
    };

    [JsonIgnore]
    public IClaimMessage Change => (IClaimMessage?)Adjusted ?? (IClaimMessage?)Withdrawn ?? LiableParty!;
}
