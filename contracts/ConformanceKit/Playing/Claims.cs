using System.Globalization;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConformanceKit.Playing;

/// <summary>
/// Makes up claims for one municipality, the same for the same run number. The debtors' CPR numbers are made up: they begin with a day that exists and fail modulus 11, which
/// almost no number in use does.
/// </summary>
public sealed class Claims(string municipality, ISealer sealer, int run, TimeProvider time)
{
    private static readonly int[] CprWeights = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
    private readonly HashSet<string> _numbers = new(StringComparer.Ordinal);
    private int _made;
    private int _people;

    /// <summary>Every number that was sealed: none of them may be found anywhere in the clear.</summary>
    public IReadOnlyCollection<string> Numbers => _numbers;

    /// <summary>The library agency of all of them: ISIL of the municipality's last three digits.</summary>
    public string Agency { get; } = $"DK-7{municipality[1..]}00";

    /// <summary>A claim's registration, version 1.</summary>
    public TransferClaim Register(long amountOre = 7_000, string? cpr = null)
    {
        var feeId = (run * 1_000_000L) + ++_made;
        var claimId = DeterministicId.OfClaim(Agency, feeId);
        return new TransferClaim(
            DeterministicId.Of(claimId, "conformance/register/1"), time.GetUtcNow(), claimId, municipality, Agency, feeId, 1, DeterministicId.Of(claimId, "conformance/register"),
            InstructionKind.Register, null, string.Create(CultureInfo.InvariantCulture, $"{Agency}-{feeId}"), ClaimType.Fee, "Gebyr (for sent)", amountOre,
            DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(-30), DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime), DebtorOf(cpr ?? NextCpr()),
            [new Material("5237124059", "48724566", "standard", "En prøve")], ToTest: true);
    }

    /// <summary>What follows a claim's earlier instruction, the whole claim as it should stand.</summary>
    public TransferClaim Next(TransferClaim before, InstructionKind kind, long? amountOre = null, string? cpr = null)
    {
        var version = before.Version + 1;
        var instructionId = DeterministicId.Of(before.ClaimId, $"conformance/{kind}/{version}");
        return before with
        {
            MessageId = DeterministicId.Of(instructionId, "message/1"), OccurredAt = time.GetUtcNow(), InstructionId = instructionId, Instruction = kind, Version = version,
            AmountOre = amountOre ?? before.AmountOre, Debtor = cpr is null ? before.Debtor : DebtorOf(cpr),
        };
    }

    /// <summary>The same instruction, sent once more: a message of its own.</summary>
    public TransferClaim Again(TransferClaim sent, int sending = 2) =>
        sent with { MessageId = DeterministicId.Of(sent.InstructionId, $"again/{sending}"), OccurredAt = time.GetUtcNow() };

    /// <summary>The question what became of an instruction.</summary>
    public TransferClaim Ask(TransferClaim about, int asking = 1)
    {
        var question = DeterministicId.Of(about.InstructionId, $"ask/{asking}");
        return about with { MessageId = question, InstructionId = question, OccurredAt = time.GetUtcNow(), Instruction = InstructionKind.Find, About = about.InstructionId };
    }

    public string NextCpr()
    {
        while (true)
        {
            var number = string.Create(CultureInfo.InvariantCulture, $"{1 + (_people % 28):D2}{1 + (_people / 28 % 12):D2}{40 + (_people / 336 % 50):D2}{_people / 16_800 % 4}{_people % 1000:D3}");
            _people++;
            if (number.Select((digit, place) => (digit - '0') * CprWeights[place]).Sum() % 11 == 0 || !_numbers.Add(number))
                continue;
            return number;
        }
    }

    private Debtor DebtorOf(string cpr) => new(DebtorKind.Borrower, sealer.Seal(municipality, new OpenIdentity(IdentityKind.Person, cpr, "Prøve Prøvesen")));
}
