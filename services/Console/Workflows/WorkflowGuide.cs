using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;

namespace ClaimsTransfer.OperationsConsole.Workflows;

/// <summary>Whose day changes.</summary>
public enum WorkflowRole { Library, Finance, Operations, Approver, Vendor }

/// <summary>
/// Who does what, as the system has it: the sentences are texts, but which states, operations and causes there are comes from what runs. A state that nobody has written about
/// is shown all the same, under the operations staff.
/// </summary>
public static class WorkflowGuide
{
    /// <summary>Who looks when a claim stands there; where nobody needs to, it is the one who is asked about it.</summary>
    public static WorkflowRole ActsOn(string status) => status switch
    {
        "OutOfScope" or "Held" or "Cancelled" or "Cancelling" => WorkflowRole.Library,
        "Transferred" or "PartlyCovered" or "Settled" or "Credited" or "WrittenOff" or "InCollection" or "Rejected" => WorkflowRole.Finance,
        _ => WorkflowRole.Operations,
    };

    public static WorkflowRole ActsOn(Owner owner) => owner switch
    {
        Owner.Library => WorkflowRole.Library,
        Owner.Municipality => WorkflowRole.Finance,
        Owner.Vendor => WorkflowRole.Vendor,
        _ => WorkflowRole.Operations,
    };

    /// <summary>The least role in the console that a person of the workflow needs; null: they work elsewhere.</summary>
    public static Role? InConsole(WorkflowRole role) => role switch
    {
        WorkflowRole.Library or WorkflowRole.Finance => Role.Viewer,
        WorkflowRole.Operations => Role.Operator,
        WorkflowRole.Approver => Role.Approver,
        _ => null,
    };
}
