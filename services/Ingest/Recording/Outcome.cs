using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Recording;

/// <summary>What became of a message. The words are those of the wire, the store and the report.</summary>
public static class Outcome
{
    /// <summary>A new claim.</summary>
    public const string Accepted = "accepted";

    /// <summary>A change of a claim, whether the claim has come yet or not.</summary>
    public const string Change = "change";

    /// <summary>A repeat that changed nothing.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>A fee that FBS lists as paid: there is nothing to transfer, and nothing of it is changed.</summary>
    public const string Paid = "paid";

    public const string Refused = "refused";

    /// <summary>A line of an import that an earlier run has recorded.</summary>
    public const string Skipped = "skipped";
}

/// <summary>The answer to one message.</summary>
/// <param name="Line">The line it answers, from 1; null when the message came alone.</param>
/// <param name="FeeId">FBS's id of the fee that it is about, as far as it could be read.</param>
/// <param name="Faults">When refused: everything that is wrong with it.</param>
public sealed record Answer(
    long? Line, string Outcome, Guid? ClaimId, Guid? MessageId, long? FeeId, IReadOnlyList<Fault>? Faults,
    [property: System.Text.Json.Serialization.JsonIgnore] bool IsUnreadable = false, [property: System.Text.Json.Serialization.JsonIgnore] bool IsTooLong = false)
{
    /// <summary>The faults with their notes.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<ToldFault> Noted { get; init; } = [];
}

/// <summary>Where messages came in, for counting them exactly once.</summary>
/// <param name="Source">What the lines are counted under: <c>queue/1</c>, <c>http/1</c>, <c>import/ID</c>.</param>
/// <param name="IsRedelivered">Whether a broker delivers the batch again when it was not acknowledged; otherwise what was recorded and not published is relayed.</param>
/// <param name="From">Of an import: how many lines were recorded before this batch. A batch whose beginning was recorded already is recorded from there.</param>
/// <param name="To">Of an import: how many lines are recorded after it, blank ones included.</param>
public sealed record Intake(string Source, bool IsRedelivered, long? From = null, long? To = null);
