using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Ingest.Preview;

/// <summary>What Ingest has to say of a message. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class IngestNotes
{
    public static readonly Note NewClaim = Note.Of("ingest.newClaim");
    public static readonly Note Duplicate = Note.Of("ingest.duplicate");

    /// <summary>Why a claim is not erased.</summary>
    public static readonly Note PublicationDue = Note.Of("ingest.publicationDue");

    public static Note Change(string kind, int? version) => Note.Of("ingest.change", ("kind", kind), ("version", version));

    /// <summary>What is wrong with it is said beside.</summary>
    public static Note Refused(int faults) => Note.Of("ingest.refused", ("faults", faults));
}
