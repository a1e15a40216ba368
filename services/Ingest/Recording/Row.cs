using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Ingest.Recording;

/// <summary>A message as it stands on record, or will after this batch.</summary>
internal sealed class Row
{
    public required Guid Id { get; init; }
    public Guid? MessageId { get; init; }
    public Guid? ClaimId { get; init; }
    public string Municipality { get; init; } = "";
    public string Kind { get; init; } = "";
    public long? Version { get; init; }
    public required string Outcome { get; init; }
    public long? AmountOre { get; init; }
    public Guid? Content { get; init; }
    public string? TraceParent { get; init; }

    /// <summary>How often the message came in this batch.</summary>
    public long Times { get; set; }

    /// <summary>Not on record before this batch.</summary>
    public bool IsNew { get; init; }

    /// <summary>Of a new row with an answer of its own: what is published.</summary>
    public OutgoingMessage? Answer { get; init; }

    /// <summary>Of a new row that is taken: the refs of whom it names.</summary>
    public IReadOnlyList<string> Parties { get; init; } = [];

    public string? Kept { get; init; }

    /// <summary>Of a refused one: its faults, as notes.</summary>
    public string? Why { get; init; }

    /// <summary>Of a fee from a list: whose it is, as a keyed fingerprint.</summary>
    public Guid? Debtor { get; init; }

    /// <summary>Of a new row: who sent it; null: nobody was vouched for.</summary>
    public string? Sender { get; init; }

    /// <summary>Of a new row: its answer is published.</summary>
    public bool IsTold { get; init; }

    public bool IsTaken => Outcome is Recording.Outcome.Accepted or Recording.Outcome.Change;
}
