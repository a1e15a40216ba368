using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConnectorSdk;

/// <summary>How the debtor system brings its entries.</summary>
public enum DocumentKind { File, Push, Feed }

/// <summary>Why nothing of a document counts.</summary>
public enum DocumentFault
{
    /// <summary>It has no end, or is no document of its format at all.</summary>
    Unreadable,

    /// <summary>It is another municipality's, or another document than its name says.</summary>
    WrongHeader,

    /// <summary>Its name is none that the format has, so that nobody can ask for it.</summary>
    WrongName,

    /// <summary>Its control totals do not agree with its entries.</summary>
    WrongTotals,

    /// <summary>It has entries that the format does not have.</summary>
    WrongEntry,
}

/// <summary>A document with entries of which nothing counts: money that nobody here has booked. People are told of it until it is settled.</summary>
/// <param name="DocumentId">The same whenever it comes again, at most 100 characters.</param>
/// <param name="Name">By what a person finds it at the debtor system: the file's name.</param>
/// <param name="Line">Where it is at fault, from 1; null: everywhere, or nobody can tell.</param>
/// <param name="Field">Which field, as the format calls it. Never what stands in it.</param>
public sealed record RefusedDocument(string DocumentId, DocumentKind Kind, string Name, DocumentFault Fault, int? Line = null, string? Field = null)
{
    /// <summary>An entry that it brings: when it comes in by whatever way, the document is settled.</summary>
    public string? EntryId { get; init; }

    /// <summary>Each reading finds it again as long as it is so; the first that does not settles it.</summary>
    public bool IsFoundAgain { get; init; }
}

/// <summary>A field of an entry that cannot be read: which, and how, never what stands in it.</summary>
/// <param name="Field">As the format calls it.</param>
public sealed record FieldFault(string Field, EntryFault Fault)
{
    /// <summary>For logs and for the debtor system.</summary>
    public override string ToString() => Fault switch
    {
        EntryFault.Missing => $"field {Field} is missing",
        EntryFault.TooLong => $"field {Field} is too long",
        EntryFault.NotKnown => $"field {Field} is none that the format has",
        EntryFault.NotADate => $"field {Field} is no date",
        EntryFault.NotAMoment => $"field {Field} is no moment",
        EntryFault.NotAnAmount => $"field {Field} is no amount",
        EntryFault.NotPositive => $"field {Field} must be above 0 with the kind",
        _ => $"field {Field} does not go with the kind",
    };
}
