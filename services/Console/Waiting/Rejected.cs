namespace ClaimsTransfer.OperationsConsole.Waiting;

/// <summary>Claims that stand rejected by the debtor system, for the same business reason.</summary>
/// <param name="Code">The debtor system's own.</param>
/// <param name="FixBy">Who can put it right: Library, Municipality or Vendor.</param>
/// <param name="Instruction">What was refused: Register, Adjust, Cancel, ChangeLiableParty.</param>
public sealed record RejectionGroup(
    string Municipality, string Code, string Text, string FixBy, string Instruction, long Count, long Ore, DateTimeOffset FirstAt, DateTimeOffset LastAt);

public sealed record RejectionGroups(IReadOnlyList<RejectionGroup> Groups);
