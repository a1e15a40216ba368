using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>Generates what FBS would send: realistic claims and their changes, mixed, repeated and partly wrong, as the options say. Any number in bounded memory.</summary>
public sealed class SampleClaims
{
    private static readonly long[] AdultFees = [2000, 12000, 23000];
    private static readonly long[] ChildFees = [1000, 5500, 12000];
    private static readonly string[] Titles = ["Min kamp om brødet", "Den lille ø", "Æblehaven", "Havnens \"lange\" nat", "Regneark for begyndere", "Skybrud"];
    private static readonly string[] CancelReasons = ["itemReturned", "error", "complaint", "waived"];

    /// <summary>Few enough that some have several claims.</summary>
    private const uint Patrons = 100_000;

    private readonly SampleOptions options;
    private readonly Random random;
    private readonly SamplePeople people;
    private readonly PriorityQueue<SampleLine, (double Place, int Number)> coming = new();
    private int lines;
    private int malformed;

    private SampleClaims(SampleOptions options)
    {
        this.options = options;
        random = new Random(options.Seed);
        people = new SamplePeople(random);
    }

    /// <summary>The lines, the same for the same options.</summary>
    public static IEnumerable<SampleLine> Generate(SampleOptions options) => new SampleClaims(options).Lines();

    /// <summary>What <see cref="Generate"/> gives, counted.</summary>
    public static SampleManifest Manifest(SampleOptions options) => SampleManifest.Of(Generate(options));

    private IEnumerable<SampleLine> Lines()
    {
        for (var number = 0; number < options.Count; number++)
        {
            Claim(number);
            // Nothing that is still to be generated comes before this place.
            while (coming.TryPeek(out _, out var first) && first.Place < number - options.Disorder)
                yield return coming.Dequeue();
        }

        while (coming.TryDequeue(out var line, out _))
            yield return line;
    }

    private void Claim(int number)
    {
        var claim = Submit(number, out var child);
        var changes = Changes(claim, child);
        var last = changes.OfType<AdjustClaim>().LastOrDefault();
        var born = claim.Borrower.Cpr is { } cpr ? BornOn(cpr) : (DateOnly?)null;
        var outcome = new SampleClaim(
            Municipality(claim.Agency), claim.Agency, claim.FeeId, last?.NewAmountOre ?? claim.AmountOre, claim.CreatedOn, born,
            claim.Guardian is not null || changes.OfType<ChangeLiableParty>().Any(change => change.Reason == "guardianAdded"),
            changes.OfType<CancelClaim>().Any(), 1 + changes.Count);

        var line = Line(SampleCategory.Claim, MessageNames.SubmitClaim, claim, MessageJson.Default.SubmitClaim) with { Claim = outcome };
        Add(line, number);
        foreach (var change in changes)
            Add(ChangeLine(change), number + random.Next(-options.Disorder, options.Disorder + 1));
        if (Draw(options.Malformed))
            Add(MalformedLines.Make(malformed++, Encoding.UTF8.GetString(Line(
                SampleCategory.Claim, MessageNames.SubmitClaim, claim with { MessageId = IdOf(claim.FeeId, 99), FeeId = -claim.FeeId }, MessageJson.Default.SubmitClaim).Utf8.Span)
                .Replace("\"feeId\":-", "\"feeId\":9", StringComparison.Ordinal)), number);
    }

    private SubmitClaim Submit(int number, out bool child)
    {
        var created = Draw(options.Old) ? new DateOnly(2015, 5, 5) : options.Today.AddDays(-random.Next(0, 60));
        child = Draw(options.Children);
        var age = child ? random.Next(6, 18) : random.Next(18, 85);
        var organisation = !child && Draw(options.Organisations);
        var compensation = Draw(0.25);
        var fees = child ? ChildFees : AdultFees;
        var agency = $"DK-7{options.Municipalities[random.Next(options.Municipalities.Count)][1..]}00";
        var feeId = (options.Seed * 100_000_000L) + number + 1;
        return new SubmitClaim(
            IdOf(feeId, 1), OccurredAt(number), agency, feeId, Version: 1,
            Type: Draw(0.01) ? "reservation" : compensation ? "compensation" : "fee",
            Reason: compensation ? "Erstatning" : "Gebyr (for sent)",
            AmountOre: compensation ? random.Next(5_000, 90_000) : fees[random.Next(fees.Length)],
            Currency: "DKK", created, DueOn: Draw(0.9) ? created.AddDays(31) : null, Branch: Draw(0.5) ? $"{agency[..^2]}{random.Next(1, 30):00}" : null,
            Borrower: organisation ? people.Organisation() : people.Person(age, created),
            Guardian: child && !Draw(options.WithoutGuardian) ? people.Person(random.Next(28, 55), created) : null,
            Materials: [.. Enumerable.Range(0, random.Next(compensation ? 1 : 0, 4)).Select(_ => Material())],
            PatronId: PatronOf(number));
    }

    /// <summary>From a hash, not from the random sequence: what else a seed gives stays as it always was.</summary>
    private long PatronOf(int number)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{options.Seed}/patron/{number}"), hash);
        return 1 + (BinaryPrimitives.ReadUInt32BigEndian(hash) % Patrons);
    }

    private Material Material() => new(
        ItemNumber: random.NextInt64(5_000_000_000, 5_999_999_999).ToString(), Faust: random.Next(20_000_000, 60_000_000).ToString(),
        Group: Draw(0.8) ? "standard" : "lydbog", Title: Titles[random.Next(Titles.Length)]);

    private List<IMessage> Changes(SubmitClaim claim, bool child)
    {
        var changes = new List<IMessage>();
        int Next() => changes.Count + 2;
        DateTimeOffset At() => claim.OccurredAt.AddMinutes(Next());
        if (Draw(options.Adjusted))
        {
            var amount = claim.AmountOre;
            for (var times = Draw(0.3) ? 2 : 1; times > 0; times--)
            {
                amount = Math.Max(100, amount * random.Next(40, 95) / 100);
                changes.Add(new AdjustClaim(IdOf(claim.FeeId, Next()), At(), claim.Agency, claim.FeeId, Next(), amount, "Nedskrevet"));
            }
        }

        if (Draw(options.LiablePartyChanged))
        {
            var guardian = child && claim.Guardian is null;
            changes.Add(new ChangeLiableParty(
                IdOf(claim.FeeId, Next()), At(), claim.Agency, claim.FeeId, Next(), people.Person(random.Next(28, 55), claim.CreatedOn),
                guardian ? "guardianAdded" : "cprChange"));
        }

        if (Draw(options.Cancelled))
            changes.Add(new CancelClaim(
                IdOf(claim.FeeId, Next()), At(), claim.Agency, claim.FeeId, Next(), CancelReasons[random.Next(CancelReasons.Length)]));
        return changes;
    }

    private void Add(SampleLine line, double place)
    {
        coming.Enqueue(line, (place, lines++));
        if (line.Category is SampleCategory.Claim or SampleCategory.Change && Draw(options.Duplicates))
            coming.Enqueue(line with { Category = SampleCategory.Duplicate, Claim = null }, (place + random.Next(0, options.Disorder + 1), lines++));
    }

    private static SampleLine ChangeLine(IMessage change) => change switch
    {
        AdjustClaim adjust => Line(SampleCategory.Change, MessageNames.AdjustClaim, adjust, MessageJson.Default.AdjustClaim),
        CancelClaim cancel => Line(SampleCategory.Change, MessageNames.CancelClaim, cancel, MessageJson.Default.CancelClaim),
        ChangeLiableParty party => Line(SampleCategory.Change, MessageNames.ChangeLiableParty, party, MessageJson.Default.ChangeLiableParty),
        _ => throw new ArgumentException($"{change.GetType().Name} is no change."),
    };

    private static SampleLine Line<T>(SampleCategory category, string name, T message, JsonTypeInfo<T> type) where T : IMessage
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(message, type);
        byte[] line = name == MessageNames.SubmitClaim ? body : [.. Encoding.UTF8.GetBytes($"{{\"kind\":\"{name}\","), .. body.AsSpan(1)];
        return new SampleLine(category, name, message.MessageId, line);
    }

    private bool Draw(double share) => share > 0 && random.NextDouble() < share;

    private Guid IdOf(long feeId, int version) => DeterministicId.Create(DeterministicId.ClaimsTransfer, $"sample/{feeId}/{version}");

    private DateTimeOffset OccurredAt(int number) =>
        new DateTimeOffset(options.Today, new TimeOnly(6, 0), TimeSpan.Zero).AddSeconds(number % 40_000);

    private static string Municipality(string agency) => $"0{agency[4..7]}";

    private static DateOnly BornOn(string cpr)
    {
        var (day, month, year) = (int.Parse(cpr[..2]), int.Parse(cpr[2..4]), int.Parse(cpr[4..6]));
        return new DateOnly((cpr[6] <= '3' ? 1900 : 2000) + year, month, day);
    }
}
