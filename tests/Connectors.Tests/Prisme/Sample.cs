using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

/// <summary>Instructions as the SDK hands them to a connector.</summary>
internal static class Sample
{
    private static readonly Guid Ids = new("5d9e1c35-7a0f-5c1e-8b1e-0d6f2f1c9a10");

    public static Instruction Register(int number, string cpr = "0101011234", string? name = "Søren Ægidius Ålborg", long amountOre = 7000) => new(
        IdOf(number, 1), InstructionKind.Register, DeterministicId.OfClaim("DK-710100", number), $"DK-710100-{number}", "DK-710100", number, 1, ClaimType.Fee,
        "Gebyr (for sent)", amountOre, new DateOnly(2026, 10, 22), new DateOnly(2026, 11, 22), DebtorKind.Borrower, new OpenIdentity(IdentityKind.Person, cpr, name),
        [new Material("5237124059", "48724566", "standard", "Rød & grøn: en bog")], 1, null);

    public static IReadOnlyList<Instruction> Registers(int from, int count) => [.. Enumerable.Range(from, count).Select(n => Register(n))];

    public static Instruction Adjusted(Instruction registered, long amountOre) => registered with
    {
        Id = IdOf((int)registered.FeeId, 2), Kind = InstructionKind.Adjust, Version = 2, AmountOre = amountOre,
    };

    public static Instruction Cancelled(Instruction registered, int version) => registered with
    {
        Id = IdOf((int)registered.FeeId, version), Kind = InstructionKind.Cancel, Version = version,
    };

    private static Guid IdOf(int number, int version) => DeterministicId.Create(Ids, $"{number}/{version}");
}
