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

    public static Note Books(EntryKind entry, long amountOre) => Note.Of("payment.books", ("entry", entry), ("amountOre", amountOre));

    public static Note TellsBalance(long balanceOre) => Note.Of("payment.tellsBalance", ("balanceOre", balanceOre));
}
