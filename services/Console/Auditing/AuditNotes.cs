using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Auditing;

/// <summary>
/// What became of an audited action where a word does not say it, and how the log is broken. Its texts are in <see cref="NoteTexts"/>; a test fails
/// on one without both languages.
/// </summary>
public static class AuditNotes
{
    /// <summary>Before why.</summary>
    public static readonly Note Refused = Note.Of("audit.refused");
    public static readonly Note NotDone = Note.Of("audit.notDone");
    public static readonly Note Failed = Note.Of("audit.failed");
    public static readonly Note NoHead = Note.Of("audit.noHead");
    public static readonly Note NothingIsDone = Note.Of("audit.nothingIsDone");
    public static readonly Note HeadChanged = Note.Of("audit.headChanged");

    public static Note Reconciled(long differences, long repaired) =>
        Note.Of("audit.reconciled", ("differences", differences), ("repaired", repaired));

    public static Note Moved(long count, string letter) => Note.Of("audit.moved", ("count", count), ("letter", letter));

    public static Note Missing(long entry) => Note.Of("audit.missing", ("sequence", entry));

    public static Note DoesNotFollow(long entry, long before) => Note.Of("audit.doesNotFollow", ("sequence", entry), ("before", before));

    public static Note Changed(long entry) => Note.Of("audit.changed", ("sequence", entry));

    public static Note NotTheNoted(long entry) => Note.Of("audit.notTheNoted", ("sequence", entry));

    public static Note EndsEarly(long entry, long head) => Note.Of("audit.endsEarly", ("sequence", entry), ("head", head));

    public static Note WoundBack(long entry, long noted) => Note.Of("audit.woundBack", ("sequence", entry), ("noted", noted));

    public static Note NotTheLast(long entry) => Note.Of("audit.notTheLast", ("sequence", entry));

    public static Note BeyondHead(long head, long entry) => Note.Of("audit.beyondHead", ("head", head), ("sequence", entry));
}
