using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Ingest.Preview;

/// <summary>What Ingest has to say of a message. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class IngestNotes
{
    public static readonly Note NewClaim = Note.Of("ingest.newClaim");
    public static readonly Note Duplicate = Note.Of("ingest.duplicate");

    public static Note Change(string kind, int? version) => Note.Of("ingest.change", ("kind", kind), ("version", version));

    /// <summary>Field and reason of the first fault; the value is with the fault, where it may be shown.</summary>
    public static Note Refused(string? field, string? reason, int? more) => Note.Of("ingest.refused", ("field", field), ("reason", reason), ("more", more));
}
