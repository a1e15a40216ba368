using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>What a debtor system is asked, and what its answers come to.</summary>
internal static class Instructions
{
    public static readonly Guid FirstId = new("5d9e1c35-7a0f-5c1e-8b1e-0d6f2f1c9a10");
    public static readonly Guid SecondId = new("5d9e1c35-7a0f-5c1e-8b1e-0d6f2f1c9a11");

    public static readonly Instruction[] Two = [Register(FirstId, 1), Register(SecondId, 2)];

    public static DebtorSystem System(string municipality) => new(municipality, "64942212", new Uri("http://127.0.0.1:1/debtor"), IsTest: false);

    public static Answer Of(IReadOnlyList<Submitted> outcomes) => Answered(outcomes.Select(outcome => outcome switch
    {
        Submitted.NotUnderstood nonsense => nonsense.Reason,
        Submitted.Unknown unknown => unknown.Reason,
        Submitted.Unavailable unavailable => unavailable.Reason,
        _ => null,
    }));

    public static Answer Of(IReadOnlyList<Found> found) => Answered(found.Select(one => one switch
    {
        Found.NotUnderstood nonsense => nonsense.Reason,
        Found.NoAnswer none => none.Reason,
        _ => null,
    }));

    public static Answer Of(ReadBack read, string logged) =>
        read.Receipts.Count + read.Entries.Count > 0 ? new Answer(true, "") : new Answer(false, $"{string.Join(", ", read.Refused.Select(refused => $"{refused.Fault} {refused.Line} {refused.Field}"))} {logged}");

    private static Answer Answered(IEnumerable<string?> reasons)
    {
        var all = reasons.ToList();
        return new Answer(all.Contains(null), string.Join(' ', all));
    }

    private static Instruction Register(Guid id, int number) => new(
        id, InstructionKind.Register, DeterministicId.OfClaim("DK-710100", number), $"DK-710100-{number}", "DK-710100", number, Version: 1, ClaimType.Fee, "Gebyr (for sent)", AmountOre: 7000,
        new DateOnly(2026, 10, 22), new DateOnly(2026, 11, 22), DebtorKind.Borrower, new OpenIdentity(IdentityKind.Person, Seeded.CprNumbers[0], "Alma Eksempel"),
        [new Material("5237124059", "48724566", "standard", "Den lille prins")], Attempt: 1, TraceParent: null);
}
