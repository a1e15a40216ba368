using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConformanceKit.Checks;

/// <summary>What comes after a registration.</summary>
internal static class ChangeChecks
{
    private const int ClaimsInOrder = 20;
    private const int ChangesInOrder = 4;

    public static readonly IReadOnlyList<Check> All =
    [
        new("change.adjust", Level.Change,
            "After an adjustment the debtor system claims the new amount, no more and no less.",
            "amountOre is what shall be claimed, not the difference: whoever takes it for one claims too much.",
            "contracts/wire/schemas/transfer-claim.json, amountOre", AdjustAsync),
        new("change.cancel", Level.Change,
            "After a cancellation the debtor system claims nothing any more.",
            "A citizen who has returned the book must not be dunned.",
            "contracts/README.md, transfer-claim; instruction cancel", CancelAsync),
        new("change.liable-party", Level.Change,
            "After a change of the liable party the claim is directed at the new one, with the same amount.",
            "The bill must not go to somebody who does not owe.",
            "contracts/wire/schemas/transfer-claim.json, debtor; instruction changeLiableParty", LiablePartyAsync),
        new("change.order", Level.Change,
            "Instructions of one claim that are sent in a row are carried out in their order; the last one stands.",
            "An older amount that overtakes a newer one stays for good.",
            "contracts/README.md, transfer-claim: version; Guarantee 4, per-claim order", OrderAsync),
    ];

    private static async Task AdjustAsync(Bench bench, CancellationToken cancellation)
    {
        var register = bench.Claims.Register(amountOre: 20_000);
        await bench.SendAsync(cancellation, register);
        await bench.AcceptedAsync(register, cancellation);
        var adjust = bench.Claims.Next(register, InstructionKind.Adjust, amountOre: 5_000);
        await bench.SendAsync(cancellation, adjust);
        await bench.AcceptedAsync(adjust, cancellation);
        var booked = await bench.BookedAsync(adjust, cancellation);
        Expect.That(booked is { AmountOre: 5_000, InForce: true }, $"the debtor system claims {booked.AmountOre} øre{(booked.InForce ? "" : ", cancelled")}; 5000 are expected");
    }

    private static async Task CancelAsync(Bench bench, CancellationToken cancellation)
    {
        var register = bench.Claims.Register();
        await bench.SendAsync(cancellation, register);
        await bench.AcceptedAsync(register, cancellation);
        var cancel = bench.Claims.Next(register, InstructionKind.Cancel);
        await bench.SendAsync(cancellation, cancel);
        await bench.AcceptedAsync(cancel, cancellation);
        var booked = await bench.BookedAsync(cancel, cancellation);
        Expect.That(!booked.InForce, "the claim is in force at the debtor system");
    }

    private static async Task LiablePartyAsync(Bench bench, CancellationToken cancellation)
    {
        var (first, second) = (bench.Claims.NextCpr(), bench.Claims.NextCpr());
        var register = bench.Claims.Register(amountOre: 8_000, cpr: first);
        var ofSecond = bench.Claims.Register(cpr: second);
        await bench.SendAsync(cancellation, register, ofSecond);
        await bench.AcceptedAsync(register, cancellation);
        await bench.AcceptedAsync(ofSecond, cancellation);
        var change = bench.Claims.Next(register, InstructionKind.ChangeLiableParty, cpr: second);
        await bench.SendAsync(cancellation, change);
        await bench.AcceptedAsync(change, cancellation);
        var booked = await bench.BookedAsync(change, cancellation);
        Expect.That(booked is { InForce: true, AmountOre: 8_000 }, $"the debtor system claims {booked.AmountOre} øre{(booked.InForce ? "" : ", cancelled")}; 8000 are expected");
        var expected = (await bench.BookedAsync(ofSecond, cancellation)).Debtor;
        if (booked.Debtor is null || expected is null)
            throw new CheckNotRunException("this debtor system does not say who owes");
        Expect.That(booked.Debtor == expected, "the debtor system does not claim from the new liable party");
    }

    private static async Task OrderAsync(Bench bench, CancellationToken cancellation)
    {
        List<TransferClaim> sent = [];
        List<TransferClaim> last = [];
        for (var claim = 0; claim < ClaimsInOrder; claim++)
        {
            var instruction = bench.Claims.Register(amountOre: 10_000);
            sent.Add(instruction);
            for (var change = 1; change <= ChangesInOrder; change++)
                sent.Add(instruction = bench.Claims.Next(instruction, InstructionKind.Adjust, amountOre: 10_000 - (1_000 * change)));
            last.Add(instruction);
        }

        // Claim by claim, then change by change: neighbours on the queue are of one claim.
        await bench.Routing.SendAsync(sent, cancellation);
        await bench.AllAcceptedAsync(sent, cancellation);
        var books = await bench.DebtorSystem.FindAsync([.. last.Select(instruction => instruction.Reference)], cancellation);
        var wrong = last.Where(instruction => books.GetValueOrDefault(instruction.Reference)?.AmountOre != instruction.AmountOre).ToList();
        Expect.That(
            wrong.Count == 0,
            $"{wrong.Count} of {last.Count} claims do not stand at their last amount: {(wrong.Count == 0 ? "" : $"{books.GetValueOrDefault(wrong[0].Reference)?.AmountOre} øre instead of {wrong[0].AmountOre}")}");
    }
}
