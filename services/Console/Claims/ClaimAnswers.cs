using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Overview;

namespace ClaimsTransfer.OperationsConsole.Claims;

/// <summary>A claim in the list, as Routing tells it.</summary>
public sealed record ClaimLine(
    Guid ClaimId, string Municipality, string Agency, long FeeId, string Status, string Category, int Version, long AmountOre, IReadOnlyList<Guid> DeadLetters, Note? Why,
    string? DebtorReference, DateTimeOffset? ReceivedAt, DateTimeOffset? DueAt);

/// <param name="Next">Give it as <c>after</c> for what follows; absent: that was all.</param>
public sealed record ClaimPage(IReadOnlyList<ClaimLine> Claims, string? Next);

public sealed record ClaimCount(long Count, long Ore);

/// <summary>A line of the journal.</summary>
public sealed record TimelineLine(
    Guid MessageId, DateTimeOffset At, string Event, int Version, string Verdict, string From, string To, IReadOnlyList<Note> Notes, IReadOnlyList<string> Sent, string? TraceParent);

/// <summary>One claim as Routing tells it.</summary>
/// <param name="Operations">What a person could do now that would have an effect.</param>
public sealed record ClaimTimeline(
    Guid ClaimId, string Municipality, string Agency, long FeeId, string Status, string Category, int Version, long AmountOre, Note? Why, string? DebtorReference, string Reference,
    long CoveredOre, long WrittenOffOre, IReadOnlyList<int> WaitingVersions, DateTimeOffset? DueAt, IReadOnlyList<string> Operations, OpenInstruction? Open,
    IReadOnlyList<Guid> DeadLetters, IReadOnlyList<TimelineLine> Timeline);

public sealed record OpenInstruction(Guid Id, string Kind);

/// <summary>A message that came in from FBS about a claim, as Ingest tells it.</summary>
/// <param name="Outcome">accepted, change, duplicate or refused.</param>
/// <param name="Kept">Of a refused one: its body, personal values masked.</param>
/// <param name="Sender">Who sent it first; null: nobody was vouched for.</param>
public sealed record MessageFromFbs(
    Guid Id, Guid? MessageId, Guid? ClaimId, string? Municipality, string Kind, long? Version, string Outcome, long? AmountOre, long Times, DateTimeOffset ReceivedAt, string? TraceParent,
    IReadOnlyList<ToldFault>? Faults, string? Kept, string? Sender = null);

/// <summary>A claim's money, as Payments tells it.</summary>
public sealed record ClaimAccount(
    Guid ClaimId, string Municipality, string Agency, long FeeId, string Status, int Version, long AmountOre, long CoveredOre, long ReversedOre, long WrittenOffOre, long BalanceOre,
    string? Mismatch, DateTimeOffset? MismatchSince, string? DebtorReference, string? PaymentSlip, string? OrderId, IReadOnlyList<AccountEntry>? Entries, IReadOnlyList<ToldFbs>? ToldFbs,
    IReadOnlyList<FbsOrder>? Orders);

public sealed record AccountEntry(
    int Position, DateTimeOffset RecordedAt, string Kind, long AmountOre, string? EntryId, string? Outcome, string? Channel, DateOnly? ValueDate, int Version);

public sealed record ToldFbs(int Sequence, DateTimeOffset At, string OrderId, string? Change, long AmountOre, long BalanceOre, bool Settled);

public sealed record FbsOrder(string OrderId, string State, int Calls, string? ConfirmationId, Note? LastFault, DateTimeOffset ChangedAt);

/// <summary>Everything that is known of one claim.</summary>
/// <param name="Claim">Absent: Routing has never had it, or is away.</param>
/// <param name="Messages">From FBS, in the order they came.</param>
/// <param name="Account">Absent: the debtor system has never acknowledged it, or Payments is away.</param>
/// <param name="Letters">Its messages that could not be handled, also those dealt with, the newest first.</param>
/// <param name="Away">Services that could not be asked: what they know is missing.</param>
public sealed record ClaimView(
    string Municipality, ClaimTimeline? Claim, IReadOnlyList<MessageFromFbs> Messages, ClaimAccount? Account, IReadOnlyList<Letter> Letters, IReadOnlyList<AwayService> Away);

/// <summary>A person's action was taken: the claim's timeline will say what it led to.</summary>
public sealed record OperationTaken(Guid MessageId, Guid ClaimId, string Operation);

/// <summary>The saga, as a diagram needs it.</summary>
public sealed record SagaDefinition(
    IReadOnlyList<SagaStatus> Statuses, IReadOnlyList<string> Events, IReadOnlyList<SagaTransition> Transitions, IReadOnlyList<SagaOperation> Operations);

public sealed record SagaStatus(string Name, string Category);

public sealed record SagaTransition(string From, string Event, string To, string? Note);

public sealed record SagaOperation(string Name, IReadOnlyList<string> From);
