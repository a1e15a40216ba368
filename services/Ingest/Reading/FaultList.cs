using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>Collects the faults of one message, at most so many that an answer stays readable.</summary>
internal sealed class FaultList
{
    /// <summary>A message with more is answered with the first of them: whoever sends 500 bad materials learns enough from 100.</summary>
    public const int Most = 100;

    private List<ToldFault>? _faults;

    public bool IsEmpty => _faults is null;

    public IReadOnlyList<ToldFault> All => (IReadOnlyList<ToldFault>?)_faults ?? [];

    public void Add(string field, string? value, Note why, string example)
    {
        _faults ??= [];
        if (_faults.Count < Most)
            _faults.Add(Fault(PersonalText.Cut(PersonalText.MaskNumbers(field)), value, why, example));
    }

    public void AddAll(IEnumerable<ToldFault> faults)
    {
        foreach (var fault in faults)
            Add(fault.Field, fault.Value, fault.Why, fault.Example);
    }

    public static ToldFault Fault(string field, string? value, Note why, string example) => new(field, value, NoteTexts.InEnglish.Say(why), example, why);
}
