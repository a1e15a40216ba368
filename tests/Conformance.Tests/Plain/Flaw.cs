namespace ClaimsTransfer.Conformance.Tests.Plain;

/// <summary>What a deliberately bad connector does wrong: one thing each, and everything else right.</summary>
public enum Flaw
{
    None,

    /// <summary>Leaves the header traceparent out.</summary>
    DropsTheTrace,

    /// <summary>Does not tell the debtor system's reference.</summary>
    KeepsTheReference,

    /// <summary>Does not say who can fix a rejection.</summary>
    BlamesNobody,

    /// <summary>Answers a repeat under a new messageId each time.</summary>
    AnswersAnew,

    /// <summary>Answers an id that comes with other content as the first time.</summary>
    OverlooksConflicts,

    /// <summary>Takes a new amount for a difference.</summary>
    AddsAdjustments,

    /// <summary>Answers a cancellation accepted, and tells the debtor system nothing.</summary>
    SwallowsCancellations,

    /// <summary>Goes on with the debtor that it knew first.</summary>
    KeepsTheDebtor,

    /// <summary>Carries out the newest first.</summary>
    TurnsTheOrder,

    /// <summary>Does not know what a reversal is.</summary>
    IgnoresReversals,

    /// <summary>Does not know what a write-off is.</summary>
    IgnoresWriteOffs,

    /// <summary>Gives every entry a random id.</summary>
    CountsRepeats,

    /// <summary>Passes over an answer that it cannot use.</summary>
    SkipsCutAnswers,

    /// <summary>Sends again when no reply came, without asking.</summary>
    SendsAgain,

    /// <summary>Takes a lost reply for a yes.</summary>
    Guesses,

    /// <summary>Loses patience with a slow call and makes it again.</summary>
    LosesPatience,

    /// <summary>Rejects what the debtor system has not taken for a few seconds.</summary>
    GivesUpEarly,

    /// <summary>Pulls in whatever is on the queue.</summary>
    Hoards,

    /// <summary>Calls for each instruction although it was told to come back later.</summary>
    Hammers,

    /// <summary>Acknowledges what it cannot read, and says nothing.</summary>
    SwallowsPoison,

    /// <summary>Acknowledges before it has done anything.</summary>
    AcknowledgesEarly,

    /// <summary>Logs whom the claim is against.</summary>
    LogsNumbers,

    /// <summary>Says in a rejection whom it is against.</summary>
    TellsNumbers,

    /// <summary>Keeps whom the claims are against in a file.</summary>
    WritesNumbers,
}
