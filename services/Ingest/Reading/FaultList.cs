using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>Collects the faults of one message, at most so many that an answer stays readable.</summary>
internal sealed class FaultList
{
    /// <summary>A message with more is answered with the first of them: whoever sends 500 bad materials learns enough from 100.</summary>
    public const int Most = 100;

    private List<Fault>? _faults;

    public bool IsEmpty => _faults is null;

    public IReadOnlyList<Fault> All => (IReadOnlyList<Fault>?)_faults ?? [];

    public void Add(string field, string? value, string reason, string example)
    {
        _faults ??= [];
        if (_faults.Count < Most)
            _faults.Add(new Fault(PersonalText.Cut(PersonalText.MaskNumbers(field)), value, reason, example));
    }

    public void AddAll(IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
            Add(fault.Field, fault.Value, fault.Reason, fault.Example);
    }
}
