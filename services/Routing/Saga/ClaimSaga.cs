using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

/// <summary>
/// The saga of a claim, a pure function: <c>Decide(state, event) → (state', effects)</c>. No clock, no I/O, no ids drawn. Every event is decided in
/// every state: it applies, is ignored, or waits. What follows from a state, whatever brought it there, is decided in one place: <see cref="NextStep"/>.
/// </summary>
public sealed partial class ClaimSaga(SagaDeadlines deadlines)
{
    public static ClaimState Begin(IClaimMessage message) => new()
    {
        ClaimId = message.ClaimId, Municipality = message.Municipality, Agency = message.Agency, FeeId = message.FeeId,
    };

    public Decision Decide(ClaimState state, ClaimEvent occurred)
    {
        var step = new Step(Replayed(state, occurred) with { Position = state.Position + 1 }, occurred);
        switch (occurred.Message)
        {
            case var message when state.ErasedAt is not null: OfErased(step, message); break;
            case ClaimCreated created: Create(step, created); break;
            case ClaimAdjusted or ClaimWithdrawn or LiablePartyChanged: Change(step, occurred.Message); break;
            case TransferReported reported: Report(step, reported); break;
            case CoverageRegistered or CoverageReversed or WriteOffRegistered or DebtorAccountChanged: Money(step, occurred.Message); break;
            case OperateClaim operate: Operate(step, operate); break;
            case MessageDeadLettered dead: DeadLetter(step, dead); break;
            case null: Timer(step); break;
            default: throw new ArgumentOutOfRangeException(nameof(occurred), occurred.Name, "Not an event of the saga.");
        }

        var decided = step.Decided();
        return decided with { State = Ending(decided, occurred.At) };
    }

    private static ClaimState Ending(Decision decided, DateTimeOffset at)
    {
        var state = decided.State;
        if (!state.HasEnded)
            return state with { EndedAt = null };
        return decided.Verdict == Verdict.Applied || state.EndedAt is null ? state with { EndedAt = at } : state;
    }

    /// <summary>A message that lay on an error queue and comes after all has been replayed: the claim stands still no longer, and is looked after again.</summary>
    private ClaimState Replayed(ClaimState state, ClaimEvent occurred)
    {
        if (!state.DeadLetters.Contains(occurred.Id))
            return state;
        var left = state.DeadLetters.Remove(occurred.Id);
        var isAwaited = left.IsEmpty && state.Open is not null && state.Status != ClaimStatus.Unknown;
        return state with { DeadLetters = left, DueAt = isAwaited ? state.DueAt ?? occurred.At + deadlines.Sending : state.DueAt };
    }

    private void Create(Step step, ClaimCreated created)
    {
        if (LiabilityPolicy.LetsIn(step.State, step.Event.Policy))
        {
            step.Apply(ClaimNotes.InScopeNow);
            NextStep(step);
            return;
        }

        if (step.State.Version > 0)
        {
            step.Ignore(ClaimNotes.AlreadyHere);
            return;
        }

        step.State = step.State with
        {
            Version = created.Version,
            AmountOre = created.AmountOre,
            Facts = new ClaimFacts(created.Type, created.Reason, created.CreatedOn, created.DueOn, created.Borrower, created.Guardian, created.Materials, created.PatronId),
            ReceivedAt = step.At,
            TraceParent = step.Event.TraceParent,
        };
        step.Apply(ClaimNotes.Received);
        TakeWaiting(step);
        NextStep(step);
    }

    private void Change(Step step, IClaimMessage change)
    {
        var state = step.State;
        if (change.Version <= state.Version)
        {
            step.Ignore(ClaimNotes.OldVersion(change.Version, state.Version));
            return;
        }

        if (state.Version == 0 || change.Version > state.Version + 1)
        {
            if (state.Waiting.Exists(waiting => waiting.Version == change.Version))
            {
                step.Ignore(ClaimNotes.WaitsAlready(change.Version));
                return;
            }

            step.State = state with { Waiting = state.Waiting.Add(WaitingChange.Of(change, step.At)) };
            step.Park(ClaimNotes.WaitsFor(state.Version + 1));
            return;
        }

        TakeChange(step, change);
        TakeWaiting(step);
        NextStep(step);
    }

    private static void TakeWaiting(Step step)
    {
        while (step.State.Waiting.Find(waiting => waiting.Version == step.State.Version + 1) is { } next)
        {
            step.State = step.State with { Waiting = step.State.Waiting.Remove(next) };
            TakeChange(step, next.Change);
        }
    }

    private static void TakeChange(Step step, IClaimMessage change)
    {
        var state = step.State with { Version = change.Version };
        if (state.Cancellation is { ByFbs: true })
        {
            step.State = state;
            step.Apply(ClaimNotes.AfterCancellation(change.Version));
            if (state.Status is ClaimStatus.Cancelled or ClaimStatus.Credited)
                TellCancelled(step);
            return;
        }

        switch (change)
        {
            case ClaimAdjusted adjusted:
                step.State = state with { AmountOre = adjusted.NewAmountOre };
                step.Apply(ClaimNotes.Amount(adjusted.NewAmountOre));
                break;
            case ClaimWithdrawn withdrawn:
                step.State = state with { Cancellation = new Cancellation(withdrawn.Reason, ByFbs: true) };
                step.Apply(ClaimNotes.CancelledByFbs(withdrawn.Reason));
                break;
            case LiablePartyChanged changed:
                step.State = NameLiableParty(state, changed);
                step.Apply(ClaimNotes.LiableParty(changed.Reason));
                break;
        }
    }

    /// <summary>A new CPR of the same person keeps the rules and the age; a guardian, or a child come of age, is named as the one who pays.</summary>
    private static ClaimState NameLiableParty(ClaimState state, LiablePartyChanged changed)
    {
        var party = changed.LiableParty;
        if (party.Kind == IdentityKind.Organisation)
            return state with { NamedDebtor = new Debtor(DebtorKind.Organisation, party.Identity) };
        if (changed.Reason == "guardianAdded")
            return state with { NamedDebtor = new Debtor(DebtorKind.Guardian, party.Identity) };
        if (changed.Reason == "cameOfAge")
            return state with { NamedDebtor = new Debtor(DebtorKind.Borrower, party.Identity) };
        if (state.NamedDebtor is { } named)
            return state with { NamedDebtor = named with { Identity = party.Identity } };

        // The number that changed is that of whoever has been asked to pay; before anybody has been, it is the borrower's.
        var paying = state.Open?.Debtor.Kind ?? state.Registered?.DebtorKind ?? DebtorKind.Borrower;
        return paying == DebtorKind.Guardian
            ? state with { Facts = state.Facts! with { Guardian = party } }
            : state with { Facts = state.Facts! with { Borrower = party with { Age = LiabilityPolicy.AgeOf(state.Facts), BornOn = null } } };
    }

    private static void DeadLetter(Step step, MessageDeadLettered dead)
    {
        if (step.State.DeadLetters.Contains(dead.DeadMessageId))
        {
            step.Ignore(ClaimNotes.DeadLetterKnown);
            return;
        }

        // The notice came after what it tells of was put right: standing still for it, the claim would wait for a replay that has been.
        if (dead.Queue.StartsWith(MessageNames.TransferClaim, StringComparison.Ordinal) && (step.State.Open is not { } open || dead.OccurredAt < open.HeardAt))
        {
            step.Ignore(ClaimNotes.InstructionGoneOn);
            return;
        }

        step.State = step.State with { DeadLetters = step.State.DeadLetters.Add(dead.DeadMessageId), DueAt = null };
        // The claim's own message: accepted, and counted with its amount though it has not come through.
        if (step.State.Version == 0 && dead is { Version: 1, AmountOre: { } amountOre })
            step.State = step.State with { AmountOre = amountOre };
        step.Apply(ClaimNotes.DeadLettered(dead.Queue, dead.Cause));
    }
}
