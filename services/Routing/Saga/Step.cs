using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

/// <summary>One decision in the making: the state as it becomes, the effects in the order in which they are sent.</summary>
internal sealed class Step(ClaimState state, ClaimEvent occurred)
{
    private readonly List<IClaimMessage> _effects = [];
    private readonly List<Note> _notes = [];
    private Verdict _verdict = Verdict.Ignored;

    public ClaimState State { get; set; } = state;

    public ClaimEvent Event => occurred;

    public DateTimeOffset At => occurred.At;

    public void Apply(Note note) => Say(Verdict.Applied, note);

    public void Park(Note note) => Say(Verdict.Parked, note);

    public void Ignore(Note note) => Say(Verdict.Ignored, note);

    /// <summary>Adds an effect; its id follows from claim, event and effect, so that deciding again gives the same.</summary>
    public void Send(Func<Guid, IClaimMessage> effect)
    {
        var name = $"effect/{occurred.Id:N}/{_effects.Count}";
        _effects.Add(effect(DeterministicId.Of(State.ClaimId, name)));
    }

    public Decision Decided() => new(State, _verdict, _effects, _notes);

    private void Say(Verdict verdict, Note note)
    {
        if (_verdict != Verdict.Applied)
            _verdict = verdict;
        _notes.Add(note);
    }
}
