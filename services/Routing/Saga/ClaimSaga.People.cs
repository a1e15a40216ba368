using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

public sealed partial class ClaimSaga
{
    /// <summary>What a person does. Each is safe to ask for in any state: where it makes no sense it is ignored, and the timeline says why.</summary>
    private void Operate(Step step, OperateClaim operate)
    {
        var state = step.State;
        var operated = ClaimNotes.Operated(operate.Who, operate.Operation, operate.Why);
        switch (operate.Operation)
        {
            case ClaimOperation.Release when state is { Status: ClaimStatus.Held, Hold.Rule: not (LiabilityPolicy.PausedRule or LiabilityPolicy.NotConfiguredRule) }:
                step.State = state with { Released = true };
                step.Apply(operated);
                NextStep(step);
                break;
            case ClaimOperation.Release when LiabilityPolicy.LetsIn(state, step.Event.Policy):
                step.Apply(operated);
                NextStep(step);
                break;
            case ClaimOperation.Retry when state is { Status: ClaimStatus.Rejected, Open: null }:
                step.Apply(operated);
                NextStep(step);
                break;
            case ClaimOperation.Retry or ClaimOperation.Ask when state.Open is { } open:
                step.State = state with { DeadLetters = [] };
                step.Apply(operated);
                Ask(step, open);
                break;
            case ClaimOperation.Reregister when IsAtRestInTheDebtorSystem(state):
                InstructAgain(step, InstructionKind.Register, operate);
                break;
            case ClaimOperation.Readjust when IsAtRestInTheDebtorSystem(state):
                InstructAgain(step, InstructionKind.Adjust, operate);
                break;
            case ClaimOperation.Cancel when state is { Cancellation: null, Version: > 0 }:
                step.State = state with { Cancellation = new Cancellation(operate.Why, ByFbs: false) };
                step.Apply(operated);
                NextStep(step);
                break;
            default:
                step.Ignore(ClaimNotes.OperatedInVain(operate.Who, operate.Operation, operate.Why, state.Status));
                break;
        }
    }

    /// <summary>Whatever the debtor system has made of what it once acknowledged: it is told again, as an instruction of its own that is awaited like any other.</summary>
    private void InstructAgain(Step step, InstructionKind kind, OperateClaim operate)
    {
        if (step.Event.Policy is not { Stage: not Stage.Paused })
        {
            step.Ignore(ClaimNotes.OperatedWhilePaused(operate.Who, operate.Operation, operate.Why));
            return;
        }

        step.Apply(ClaimNotes.Operated(operate.Who, operate.Operation, operate.Why));
        Instruct(step, kind, DebtorNow(step.State, step.State.Registered!), ClaimStatus.Changing);
    }
}
