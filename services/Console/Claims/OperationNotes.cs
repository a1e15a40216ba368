using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Claims;

/// <summary>Why a person's action is not asked for. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class OperationNotes
{
    public static readonly Note NothingToTakeIn = Note.Of("operation.nothingToTakeIn");

    public static Note WouldTakeInOthers(long claims, long amountOre, long? previewed, long? previewedOre) => Note.Of(
        "operation.wouldTakeInOthers", ("claims", claims), ("amountOre", amountOre), ("previewed", previewed), ("previewedOre", previewedOre));

    public static Note WouldDoNothing(string operation, string status, string possible) =>
        Note.Of("operation.wouldDoNothing", ("asked", operation), ("status", status), ("possible", possible));

    public static Note NotServed(string vendor, string municipality, string stage) =>
        Note.Of("operation.notServed", ("vendor", vendor), ("municipality", municipality), ("stage", stage));

    public static Note OthersMunicipalities(int count) => Note.Of("operation.othersMunicipalities", ("count", count));

    public static Note OthersSender(string sender) => Note.Of("operation.othersSender", ("sender", sender));

    public static Note OthersVendor(string vendor) => Note.Of("operation.othersVendor", ("vendor", vendor));

    public static Note VendorOutcome(string outcomes, int steps) => Note.Of("operation.vendorOutcome", ("outcomes", outcomes), ("steps", steps));

    public static Note Reconciling(string municipality) => Note.Of("operation.reconciling", ("municipality", municipality));
}
