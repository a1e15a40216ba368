using ClaimsTransfer.ConformanceKit.DebtorSystems;
using ClaimsTransfer.ConformanceKit.Playing;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConformanceKit.Checks;

/// <summary>What the debtor system books by itself comes back, to the øre.</summary>
internal static class MoneyChecks
{
    private const int HowMany = 5;

    /// <summary>So long an answer that is cut is there to be read; nothing of it may be believed.</summary>
    private static readonly TimeSpan WhileCut = TimeSpan.FromSeconds(3);

    /// <summary>What was read together is told together: so long without a message, and no more comes of it.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private const string Entries = "contracts/README.md, coverage-registered, coverage-reversed, write-off-registered, debtor-entry-unmatched";

    public static readonly IReadOnlyList<Check> All =
    [
        new("money.coverage", Level.Money,
            "What is paid at the debtor system comes as coverage-registered, once, with its amount.",
            "FBS lets the borrower borrow again when it hears of it.", Entries,
            (bench, cancellation) => ComesBackAsync(bench, MoneyEvent.Pay, DebtorBehaviour.Good, cancellation)),
        new("money.reversal", Level.Money,
            "Coverage that is taken back comes as coverage-reversed; the coverage itself stays told.",
            "A counter-entry, never an edit: else the books differ by it for ever.", Entries,
            (bench, cancellation) => ComesBackAsync(bench, MoneyEvent.PayAndReverse, DebtorBehaviour.Good, cancellation)),
        new("money.write-off", Level.Money,
            "What the debtor system gives up comes as write-off-registered, with its amount.",
            "The library's books would show a claim that nobody collects.", Entries,
            (bench, cancellation) => ComesBackAsync(bench, MoneyEvent.WriteOff, DebtorBehaviour.Good, cancellation)),
        new("money.repeat", Level.Money,
            "The same entry told twice by the debtor system comes under the same messageId: it is one entry.",
            "Money would be booked twice.", "contracts/README.md, messageId of the entries: UUIDv5 of the claim and entryId", RepeatAsync),
        new("money.cut", Level.Money,
            "An answer, a file or a push that breaks off or does not add up is not used, and not passed over: what was in it comes whole later.",
            "Half a file is money that nobody ever hears of again.", Entries, CutAsync),
    ];

    private static async Task ComesBackAsync(Bench bench, MoneyEvent what, DebtorBehaviour behaviour, CancellationToken cancellation)
    {
        bench.Needs(DebtorSystemAbilities.Money);
        var claims = await RegisteredAsync(bench, cancellation);
        await bench.WhileAsync(behaviour, async () =>
        {
            await bench.DebtorSystem.LetAsync(what, [.. claims.Select(claim => claim.Reference)], cancellation);
            await AgreeAsync(bench, claims, what, cancellation);
        }, cancellation);
    }

    private static async Task RepeatAsync(Bench bench, CancellationToken cancellation)
    {
        bench.Needs(DebtorSystemAbilities.Money | DebtorSystemAbilities.RepeatEntries);
        await ComesBackAsync(bench, MoneyEvent.Pay, new DebtorBehaviour { RepeatsEntries = true }, cancellation);
    }

    private static async Task CutAsync(Bench bench, CancellationToken cancellation)
    {
        bench.Needs(DebtorSystemAbilities.Money | DebtorSystemAbilities.CutFiles);
        var claims = await RegisteredAsync(bench, cancellation);
        await bench.WhileAsync(new DebtorBehaviour { CutsFiles = true }, async () =>
        {
            await bench.DebtorSystem.LetAsync(MoneyEvent.Pay, [.. claims.Select(claim => claim.Reference)], cancellation);
            await bench.UntilAsync(async token => (await DifferencesAsync(bench, claims, token)).Any(difference => difference.Contains("more", StringComparison.Ordinal)), cancellation, WhileCut);
        }, cancellation);

        await AgreeAsync(bench, claims, MoneyEvent.Pay, cancellation);
    }

    private static async Task<List<TransferClaim>> RegisteredAsync(Bench bench, CancellationToken cancellation)
    {
        var claims = Enumerable.Range(1, HowMany).Select(number => bench.Claims.Register(amountOre: 10_000 + number)).ToList();
        await bench.Routing.SendAsync(claims, cancellation);
        await bench.AllAcceptedAsync(claims, cancellation, bench.Options.Patience);
        return claims;
    }

    /// <summary>What was told and what the debtor system has booked are the same, claim by claim, and stay so.</summary>
    private static async Task AgreeAsync(Bench bench, List<TransferClaim> claims, MoneyEvent what, CancellationToken cancellation)
    {
        await bench.UntilAsync(async token => await HasHappenedAsync(bench, claims, what, token) && (await DifferencesAsync(bench, claims, token)).Count == 0, cancellation);
        Expect.That(await HasHappenedAsync(bench, claims, what, cancellation), "the debtor system itself has not booked what it was told to let happen");
        // Once all has been told, nothing may come on top: until nothing has come for a while.
        await bench.UntilAsync(bench.DebtorSystem.HasToldAllAsync, cancellation);
        for (var told = -1; told != bench.Routing.Replies.Count;)
        {
            told = bench.Routing.Replies.Count;
            await bench.UntilAsync(() => bench.Routing.Replies.Count > told, cancellation, Quiet);
        }

        var differences = await DifferencesAsync(bench, claims, cancellation);
        Expect.That(differences.Count == 0, string.Join("; ", differences.Take(3)));
        foreach (var entry in claims.SelectMany(claim => Told(bench, claim)).GroupBy(EntryOf))
        {
            var ids = entry.Select(reply => reply.MessageId).Distinct(StringComparer.Ordinal).ToList();
            Expect.That(ids.Count == 1, $"the entry {entry.Key} came under {ids.Count} messageIds: {string.Join(", ", ids.Take(3))}");
            var wrong = entry.FirstOrDefault(reply => reply.Message?.MessageId.ToString() != reply.MessageId || reply.RoutingKey != bench.Options.Municipality);
            Expect.That(wrong is null, $"message_id, messageId or routing key of {wrong} differ");
        }
    }

    private static async Task<bool> HasHappenedAsync(Bench bench, List<TransferClaim> claims, MoneyEvent what, CancellationToken cancellation)
    {
        var books = await bench.DebtorSystem.FindAsync([.. claims.Select(claim => claim.Reference)], cancellation);
        return books.Count == claims.Count && books.Values.All(claim => what switch
        {
            MoneyEvent.Pay => claim.CoveredOre > 0,
            MoneyEvent.PayAndReverse => claim.ReversedOre > 0,
            _ => claim.WrittenOffOre > 0,
        }) && await bench.DebtorSystem.HasToldAllAsync(cancellation);
    }

    private static async Task<List<string>> DifferencesAsync(Bench bench, List<TransferClaim> claims, CancellationToken cancellation)
    {
        var books = await bench.DebtorSystem.FindAsync([.. claims.Select(claim => claim.Reference)], cancellation);
        List<string> differences = [];
        foreach (var claim in claims)
        {
            var booked = books[claim.Reference];
            // Repeats under one messageId are one.
            var told = Told(bench, claim).DistinctBy(reply => reply.MessageId, StringComparer.Ordinal).Select(reply => reply.Message!).ToList();
            Compare("covered", told.Sum(CoverageOf), booked.CoveredOre);
            Compare("reversed", told.Sum(ReversalOf), booked.ReversedOre);
            Compare("written off", told.Sum(WriteOffOf), booked.WrittenOffOre);

            void Compare(string word, long came, long there)
            {
                if (came != there)
                    differences.Add($"{claim.Reference}: {came} øre were told as {word}, {Math.Abs(came - there)} {(came > there ? "more" : "less")} than the {there} in the debtor system's books");
            }
        }

        return differences;
    }

    private static IReadOnlyList<Reply> Told(Bench bench, TransferClaim claim)
    {
        var report = bench.Final(claim.InstructionId);
        return bench.Routing.EntriesOf(claim.ClaimId.ToString(), claim.Reference, report?.DebtorReference, report?.PaymentSlip);
    }

    private static long CoverageOf(IMessage message) => message switch
    {
        CoverageRegistered coverage => coverage.AmountOre,
        DebtorEntryUnmatched { Kind: DebtorEntryKind.Coverage } entry => entry.AmountOre,
        _ => 0,
    };

    private static long ReversalOf(IMessage message) => message switch
    {
        CoverageReversed reversal => reversal.AmountOre,
        DebtorEntryUnmatched { Kind: DebtorEntryKind.Reversal } entry => entry.AmountOre,
        _ => 0,
    };

    private static long WriteOffOf(IMessage message) => message switch
    {
        WriteOffRegistered writeOff => writeOff.AmountOre,
        DebtorEntryUnmatched { Kind: DebtorEntryKind.WriteOff } entry => entry.AmountOre,
        DebtorEntryUnmatched { Kind: DebtorEntryKind.Adjustment } entry => -entry.AmountOre,
        _ => 0,
    };

    private static string EntryOf(Reply reply) => reply.Message switch
    {
        CoverageRegistered coverage => coverage.EntryId,
        CoverageReversed reversal => reversal.EntryId,
        WriteOffRegistered writeOff => writeOff.EntryId,
        DebtorAccountChanged account => account.EntryId,
        DebtorEntryUnmatched entry => entry.EntryId,
        _ => reply.MessageId ?? "",
    };
}
