using System.Text;
using System.Text.Json;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConnectorSdk.Instructions;

/// <summary>Where an instruction stands in the connector's log.</summary>
public enum InstructionStatus
{
    /// <summary>In the log, to be sent (or asked, for a question) when its turn comes.</summary>
    Taken,

    /// <summary>A call was begun. After a crash nobody knows how far it came: such a row is asked about, never sent again blindly.</summary>
    InCall,

    /// <summary>Certainly not done: the debtor system takes nothing now. Sent again later.</summary>
    Waiting,

    /// <summary>May or may not be done: the debtor system is asked before anything else.</summary>
    Unclear,

    /// <summary>Receipted in transport; the business receipt is to come.</summary>
    Pending,

    /// <summary>Asked and certainly not there: sent again when Routing says so.</summary>
    NotThere,

    /// <summary>Acknowledged or rejected; a question: answered. Final.</summary>
    Done,

    /// <summary>Nobody could tell for too long. A later receipt or question may still resolve it.</summary>
    GivenUp,

    /// <summary>
    /// The debtor system answered several times, and nobody can understand it. Its message stands on the error queue; when it is replayed, the debtor system is asked first. A later
    /// receipt or question may resolve it too.
    /// </summary>
    DeadLettered,
}

/// <summary>One instruction in the connector's durable log. Times are Unix milliseconds.</summary>
/// <param name="InstructionId">Routing's id of the instruction; a question has an id of its own, derived from that of the instruction it is about.</param>
/// <param name="Revision">Counts the changes; a change that started from another revision is decided again.</param>
/// <param name="Position">Order of arrival, for instructions of one claim with the same version.</param>
/// <param name="MessageId">The latest sending that was taken up; <paramref name="Body"/> and <paramref name="TraceParent"/> are its.</param>
/// <param name="UnclearSince">Since when it is unclear, or a question unanswered; null: it is certain whether the debtor system has it.</param>
/// <param name="DueAt">When something is to be done; null: nothing until something comes in. While a call is under way: when it is considered lost.</param>
/// <param name="OutcomeId">Of the outcome, or of the failure it was dead-lettered for: the notice's id.</param>
/// <param name="ReportDueAt">When the outcome is to be published, or the dead letter put on the error queue, again; null: it is confirmed.</param>
/// <param name="Outcome">The latest <see cref="TransferReported"/> as JSON.</param>
/// <param name="Body">The <see cref="TransferClaim"/> as received: identities sealed.</param>
public sealed record InstructionRow(
    Guid InstructionId, long Revision, Guid ClaimId, string Municipality, InstructionKind Kind, Guid? About, int Version, long Position, Guid MessageId,
    InstructionStatus Status, int Attempts, string? Owner, long TakenAt, long? FirstAttemptAt, long? UnclearSince, long? DueAt,
    Guid? OutcomeId, string? Outcome, long? ReportDueAt, string? TraceParent, string Body)
{
    private (string Body, TransferClaim Claim)? _read;

    /// <summary>Answers in a row that could not be understood.</summary>
    public int NotUnderstood { get; init; }

    /// <summary>When it was dead-lettered: with <see cref="Failure"/> all that makes the dead letter the same each time it is put.</summary>
    public long? FailedAt { get; init; }

    /// <summary>What could not be understood, or of a waiting one the key that it waits for; without personal data.</summary>
    public string? Failure { get; init; }

    /// <summary>Another sending has taken the place of the one in the log: what is otherwise written once is written again.</summary>
    public bool IsRenewed { get; init; }

    public bool IsQuestion => Kind == InstructionKind.Find;

    /// <summary>The connector goes on with it by itself.</summary>
    public bool IsInHand => Status is InstructionStatus.Taken or InstructionStatus.InCall or InstructionStatus.Waiting or InstructionStatus.Unclear;

    public TransferClaim Claim
    {
        get
        {
            // Another sending may have brought another body since.
            if (_read is not { } read || !ReferenceEquals(read.Body, Body))
            {
                read = (Body, JsonSerializer.Deserialize(Body, MessageJson.Default.TransferClaim)
                    ?? throw new InvalidOperationException($"The log's body of instruction {InstructionId} is null."));
                _read = read;
            }

            return read.Claim;
        }
    }

    /// <summary>The instruction that reports are about: itself, or what the question asks for.</summary>
    public Guid Subject => IsQuestion ? About ?? InstructionId : InstructionId;

    /// <summary>
    /// Without the debtor, the materials and what was written. What it was about and how it ended stays, so that it is answered again and compared with what
    /// comes under its id.
    /// </summary>
    public InstructionRow Erased() => this with
    {
        TraceParent = null, Failure = null,
        Body = JsonSerializer.Serialize(
            Claim with { Reason = null, Debtor = Claim.Debtor with { Identity = new SealedIdentity("", "", "") }, Materials = [] },
            MessageJson.Default.TransferClaim),
        Outcome = Outcome is null ? null : JsonSerializer.Serialize(
            JsonSerializer.Deserialize(Outcome, MessageJson.Default.TransferReported)! with
            {
                DebtorReference = null, Receipt = null, Text = null, PaymentSlip = null,
            },
            MessageJson.Default.TransferReported),
    };

    /// <summary>The outcome as it goes on the wire; the same bytes every time it is published.</summary>
    public ReadOnlyMemory<byte> OutcomeBody => Encoding.UTF8.GetBytes(Outcome ?? throw new InvalidOperationException($"Instruction {InstructionId} has no outcome."));

    public override string ToString() => $"{Kind} {InstructionId} {Status} attempt {Attempts}";
}

/// <summary>Where one municipality's connector stands, beyond its instructions.</summary>
/// <param name="UnavailableSince">Since when the debtor system takes nothing; null: it is available.</param>
/// <param name="ReadCursor">How far <see cref="IConnector.ReadAsync"/> has read.</param>
public sealed record LaneRow(string Municipality, bool Paused, long? UnavailableSince, string? ReadCursor);

/// <summary>What a municipality has in hand.</summary>
/// <param name="Due">How many may be worked now.</param>
/// <param name="OldestAt">When the oldest was taken.</param>
public sealed record LaneDepth(string Municipality, long InHand, long Due, long? OldestAt);
