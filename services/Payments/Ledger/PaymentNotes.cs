using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Payments.Ledger;

/// <summary>What Payments has to say to people. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class PaymentNotes
{
    /// <summary>Of a message that is previewed.</summary>
    public static readonly Note Booked = Note.Of("payment.booked");
    public static readonly Note ToWorklist = Note.Of("payment.toWorklist");
    public static readonly Note BookedElsewhere = Note.Of("payment.bookedElsewhere");
    public static readonly Note EntryBooked = Note.Of("payment.entryBooked");
    public static readonly Note ChangesNothing = Note.Of("payment.changesNothing");
    public static readonly Note TellsSettled = Note.Of("payment.tellsSettled");
    public static readonly Note AnotherName = Note.Of("payment.anotherName");
    public static readonly Note AccountStatus = Note.Of("payment.accountStatus");

    /// <summary>Why a claim is not erased.</summary>
    public static readonly Note KeptMismatch = Note.Of("payment.keptMismatch");
    public static readonly Note KeptOrder = Note.Of("payment.keptOrder");
    public static readonly Note KeptWorklist = Note.Of("payment.keptWorklist");

    public static Note KeptOwed(long balanceOre) => Note.Of("payment.keptOwed", ("balanceOre", balanceOre));

    /// <summary>What came of an order to FBS.</summary>
    public static readonly Note PaidUnderEarlier = Note.Of("payment.paidUnderEarlier");
    public static readonly Note EarlierUnanswered = Note.Of("payment.earlierUnanswered");
    public static readonly Note NotAllowed = Note.Of("payment.notAllowed");
    public static readonly Note FbsBrokeOff = Note.Of("payment.fbsBrokeOff");
    public static readonly Note FbsUnreadable = Note.Of("payment.fbsUnreadable");
    public static readonly Note FbsNamesNoFee = Note.Of("payment.fbsNamesNoFee");
    public static readonly Note FbsNoStatus = Note.Of("payment.fbsNoStatus");

    public static Note PaidUnderAnother(string? orderId) => Note.Of("payment.paidUnderAnother", ("orderId", orderId));

    /// <param name="answer">FBS's own word, or the HTTP status.</param>
    public static Note FbsRefused(string answer) => Note.Of("payment.fbsRefused", ("answer", answer));

    public static readonly Note FbsLetsUsNotIn = Note.Of("payment.fbsLetsUsNotIn");

    public static Note FbsAnswered(int status) => Note.Of("payment.fbsAnswered", ("status", status));

    /// <param name="fault">The name of what went wrong.</param>
    public static Note FbsNotReached(string fault) => Note.Of("payment.fbsNotReached", ("fault", fault));

    public static Note FbsSilent(TimeSpan timeout) => Note.Of("payment.fbsSilent", ("seconds", timeout.TotalSeconds));

    public static Note Books(EntryKind entry, long amountOre) => Note.Of("payment.books", ("entry", entry), ("amountOre", amountOre));

    public static Note TellsBalance(long balanceOre) => Note.Of("payment.tellsBalance", ("balanceOre", balanceOre));
}
