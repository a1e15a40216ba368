namespace ClaimsTransfer.Messages;

/// <summary>What every message of the system carries.</summary>
public interface IMessage
{
    /// <summary>Chosen by the sender, and chosen the same again when it sends again: receivers recognise a repeat by it.</summary>
    Guid MessageId { get; }

    /// <summary>When what the message tells of happened, UTC.</summary>
    DateTimeOffset OccurredAt { get; }
}

/// <summary>A message about one claim; everything after Ingest is.</summary>
public interface IClaimMessage : IMessage
{
    /// <summary>UUIDv5 of agency and fee id (<see cref="DeterministicId.OfClaim"/>).</summary>
    Guid ClaimId { get; }

    /// <summary>Four digits, "0101".</summary>
    string Municipality { get; }

    /// <summary>ISIL of the library agency, "DK-710100".</summary>
    string Agency { get; }

    /// <summary>FBS's own id of the fee, unique within the agency.</summary>
    long FeeId { get; }

    /// <summary>The claim's version at FBS: 1 when submitted, one more for each change; a change that is refused leaves its version to the next one.</summary>
    int Version { get; }
}
