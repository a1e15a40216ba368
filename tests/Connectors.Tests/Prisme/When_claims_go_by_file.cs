using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Prisme.Format;
using ClaimsTransfer.Sandbox.Ledger;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

[TestFixture]
public sealed class When_claims_go_by_file
{
    [Test]
    public async Task each_gets_its_receipt()
    {
        await using var bench = await PrismeBench.StartAsync();
        var instructions = Sample.Registers(1, 1200);

        foreach (var batch in instructions.Chunk(bench.Connector.Capabilities.BatchSize))
            (await bench.SubmitAsync(batch)).ShouldAllBe(s => s is Submitted.Pending);

        var receipts = await bench.ReceiptsAsync(bench.System(), 1200);
        receipts.Count.ShouldBe(1200);
        receipts.ShouldAllBe(r => r.Outcome is Submitted.Accepted);
        receipts.Select(r => ((Submitted.Accepted)r.Outcome).DebtorReference).ShouldAllBe(reference => !string.IsNullOrEmpty(reference));
        var booked = await bench.BookedAsync();
        booked.Count.ShouldBe(1200);
        booked.ShouldAllBe(c => c.Bookings == 1 && c.AmountOre == 7000);
    }

    [Test]
    public async Task changes_follow_what_they_change()
    {
        await using var bench = await PrismeBench.StartAsync();
        var (first, second) = (Sample.Register(1), Sample.Register(2));

        await bench.SubmitAsync([first, second]);
        await bench.SubmitAsync([Sample.Adjusted(first, 5000), Sample.Cancelled(second, 2)]);

        (await bench.ReceiptsAsync(bench.System(), 4)).ShouldAllBe(r => r.Outcome is Submitted.Accepted);
        var booked = await bench.BookedAsync();
        booked.Single(c => c.Reference == first.Reference).AmountOre.ShouldBe(5000);
        booked.Single(c => c.Reference == second.Reference).State.ShouldBe(ClaimState.Cancelled);
    }

    [Test]
    public async Task what_its_rules_refuse_comes_back_with_a_code_and_who_can_fix_it()
    {
        await using var bench = await PrismeBench.StartAsync("reject=1");

        await bench.SubmitAsync([Sample.Register(1)]);

        var rejected = (await bench.ReceiptsAsync(bench.System(), 1))[0].Outcome.ShouldBeOfType<Submitted.Rejected>();
        rejected.Code.ShouldBe(Refusal.LiablePartyUnknown.Code);
        rejected.FixBy.ShouldBe(FixBy.Municipality);
    }

    [Test]
    public async Task the_same_file_twice_is_one()
    {
        await using var bench = await PrismeBench.StartAsync();
        var instructions = Sample.Registers(1, 5);

        await bench.SubmitAsync(instructions);
        await bench.ReceiptsAsync(bench.System(), 5);
        await bench.SubmitAsync(instructions);
        await Eventually.BecomesTrueAsync("both receipt files", () => Directory.GetFiles(bench.Folder("ud"), "*.kvit").Length == 2);

        var receipts = await bench.ReceiptsAsync(bench.System(), 5);
        receipts.Count.ShouldBe(10);
        receipts.GroupBy(r => r.InstructionId).ShouldAllBe(same => same.Distinct().Count() == 1);
        (await bench.BookedAsync()).ShouldAllBe(c => c.Bookings == 1 && c.Received == 2);
    }

    [Test]
    public async Task a_file_whose_totals_do_not_agree_is_refused_whole_and_can_be_sent_again()
    {
        await using var bench = await PrismeBench.StartAsync();
        var instructions = Sample.Registers(1, 3);
        var file = ClaimFile.Of(bench.System(), instructions);
        var text = System.Text.Encoding.UTF8.GetString(file.Content).Replace("&02+00000000021000", "&02+00000000021001");

        await File.WriteAllTextAsync(Path.Combine(bench.Folder("ind"), file.Name), text);
        await Eventually.BecomesTrueAsync("the refusal", () => Directory.GetFiles(bench.Folder("ud"), "*.kvit").Length == 1);

        var receipt = ReceiptFile.Read(await File.ReadAllBytesAsync(Directory.GetFiles(bench.Folder("ud"), "*.kvit")[0]), out _).ShouldNotBeNull();
        receipt.RefusalCode.ShouldBe("CONTROL-TOTALS");
        (receipt.Count, receipt.SumOre, receipt.BatchId).ShouldBe((3, 21000L, file.BatchId));
        (await bench.Connector.ReadAsync(bench.System(), null, CancellationToken.None)).Receipts.ShouldBeEmpty();
        (await bench.BookedAsync()).ShouldBeEmpty();
        (await bench.FindAsync(instructions)).ShouldAllBe(f => f is Found.NotThere);

        await bench.SubmitAsync([.. instructions.Select(i => i with { Attempt = 2 })]);
        await bench.ReceiptsAsync(bench.System(), 3);
        (await bench.BookedAsync()).Count.ShouldBe(3);
    }

    [Test]
    public async Task another_municipalitys_file_is_refused()
    {
        await using var bench = await PrismeBench.StartAsync();
        var file = ClaimFile.Of(bench.System() with { Municipality = "0751" }, [Sample.Register(1)]);

        await File.WriteAllBytesAsync(Path.Combine(bench.Folder("ind"), file.Name), file.Content);
        await Eventually.BecomesTrueAsync("the refusal", () => Directory.GetFiles(bench.Folder("ud"), "*.kvit").Length == 1);

        ReceiptFile.Read(await File.ReadAllBytesAsync(Directory.GetFiles(bench.Folder("ud"), "*.kvit")[0]), out _).ShouldNotBeNull().RefusalCode.ShouldBe("FILE-HEADER");
        (await bench.BookedAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task no_CPR_number_and_no_name_lies_there_once_they_are_taken_in()
    {
        await using var bench = await PrismeBench.StartAsync();
        await bench.SubmitAsync([Sample.Register(1, cpr: "1204561237", name: "Ingeborg Usandsynlig")]);
        await bench.ReceiptsAsync(bench.System(), 1);
        await Eventually.BecomesTrueAsync("the file to be gone", () => Directory.GetFiles(bench.Folder("ind")).Length == 0);

        var archived = Directory.GetFiles(bench.Folder("arkiv"), "*.krv").ShouldHaveSingleItem();
        (await File.ReadAllTextAsync(archived)).ShouldContain("&13**********&14***");
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(bench.Root)!, "*", SearchOption.AllDirectories))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            var text = await reader.ReadToEndAsync();
            text.ShouldNotContain("1204561237", customMessage: file);
            text.ShouldNotContain("Usandsynlig", customMessage: file);
        }
    }
}
