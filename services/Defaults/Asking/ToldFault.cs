using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Asking;

/// <summary>A fault of a refused message, for its sender and for people.</summary>
/// <param name="Reason">As its sender is told.</param>
/// <param name="Why">The same as a note; one from before it was kept is quoted.</param>
public sealed record ToldFault(string Field, string? Value, string Reason, string Example, Note Why)
{
    /// <summary>As it is on the wire.</summary>
    public Fault Sent() => new(Field, Value, Reason, Example);

    /// <param name="notes">In the same order; none of a message from before they were kept.</param>
    public static IReadOnlyList<ToldFault> Of(IReadOnlyList<Fault> faults, IReadOnlyList<Note> notes) =>
    [
        .. faults.Select((fault, n) =>
            new ToldFault(fault.Field, fault.Value, fault.Reason, fault.Example, n < notes.Count ? notes[n] : Note.Quote(fault.Reason))),
    ];
}
