using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Connectors.Tests.Sdk;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Ledger;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Opus;

public sealed class When_claims_go_by_SOAP
{
    [Test]
    public async Task A_batch_is_receipted_in_transport_and_the_business_receipts_come_to_the_callback()
    {
        await using var bench = await OpusBench.StartAsync();
        Instruction[] instructions = [.. Enumerable.Range(1, 20).Select(number => OpusBench.Register(number))];

        (await bench.SubmitAsync(instructions)).ShouldAllBe(answer => answer is Submitted.Pending);

        await Eventually.TrueAsync(() => bench.Receipts.Count == 20);
        bench.Receipts.ShouldAllBe(receipt => receipt.Municipality == "0101" && receipt.Receipt.Outcome is Submitted.Accepted);
        bench.Receipts.Select(receipt => receipt.Receipt.InstructionId).ShouldBe(instructions.Select(instruction => instruction.Id), ignoreOrder: true);
        var claim = await bench.BookedAsync(7);
        (claim.AmountOre, claim.Bookings, claim.FeeId, claim.Agency).ShouldBe((12_055, 1, 7, "DK-710100"));
    }

    [Test]
    public async Task Changes_arrive_as_what_they_are()
    {
        await using var bench = await OpusBench.StartAsync();
        await bench.SubmitAsync(OpusBench.Register(1));
        var party = (await bench.BookedAsync(1)).DebtorRef;

        await bench.SubmitAsync(OpusBench.Change(1, InstructionKind.Adjust, 2, 256));
        (await bench.BookedAsync(1)).AmountOre.ShouldBe(256);
        await bench.SubmitAsync(OpusBench.Change(1, InstructionKind.ChangeLiableParty, 3, 256) with
        {
            DebtorKind = DebtorKind.Organisation, Debtor = new OpenIdentity(IdentityKind.Organisation, "64942212", null),
        });
        (await bench.BookedAsync(1)).DebtorRef.ShouldNotBe(party);
        await bench.SubmitAsync(OpusBench.Change(1, InstructionKind.Cancel, 4, 256));
        (await bench.BookedAsync(1)).State.ShouldBe(ClaimState.Cancelled);
    }

    [Test]
    public async Task What_it_refuses_comes_back_rejected_with_who_can_fix_it()
    {
        await using var bench = await OpusBench.StartAsync("reject=1");

        await bench.SubmitAsync(OpusBench.Register(1));

        await Eventually.TrueAsync(() => !bench.Receipts.IsEmpty);
        var rejected = bench.Receipts.Single().Receipt.Outcome.ShouldBeOfType<Submitted.Rejected>();
        (rejected.Code, rejected.FixBy).ShouldBe(("LIABLE-PARTY-CODE-UNKNOWN", FixBy.Municipality));
        (await bench.FindAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Found.Rejected>();
    }

    [Test]
    public async Task What_it_fails_at_is_the_vendors_to_fix()
    {
        await using var bench = await OpusBench.StartAsync();
        await bench.SubmitAsync(OpusBench.Register(1), OpusBench.Change(1, InstructionKind.Adjust, 3, 256));

        var late = OpusBench.Change(1, InstructionKind.Adjust, 2, 512);
        await bench.SubmitAsync(late);

        await Eventually.TrueAsync(() => bench.Receipts.Any(receipt => receipt.Receipt.InstructionId == late.Id));
        bench.Receipts.Single(receipt => receipt.Receipt.InstructionId == late.Id).Receipt.Outcome
            .ShouldBeOfType<Submitted.Rejected>().FixBy.ShouldBe(FixBy.Vendor);
    }

    [Test]
    public async Task Free_text_that_XML_cannot_carry_does_not_stop_a_claim()
    {
        await using var bench = await OpusBench.StartAsync();

        (await bench.SubmitAsync(OpusBench.Register(1) with { Reason = "Gebyr\u0001\uFFFE 👍 " + new string('x', 5_000) }))[0].ShouldBeOfType<Submitted.Pending>();
    }

    [Test]
    public async Task One_that_does_not_fit_the_profile_is_rejected_without_its_neighbours()
    {
        await using var bench = await OpusBench.StartAsync();

        var answers = await bench.SubmitAsync(OpusBench.Register(1), OpusBench.Register(2) with { Reference = "not a reference" }, OpusBench.Register(3));

        answers[0].ShouldBeOfType<Submitted.Pending>();
        answers[1].ShouldBeOfType<Submitted.Rejected>().FixBy.ShouldBe(FixBy.Vendor);
        answers[2].ShouldBeOfType<Submitted.Pending>();
    }
}
