using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Connectors.Tests.Prisme;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OesIndsigt;
using Microsoft.AspNetCore.Http;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Indsigt;

[TestFixture]
public sealed class When_the_entry_feed_is_read
{
    private const string Coverage = "\"kind\":\"coverage\",\"amountOre\":7000";

    private static readonly EntrySubject Subject = new("DK-710100-434536", "OI-77", "000000000000018");
    private static readonly DateTimeOffset BookedAt = new(2026, 11, 23, 9, 30, 0, TimeSpan.Zero);
    private static readonly DateOnly ValueDate = new(2026, 11, 22);

    private static IEnumerable<TestCaseData> Kinds()
    {
        yield return Kind($"{Coverage},\"channel\":\"mobilePay\"", new DebtorEntry.Coverage("p-1", Subject, BookedAt, ValueDate, 7000, "mobilePay"));
        yield return Kind($"{Coverage},\"part\":\"principal\"", new DebtorEntry.Coverage("p-1", Subject, BookedAt, ValueDate, 7000, null));
        yield return Kind($"{Coverage},\"part\":\"reminderFee\"", new DebtorEntry.Coverage("p-1", Subject, BookedAt, ValueDate, 7000, null, AccountPart.ReminderFee));
        yield return Kind("\"kind\":\"reversal\",\"amountOre\":1,\"reversesEntryId\":\"p-0\"", new DebtorEntry.Reversal("p-1", Subject, BookedAt, ValueDate, 1, "p-0"));
        yield return Kind("\"kind\":\"reversal\",\"amountOre\":1,\"part\":\"interest\"", new DebtorEntry.Reversal("p-1", Subject, BookedAt, ValueDate, 1, null, AccountPart.Interest));
        yield return Kind("\"kind\":\"writeOff\",\"amountOre\":2050,\"reason\":\"Eftergivet\"", new DebtorEntry.WriteOff("p-1", Subject, BookedAt, ValueDate, 2050, "Eftergivet"));
        yield return Kind("\"kind\":\"writeOff\",\"amountOre\":-2050,\"reason\":\"\"", new DebtorEntry.WriteOff("p-1", Subject, BookedAt, ValueDate, -2050, null));
        yield return Kind("\"kind\":\"writeOff\",\"amountOre\":100,\"part\":\"reminderFee\"", new DebtorEntry.ChargeWaiver("p-1", Subject, BookedAt, ValueDate, 100, AccountPart.ReminderFee, null));
        yield return Kind("\"kind\":\"adjustment\",\"amountOre\":-37,\"part\":\"interest\"", new DebtorEntry.ChargeWaiver("p-1", Subject, BookedAt, ValueDate, 37, AccountPart.Interest, null));
        yield return Kind("\"kind\":\"adjustment\",\"amountOre\":-1", new DebtorEntry.Adjustment("p-1", Subject, BookedAt, ValueDate, -1, null));
        yield return Kind("\"kind\":\"charge\",\"amountOre\":10000,\"part\":\"reminderFee\"", new DebtorEntry.Charge("p-1", Subject, BookedAt, ValueDate, 10000, AccountPart.ReminderFee));
        yield return Kind("\"kind\":\"charge\",\"amountOre\":37,\"part\":\"interest\"", new DebtorEntry.Charge("p-1", Subject, BookedAt, ValueDate, 37, AccountPart.Interest));
        yield return Kind("\"kind\":\"account\",\"status\":\"open\"", new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.Open));
        yield return Kind("\"kind\":\"account\",\"status\":\"closed\"", new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.Closed));
        yield return Kind("\"kind\":\"account\",\"status\":\"inCollection\"", new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.InCollection));
        yield return Kind("\"kind\":\"account\",\"status\":\"recalled\"", new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.Recalled));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task each_kind_is_read_as_what_it_is(string fields, DebtorEntry expected)
    {
        await using var bench = await StartAsync(Money.Entry(1, fields));

        (await ReadAsync(bench, null)).Entries.ShouldBe([expected]);
    }

    [TestCase(0, 1)]
    [TestCase(1, 1)]
    [TestCase(100, 1)]
    [TestCase(101, 2)]
    public async Task each_comes_once_page_by_page_beside_the_receipts(int count, int pages)
    {
        await using var bench = await StartAsync([.. Enumerable.Range(1, count).Select(n => Money.Entry(n, Coverage))]);
        await bench.SubmitAsync(Sample.Registers(1, 150));
        var connector = bench.ConnectorWith(new IndsigtOptions { PageSize = 100 });

        var (receipts, entries, pagesOfEntries, cursor) = (new List<Receipt>(), new List<DebtorEntry>(), 0, (string?)null);
        for (var more = true; more;)
        {
            var read = await connector.ReadAsync(bench.System, cursor, CancellationToken.None);
            receipts.AddRange(read.Receipts);
            entries.AddRange(read.Entries);
            pagesOfEntries += read.Entries.Count > 0 || pagesOfEntries == 0 ? 1 : 0;
            (cursor, more) = (read.Cursor, read.More);
        }

        entries.Select(entry => entry.EntryId).ShouldBe(Enumerable.Range(1, count).Select(n => $"p-{n}"));
        pagesOfEntries.ShouldBe(pages);
        receipts.Count.ShouldBe(150);
        var after = await connector.ReadAsync(bench.System, cursor, CancellationToken.None);
        (after.Receipts.Count, after.Entries.Count, after.Cursor).ShouldBe((0, 0, cursor));
    }

    [Test]
    public async Task a_cursor_of_the_time_without_entries_goes_on_with_the_receipts()
    {
        await using var bench = await StartAsync(Money.Entry(1, Coverage));
        await bench.SubmitAsync(Sample.Registers(1, 3));
        var position = (await ReadAsync(bench, null)).Cursor!.Split('|')[0];
        await bench.SubmitAsync(Sample.Register(4));

        var read = await ReadAsync(bench, Uri.UnescapeDataString(position));

        read.Receipts.ShouldHaveSingleItem().InstructionId.ShouldBe(Sample.Register(4).Id);
        read.Entries.ShouldHaveSingleItem();
    }

    [TestCase("a|b", "c")]
    [TestCase("", "x|y%7C/ æ")]
    public async Task positions_may_be_any_text(string receipts, string entries)
    {
        var asked = new List<(string Feed, string? After)>();
        await using var bench = await IndsigtBench.StartAsync(before: Money.Answering((call, request) =>
        {
            asked.Add((call, request.Query["after"]));
            return call == "receipts" ? $"{{\"receipts\":[],\"next\":\"{receipts}\",\"more\":false}}" : Money.Page("", entries, false);
        }));

        var cursor = (await ReadAsync(bench, null)).Cursor;
        asked.Clear();
        await ReadAsync(bench, cursor);

        asked.ShouldBe([("receipts", receipts.Length > 0 ? receipts : null), ("entries", entries)]);
    }

    [TestCase("\"kind\":\"donation\",\"amountOre\":7000", "kind is none")]
    [TestCase("\"kind\":\"account\",\"status\":\"frozen\"", "status is none")]
    [TestCase("\"kind\":\"account\"", "status is none")]
    [TestCase("\"kind\":\"account\",\"status\":\"open\",\"amountOre\":1", "amountOre does not go")]
    [TestCase("\"kind\":\"coverage\"", "amountOre is missing")]
    [TestCase("\"kind\":\"coverage\",\"amountOre\":0", "amountOre must be above 0")]
    [TestCase("\"kind\":\"reversal\",\"amountOre\":-1", "amountOre must be above 0")]
    [TestCase("\"kind\":\"coverage\",\"amountOre\":70.5", "$.amountOre")]
    [TestCase("\"kind\":\"coverage\",\"amountOre\":\"0101701234\"", "$.amountOre")]
    [TestCase("\"kind\":\"coverage\",\"amountOre\":1,\"part\":\"0101701234\"", "part is none")]
    [TestCase("\"kind\":\"coverage\",\"amountOre\":1,\"status\":\"open\"", "status does not go")]
    [TestCase("\"kind\":\"charge\",\"amountOre\":1", "part is none")]
    [TestCase("\"kind\":\"charge\",\"amountOre\":1,\"part\":\"principal\"", "part does not go")]
    [TestCase("\"kind\":\"coverage\",\"amountOre\":1,\"bookedAt\":\"2026-11-23T10:30:00\"", "$.bookedAt")]
    [TestCase("\"kind\":\"coverage\",\"amountOre\":1,\"valueDate\":\"2026-02-30\"", "$.valueDate")]
    [TestCase("\"amountOre\":1", "missing")]
    public async Task it_stops_before_an_entry_that_does_not_fit_and_shows_it_at_every_reading(string bad, string fault)
    {
        var entries = new List<string> { Money.Entry(1, Coverage), Money.Entry(2, bad), Money.Entry(3, Coverage) };
        await using var bench = await StartAsync(entries);

        var before = await ReadAsync(bench, null);
        before.Entries.ShouldHaveSingleItem().EntryId.ShouldBe("p-1");
        before.More.ShouldBeFalse();
        bench.Log.Errors.ShouldHaveSingleItem().ShouldContain(fault);

        for (var reading = 0; reading < 2; reading++)
        {
            var refused = (await ReadAsync(bench, before.Cursor)).Refused.ShouldHaveSingleItem();
            (refused.DocumentId, refused.Kind, refused.Name, refused.Fault, refused.IsFoundAgain).ShouldBe(("entries", DocumentKind.Feed, "entries after 1", DocumentFault.WrongEntry, true));
            fault.ShouldContain(refused.Field == "entry" ? "missing" : refused.Field!);
            bench.Log.Errors.Last().ShouldContain(fault);
            bench.Log.Errors.Last().ShouldNotContain("0101701234");
        }

        entries[1] = Money.Entry(2, Coverage);
        var after = await ReadAsync(bench, before.Cursor);
        after.Entries.Select(entry => entry.EntryId).ShouldBe(["p-2", "p-3"]);
        after.Refused.ShouldBeEmpty();
    }

    [TestCase(500)]
    [TestCase(200)]
    public async Task a_feed_that_cannot_be_read_keeps_the_other_back_never(int status)
    {
        var broken = "entries";
        await using var bench = await IndsigtBench.StartAsync(before: async (context, next) =>
        {
            var call = context.Request.Path.Value!.Split('/')[^1];
            if (call == broken)
            {
                context.Response.StatusCode = status;
                await context.Response.WriteAsync("[]");
            }
            else if (call == "entries")
                await context.Response.WriteAsync(Money.Feed(context.Request, [Money.Entry(1, Coverage)]));
            else
                await next();
        });
        await bench.SubmitAsync(Sample.Registers(1, 3));

        var first = await ReadAsync(bench, null);
        (first.Receipts.Count, first.Entries.Count).ShouldBe((3, 0));
        bench.Log.Errors.ShouldHaveSingleItem().ShouldContain("the entry feed could not be read");
        (await Should.ThrowAsync<HttpRequestException>(() => ReadAsync(bench, first.Cursor))).Message.ShouldContain("the entry feed could not be read");

        broken = "receipts";
        (await ReadAsync(bench, first.Cursor)).Entries.ShouldHaveSingleItem();
    }

    [Test]
    public async Task a_page_cut_off_anywhere_gives_nothing()
    {
        var page = Money.Page($"{Money.Entry(1, Coverage)},{Money.Entry(2, Coverage)}", "2", false);
        var length = 0;
        await using var bench = await IndsigtBench.StartAsync(before: Money.Answering((call, _) => call == "entries" ? page[..length] : Money.NoReceipts));

        for (length = 0; length < page.Length; length++)
            await Should.ThrowAsync<HttpRequestException>(() => ReadAsync(bench, null), $"cut after {length} characters");

        (await ReadAsync(bench, null)).Entries.Count.ShouldBe(2);
    }

    [Test]
    public async Task a_receipt_brings_the_payment_slip_that_was_issued_and_so_does_asking()
    {
        const string Slip = "\"debtorReference\":\"OI-77\",\"paymentSlip\":\"000000000000018\"";
        var id = Sample.Register(1).Id;
        await using var bench = await IndsigtBench.StartAsync(before: Money.Answering((call, _) => call switch
        {
            "receipts" => $"{{\"receipts\":[{{\"position\":\"1\",\"receiptId\":\"r\",\"instructionId\":\"{id}\",\"status\":\"accepted\",{Slip}}}],\"next\":\"1\",\"more\":false}}",
            "entries" => Money.Page("", "", false),
            _ => $"{{\"items\":[{{\"instructionId\":\"{id}\",\"status\":\"accepted\",\"receiptId\":\"r\",{Slip}}}]}}",
        }));

        (await ReadAsync(bench, null)).Receipts.Single().Outcome.ShouldBe(new Submitted.Accepted("OI-77", "r", "000000000000018"));
        (await bench.SubmitAsync(Sample.Register(1)))[0].ShouldBe(new Submitted.Accepted("OI-77", "r", "000000000000018"));
        (await bench.FindAsync(Sample.Register(1)))[0].ShouldBe(new Found.Done("OI-77", "r", "000000000000018"));
    }

    private static Task<IndsigtBench> StartAsync(params IReadOnlyList<string> entries) => IndsigtBench.StartAsync(before: Money.Answering(
        (call, request) => call == "entries" ? Money.Feed(request, entries) : null));

    private static Task<ReadBack> ReadAsync(IndsigtBench bench, string? cursor) => bench.Connector.ReadAsync(bench.System, cursor, CancellationToken.None);

    private static TestCaseData Kind(string fields, DebtorEntry expected) => new TestCaseData(fields, expected).SetArgDisplayNames(fields);
}
