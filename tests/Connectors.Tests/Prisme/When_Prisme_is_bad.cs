using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Prisme;
using ClaimsTransfer.Sandbox.Faults;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

[TestFixture]
public sealed class When_Prisme_is_bad
{
    [Test]
    public async Task a_lost_receipt_is_found_by_asking()
    {
        await using var bench = await PrismeBench.StartAsync("drop-reply=1");
        var instructions = Sample.Registers(1, 3);

        await bench.SubmitAsync(instructions);
        await Eventually.BecomesTrueAsync("the file to be taken in", () => Directory.GetFiles(bench.Folder("ind")).Length == 0);

        (await bench.Connector.ReadAsync(bench.System(), null, CancellationToken.None)).Receipts.ShouldBeEmpty();
        var found = await bench.FindAsync([.. instructions, Sample.Register(99)]);
        found.Take(3).ShouldAllBe(f => f is Found.Done);
        found[0].ShouldBeOfType<Found.Done>().DebtorReference.ShouldNotBeNullOrEmpty();
        found[3].ShouldBeOfType<Found.NotThere>();
        Directory.GetFiles(bench.Folder("ud")).ShouldBeEmpty();
    }

    [Test]
    public async Task nonsense_about_some_takes_nothing_from_their_neighbours()
    {
        await using var bench = await PrismeBench.StartAsync("poison=0.3");
        var claims = Sample.Registers(1, 60);
        var poisoned = claims.Where(claim => bench.Faults.Poisons("0101", claim.Reference)).Select(claim => claim.Id).ToHashSet();
        poisoned.Count.ShouldBeInRange(5, 30);

        await bench.SubmitAsync(claims);
        var receipts = (await bench.ReceiptsAsync(bench.System(), 60)).DistinctBy(receipt => receipt.InstructionId).ToList();
        var found = await bench.FindAsync(claims);

        receipts.Where(receipt => receipt.Outcome is Submitted.NotUnderstood).Select(receipt => receipt.InstructionId).ShouldBe(poisoned, ignoreOrder: true);
        receipts.Where(receipt => !poisoned.Contains(receipt.InstructionId)).ShouldAllBe(receipt => receipt.Outcome is Submitted.Accepted);
        for (var i = 0; i < claims.Count; i++)
            found[i].ShouldBeOfType(poisoned.Contains(claims[i].Id) ? typeof(Found.NotUnderstood) : typeof(Found.Done));

        bench.Faults.Plan = FaultPlan.None;
        var truth = await bench.FindAsync(claims);
        var missing = claims.Where((_, i) => truth[i] is Found.NotThere).ToList();
        missing.ShouldNotBeEmpty();
        missing.ShouldAllBe(claim => poisoned.Contains(claim.Id) && !bench.Faults.BooksPoisoned("0101", claim.Reference));
        // Those that were booked are told of by receipt after all; the others once they are sent again.
        await bench.SubmitAsync(missing);
        var late = new HashSet<Guid>();
        string? cursor = null;
        await Eventually.BecomesTrueAsync("the receipts of the poisoned", () =>
        {
            var read = bench.ReadAsync(cursor).GetAwaiter().GetResult();
            cursor = read.Cursor;
            late.UnionWith(read.Receipts.Where(receipt => receipt.Outcome is Submitted.Accepted).Select(receipt => receipt.InstructionId));
            return late.IsSupersetOf(poisoned);
        });
        (await bench.BookedAsync()).ShouldAllBe(claim => claim.Bookings == 1);
        (await bench.BookedAsync()).Count.ShouldBe(60);
    }

    [Test]
    public async Task a_question_is_answered_after_the_files_that_lie_before_it()
    {
        await using var bench = await PrismeBench.StartAsync();
        await bench.StopStandInAsync();
        var instructions = Sample.Registers(1, 3);
        await bench.SubmitAsync(instructions);
        var asking = bench.FindAsync(instructions);
        await Eventually.BecomesTrueAsync("the question", () => Directory.GetFiles(bench.Folder("ind"), "*.forespoerg").Length == 1);

        await bench.StartStandInAsync();

        (await asking).ShouldAllBe(f => f is Found.Done);
    }

    [Test]
    public async Task late_receipts_are_in_progress_until_they_come()
    {
        await using var bench = await PrismeBench.StartAsync("late-receipt=2s");
        await bench.SubmitAsync([Sample.Register(1)]);

        (await bench.FindAsync([Sample.Register(1)]))[0].ShouldBeOfType<Found.InProgress>();
        (await bench.ReceiptsAsync(bench.System(), 1))[0].Outcome.ShouldBeOfType<Submitted.Accepted>();
    }

    [Test]
    public async Task receipts_that_come_twice_say_the_same()
    {
        await using var bench = await PrismeBench.StartAsync("duplicate-receipt=1");
        await bench.SubmitAsync(Sample.Registers(1, 3));
        await Eventually.BecomesTrueAsync("both files", () => Directory.GetFiles(bench.Folder("ud"), "*.kvit").Length == 2);

        var receipts = await bench.ReceiptsAsync(bench.System(), 3);

        receipts.Count.ShouldBe(6);
        receipts.GroupBy(r => r.InstructionId).ShouldAllBe(same => same.Distinct().Count() == 1);
    }

    [Test]
    public async Task a_closed_folder_takes_nothing_and_says_so()
    {
        await using var bench = await PrismeBench.StartAsync("down=0101", null, "0101", "0751");
        await Eventually.BecomesTrueAsync("the folder to be taken away", () => !Directory.Exists(bench.Folder("ind")));

        (await bench.SubmitAsync(Sample.Registers(1, 2))).ShouldAllBe(s => s is Submitted.Unavailable);
        (await bench.FindAsync(Sample.Registers(1, 2))).ShouldAllBe(f => f is Found.NoAnswer);
        (await bench.SubmitAsync(Sample.Registers(11, 2), bench.System("0751"))).ShouldAllBe(s => s is Submitted.Pending);
        await bench.ReceiptsAsync(bench.System("0751"), 2);

        bench.Faults.Plan = FaultPlan.None;
        await Eventually.BecomesTrueAsync("the folder to be back", () => Directory.Exists(bench.Folder("ind")));
        (await bench.SubmitAsync(Sample.Registers(1, 2))).ShouldAllBe(s => s is Submitted.Pending);
        (await bench.ReceiptsAsync(bench.System(), 2)).Count.ShouldBe(2);
    }

    [Test]
    public async Task what_it_would_not_take_now_it_takes_later()
    {
        await using var bench = await PrismeBench.StartAsync("unavailable=1");
        (await bench.SubmitAsync(Sample.Registers(1, 2))).ShouldAllBe(s => s is Submitted.Pending);
        await Eventually.BecomesTrueAsync("the folder to be taken away", () => !Directory.Exists(bench.Folder("ind")));
        (await bench.SubmitAsync(Sample.Registers(3, 2))).ShouldAllBe(s => s is Submitted.Unavailable);

        bench.Faults.Plan = FaultPlan.None;

        (await bench.ReceiptsAsync(bench.System(), 2)).Count.ShouldBe(2);
        (await bench.BookedAsync()).Count.ShouldBe(2);
    }

    [Test]
    public async Task a_question_that_nobody_answers_is_no_answer_at_all()
    {
        await using var bench = await PrismeBench.StartAsync("", new PrismeOptions { AnswerTimeout = TimeSpan.FromMilliseconds(300) });
        await bench.StopStandInAsync();

        (await bench.FindAsync([Sample.Register(1)]))[0].ShouldBeOfType<Found.NoAnswer>();
    }

    [Test]
    public async Task a_folder_that_is_not_there_is_unavailable()
    {
        await using var bench = await PrismeBench.StartAsync();

        var nowhere = bench.System() with { Endpoint = new Uri("file:///nowhere/prisme/0101") };

        (await bench.SubmitAsync([Sample.Register(1)], nowhere))[0].ShouldBeOfType<Submitted.Unavailable>();
    }

    [Test]
    public async Task reading_twice_loses_nothing_and_a_file_being_written_waits()
    {
        await using var bench = await PrismeBench.StartAsync();
        await bench.SubmitAsync(Sample.Registers(1, 2));
        await Eventually.BecomesTrueAsync("the receipts", () => Directory.GetFiles(bench.Folder("ud"), "*.kvit").Length == 1);
        var half = Path.Combine(bench.Folder("ud"), "0101_00000000000000000-0_half.kvit");
        var whole = await File.ReadAllBytesAsync(Directory.GetFiles(bench.Folder("ud"), "*.kvit")[0]);
        await File.WriteAllBytesAsync(half, whole[..^1]);

        var first = await bench.Connector.ReadAsync(bench.System(), null, CancellationToken.None);
        var again = await bench.Connector.ReadAsync(bench.System(), null, CancellationToken.None);
        first.Receipts.Count.ShouldBe(2);
        again.Receipts.ShouldBe(first.Receipts);
        again.Cursor.ShouldBe(first.Cursor);

        var after = await bench.Connector.ReadAsync(bench.System(), first.Cursor, CancellationToken.None);
        after.Receipts.ShouldBeEmpty();
        Directory.GetFiles(bench.Folder("ud")).ShouldBe([half]);
        Directory.GetFiles(bench.Folder("arkiv"), "*.kvit").Length.ShouldBe(1);

        await File.WriteAllBytesAsync(half, whole);
        (await bench.Connector.ReadAsync(bench.System(), after.Cursor, CancellationToken.None)).Receipts.Count.ShouldBe(2);
    }

    [Test]
    public async Task a_receipt_file_that_nobody_can_read_holds_no_other_back()
    {
        await using var bench = await PrismeBench.StartAsync();
        for (var n = 0; n < 30; n++)
            await File.WriteAllTextAsync(Path.Combine(bench.Folder("ud"), $"0101_00000000000000000-{n}_never-finished.kvit"), "000R0000000001");
        await File.WriteAllTextAsync(Path.Combine(bench.Folder("ud"), "0101_00000000000000000-99_nonsense.kvit"), "hello\r\n");
        await bench.SubmitAsync([Sample.Register(1)]);

        (await bench.ReceiptsAsync(bench.System(), 1)).Count.ShouldBe(1);
    }
}
