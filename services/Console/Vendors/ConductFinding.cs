namespace ClaimsTransfer.OperationsConsole.Vendors;

/// <summary>What a vendor does wrong, the most urgent first.</summary>
public enum ConductKind
{
    /// <summary>It answered for municipalities or claims that are not its own. Nothing of it was believed.</summary>
    SpeaksForOthers,

    /// <summary>The latest reconciliation does not find at the debtor system what was acknowledged.</summary>
    AcknowledgesUndone,

    /// <summary>It answered for instructions that the claims were never given. Nothing came of it.</summary>
    AnswersUnasked,

    /// <summary>It said what no connector says, or what cannot be read.</summary>
    SpeaksOutOfTurn,

    /// <summary>More of its messages wait to be taken in than anybody sends who is well.</summary>
    Floods,

    /// <summary>Its instructions stay on the queue.</summary>
    Stalls,

    /// <summary>It has taken its instructions and does not answer.</summary>
    NeverAcknowledges,

    /// <summary>Somebody whom the broker does not vouch for, or who speaks for no municipality, said what only connectors say.</summary>
    IsNoVendor,
}

/// <summary>One thing that a vendor does wrong, and where something is done about it.</summary>
/// <param name="Municipality">Whose it is, or who was spoken for in vain; null: all of the vendor's.</param>
/// <param name="Count">Messages or claims.</param>
/// <param name="Since">When it began, as far as is known.</param>
/// <param name="LastAt">When it last happened, where that is counted.</param>
/// <param name="Messages">Names of the messages concerned.</param>
/// <param name="Sender">The broker's user, where it is known who said it.</param>
/// <param name="Href">Where it is looked into.</param>
/// <param name="Command">What takes the vendor's access away, where that may be called for.</param>
public sealed record ConductFinding(
    ConductKind Kind, string? Municipality, long Count, DateTimeOffset? Since, DateTimeOffset? LastAt, IReadOnlyList<string> Messages, string? Sender, string Href, string? Command);

/// <summary>A municipality of a vendor, and what the vendor has of it. Absent: not known now.</summary>
/// <param name="InFlight">Claims that wait for the vendor.</param>
/// <param name="QueueDepth">Instructions on its queue.</param>
/// <param name="InHand">Instructions that its connector says it is at work on.</param>
/// <param name="UnheardSince">Since when the oldest of them is without an answer.</param>
public sealed record VendorMunicipality(string Code, string Name, string Stage, long? InFlight, long? QueueDepth, long? InHand, DateTimeOffset? UnheardSince);

/// <summary>A vendor, as far as a person's municipalities go.</summary>
/// <param name="Municipalities">Those that this person sees; none: it only spoke for one of them.</param>
/// <param name="Waiting">Its messages that wait to be taken in; absent: there are no queues of its own, or the broker could not be asked.</param>
public sealed record VendorView(string Vendor, IReadOnlyList<VendorMunicipality> Municipalities, long? Waiting, IReadOnlyList<ConductFinding> Findings);

/// <param name="Others">Senders that are no vendor of ours.</param>
/// <param name="Away">Services that could not be asked: what they know is missing.</param>
public sealed record VendorsNow(DateTimeOffset At, IReadOnlyList<VendorView> Vendors, IReadOnlyList<ConductFinding> Others, IReadOnlyList<Overview.AwayService> Away);
