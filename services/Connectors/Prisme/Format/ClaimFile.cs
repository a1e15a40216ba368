using System.Globalization;
using System.Text;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Prisme.Format;

/// <summary>A batch of instructions as a <c>.krv</c> file. The same instructions at the same attempts always give the same name and the same bytes.</summary>
public sealed record ClaimFile(string BatchId, string Name, byte[] Content)
{
    public const string Extension = ".krv";

    private const string Header = "K00";
    private const string Claim = "K10";
    private const string Material = "K20";
    private const string Trailer = "K99";

    public static ClaimFile Of(DebtorSystem system, IReadOnlyList<Instruction> instructions)
    {
        var batchId = BatchIdOf(system.Municipality, instructions);
        return new ClaimFile(batchId, $"{system.Municipality}_{batchId}{Extension}", TaggedFile.Write(Records(system, batchId, instructions)));
    }

    /// <summary>A batch that is sent again with the same content is the same batch to Prisme; another attempt is another batch, of the same instructions.</summary>
    private static string BatchIdOf(string municipality, IReadOnlyList<Instruction> instructions)
    {
        var names = new StringBuilder(municipality);
        foreach (var instruction in instructions)
            names.Append(CultureInfo.InvariantCulture, $"/{instruction.Id:N}:{instruction.Attempt}");
        return DeterministicId.Create(DeterministicId.ClaimsTransfer, $"prisme-batch/{names}").ToString("N");
    }

    private static IEnumerable<TaggedRecord> Records(DebtorSystem system, string batchId, IReadOnlyList<Instruction> instructions)
    {
        yield return new TaggedRecord(Header, (1, "PRISME-KRAV"), (2, "1"), (3, system.Municipality), (4, system.MunicipalityCvr), (5, batchId),
            (6, system.IsTest ? "T" : null));
        foreach (var instruction in instructions)
        {
            yield return new TaggedRecord(Claim,
                (1, instruction.Id.ToString("N")), (2, KindCode(instruction.Kind)), (3, instruction.Reference), (4, instruction.Agency),
                (5, instruction.FeeId.ToString(CultureInfo.InvariantCulture)), (6, instruction.Version.ToString(CultureInfo.InvariantCulture)),
                (7, TypeCode(instruction.Type)), (8, Ore(instruction.AmountOre)), (9, Date(instruction.CreatedOn)),
                (10, instruction.DueOn is { } due ? Date(due) : null), (11, DebtorCode(instruction.DebtorKind)),
                (12, instruction.Debtor.Kind == IdentityKind.Organisation ? "V" : "C"), (13, instruction.Debtor.Number), (14, instruction.Debtor.Name),
                (15, instruction.Reason));
            foreach (var material in instruction.Materials)
                yield return new TaggedRecord(Material, (1, material.ItemNumber), (2, material.Faust), (3, material.Group), (4, material.Title));
        }

        yield return new TaggedRecord(Trailer, (1, instructions.Count.ToString(CultureInfo.InvariantCulture)), (2, Ore(instructions.Sum(i => i.AmountOre))));
    }

    private static string KindCode(InstructionKind kind) => kind switch
    {
        InstructionKind.Register => "OPR",
        InstructionKind.Adjust => "REG",
        InstructionKind.Cancel => "ANN",
        InstructionKind.ChangeLiableParty => "HFT",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "is not an instruction that Prisme takes in a claim file"),
    };

    private static string TypeCode(ClaimType type) => type switch { ClaimType.Fee => "G", ClaimType.Compensation => "E", _ => "A" };

    private static string DebtorCode(DebtorKind kind) => kind switch { DebtorKind.Guardian => "V", DebtorKind.Organisation => "O", _ => "L" };

    private static string Ore(long amountOre) => amountOre.ToString("+00000000000000;-00000000000000", CultureInfo.InvariantCulture);

    private static string Date(DateOnly date) => date.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
