using System.Text;

namespace ClaimsTransfer.ConnectorSdk.Entries;

/// <summary>The message of an entry, ready to go out: the same bytes every time it is published.</summary>
public sealed record EntryMessage(string Name, Guid Id, string Body, string? TraceParent)
{
    public ReadOnlyMemory<byte> Bytes => Encoding.UTF8.GetBytes(Body);
}

/// <summary>One entry of the debtor system in the connector's durable log. Never changed but for <see cref="PublishDueAt"/>. Times are Unix milliseconds.</summary>
/// <param name="EntryId">The debtor system's, at most 100 characters.</param>
/// <param name="ContentHash">Tells a repeat from another entry under the same id.</param>
/// <param name="IsConflict">The id was there before with other content: kept aside.</param>
/// <param name="ClaimId">The claim that our reference names; null: it names none.</param>
/// <param name="Content">The <see cref="EntryContent"/> as JSON, cut and masked.</param>
/// <param name="Message">Null: reminder fees and interest, of which nobody is told.</param>
/// <param name="PublishDueAt">When the message is to be published again; null: there is none, or it is published and confirmed.</param>
public sealed record EntryRow(
    string Municipality, string EntryId, string ContentHash, bool IsConflict, EntryKind Kind, Guid? ClaimId, long AmountOre, long BookedAt, long TakenAt,
    string Content, EntryMessage? Message, long? PublishDueAt)
{
    public override string ToString() => $"{Kind} of {Municipality}{(IsConflict ? ", conflict" : "")}{(PublishDueAt is null ? "" : ", unpublished")}";
}

/// <summary>What the log found out about an entry handed in.</summary>
public enum EntryResult
{
    /// <summary>Not there before.</summary>
    New,

    /// <summary>There before with the same content.</summary>
    Repeat,

    /// <summary>The id was there before with other content; this content is new, and kept aside.</summary>
    Conflict,
}

/// <param name="Row">As it is in the log now: of a repeat the row that was there.</param>
public sealed record EntryTaken(EntryRow Row, EntryResult Result);

/// <summary>What the instruction log knows of a claim that an entry names.</summary>
/// <param name="Version">The highest that we were told to bring to the debtor system.</param>
/// <param name="TraceParent">Of the newest instruction, so that the money is part of the claim's journey.</param>
public sealed record ClaimInLog(Guid ClaimId, int Version, string? TraceParent);

/// <summary>A municipality's entries that are not published and confirmed yet.</summary>
/// <param name="Due">How many of them are to be published again now.</param>
public sealed record EntryDepth(string Municipality, long Unpublished, long Due);
