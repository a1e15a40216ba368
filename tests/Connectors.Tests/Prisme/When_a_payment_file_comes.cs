using System.Text;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Prisme.Format;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

[TestFixture]
public sealed class When_a_payment_file_comes
{
    private static readonly EntrySubject Subject = new("DK-710100-434536", "PR-77", "000000000000018");
    private static readonly DateTimeOffset BookedAt = new(2026, 11, 23, 9, 30, 0, TimeSpan.Zero);
    private static readonly DateOnly ValueDate = new(2026, 11, 22);

    private static readonly byte[] Receipts = Payments.Lines(
    [
        ("R00", "&01PRISME-KVIT&021&030101&04b&05MODTAGET&062&07+00000000014000"),
        ("R10", $"&01k1&02{Guid.Empty:N}&03ACCEPTERET&04PR-77&08000000000000018"),
        ("R10", $"&01k2&02{Guid.Empty:N}&03ACCEPTERET&04PR-78"),
        ("R99", "&012"),
    ]);

    private static IEnumerable<TestCaseData> Kinds()
    {
        yield return Kind("DAK", "&07+00000000007000&08mobilePay", "", 7000, new DebtorEntry.Coverage("p-1", Subject, BookedAt, ValueDate, 7000, "mobilePay"));
        yield return Kind("DAK", "&06H&07+00000000000001", "", 1, new DebtorEntry.Coverage("p-1", Subject, BookedAt, ValueDate, 1, null));
        yield return Kind("DAK", "&06R&07+00000000010000", "", 10000, new DebtorEntry.Coverage("p-1", Subject, BookedAt, ValueDate, 10000, null, AccountPart.ReminderFee));
        yield return Kind("DAK", "&06T&07+99999999999999", "", 99_999_999_999_999, new DebtorEntry.Coverage("p-1", Subject, BookedAt, ValueDate, 99_999_999_999_999, null, AccountPart.Interest));
        yield return Kind("TIL", "&07+00000000007000", "&11p-0", 7000, new DebtorEntry.Reversal("p-1", Subject, BookedAt, ValueDate, 7000, "p-0"));
        yield return Kind("TIL", "&06R&07+00000000007000", "", 7000, new DebtorEntry.Reversal("p-1", Subject, BookedAt, ValueDate, 7000, null, AccountPart.ReminderFee));
        yield return Kind("AFS", "&07+00000000002050", "&12Død && borte", 2050, new DebtorEntry.WriteOff("p-1", Subject, BookedAt, ValueDate, 2050, "Død & borte"));
        yield return Kind("AFS", "&07-00000000002050", "", -2050, new DebtorEntry.WriteOff("p-1", Subject, BookedAt, ValueDate, -2050, null));
        yield return Kind("REG", "&07-00000000000001", "&12Fejl", -1, new DebtorEntry.Adjustment("p-1", Subject, BookedAt, ValueDate, -1, "Fejl"));
        yield return Kind("RYK", "&07+00000000010000", "", 10000, new DebtorEntry.Charge("p-1", Subject, BookedAt, ValueDate, 10000, AccountPart.ReminderFee));
        yield return Kind("REN", "&07+00000000000037", "", 37, new DebtorEntry.Charge("p-1", Subject, BookedAt, ValueDate, 37, AccountPart.Interest));
        yield return Kind("AFS", "&06R&07+00000000010000", "&12Frafaldet", 10000, new DebtorEntry.ChargeWaiver("p-1", Subject, BookedAt, ValueDate, 10000, AccountPart.ReminderFee, "Frafaldet"));
        yield return Kind("AFS", "&06T&07-00000000000037", "", -37, new DebtorEntry.ChargeWaiver("p-1", Subject, BookedAt, ValueDate, -37, AccountPart.Interest, null));
        yield return Kind("REG", "&06R&07-00000000010000", "", -10000, new DebtorEntry.ChargeWaiver("p-1", Subject, BookedAt, ValueDate, 10000, AccountPart.ReminderFee, null));
        yield return Kind("KTO", "", "&13A", 0, new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.Open));
        yield return Kind("KTO", "", "&13L", 0, new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.Closed));
        yield return Kind("KTO", "", "&13I", 0, new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.InCollection));
        yield return Kind("KTO", "", "&13T", 0, new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.Recalled));
    }

    [TestCaseSource(nameof(Kinds))]
    public void each_kind_is_read_as_what_it_is(string entry, long sumOre, DebtorEntry expected) =>
        PaymentFile.Read("0101", Payments.FileId, Payments.Name, Payments.File(sumOre, entry)).ShouldBeOfType<PaymentReading.Taken>().Entries.ShouldBe([expected]);

    [Test]
    public void a_day_without_entries_is_a_whole_file_too() =>
        PaymentFile.Read("0101", Payments.FileId, Payments.Name, Payments.File(0)).ShouldBeOfType<PaymentReading.Taken>().Entries.ShouldBeEmpty();

    /// <summary>What transfers in text mode, editors and old systems do to a file without changing what it says.</summary>
    private static IEnumerable<TestCaseData> Dressings()
    {
        byte[] mark = [0xEF, 0xBB, 0xBF], end = [0x1A];
        byte[] LinesEndBy(byte[] file, string lineEnd) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(file).Replace("\r\n", lineEnd));
        yield return new TestCaseData((Func<byte[], byte[]>)(file => LinesEndBy(file, "\n"))).SetArgDisplayNames("LF");
        yield return new TestCaseData((Func<byte[], byte[]>)(file => [.. mark, .. file])).SetArgDisplayNames("byte order mark");
        yield return new TestCaseData((Func<byte[], byte[]>)(file => [.. file, .. end])).SetArgDisplayNames("Ctrl-Z");
        yield return new TestCaseData((Func<byte[], byte[]>)(file => [.. file[..^2], .. end])).SetArgDisplayNames("Ctrl-Z for the last line's end");
        yield return new TestCaseData((Func<byte[], byte[]>)(file => [.. mark, .. LinesEndBy(file, "\n"), .. end, .. end])).SetArgDisplayNames("all of it");
    }

    [TestCaseSource(nameof(Dressings))]
    public async Task it_is_read_as_what_it_means(Func<byte[], byte[]> dress)
    {
        await using var bench = await StartAsync();
        await bench.LeaveAsync("0101_20261123050000-1_b.kvit", dress(Receipts));
        await bench.LeaveAsync(Payments.Name, dress(Payments.TwoEntries));

        var read = await bench.ReadAsync();

        read.Entries.ShouldBe(PaymentFile.Read("0101", Payments.FileId, Payments.Name, Payments.TwoEntries).ShouldBeOfType<PaymentReading.Taken>().Entries);
        read.Receipts.Count.ShouldBe(2);
        read.Refused.ShouldBeEmpty();
    }

    [Test]
    public async Task a_name_in_upper_case_is_the_same_name()
    {
        await using var bench = await StartAsync();
        await bench.LeaveAsync(Payments.Name.ToUpperInvariant(), Payments.TwoEntries);

        var read = await bench.ReadAsync();

        read.Entries.Count.ShouldBe(2);
        await bench.ReadAsync(read.Cursor);
        bench.Lying("arkiv").ShouldBe([Payments.Name.ToUpperInvariant()]);
    }

    [Test]
    public async Task a_name_of_no_known_form_is_shown_for_as_long_as_the_file_lies_there()
    {
        await using var bench = await StartAsync();
        await bench.LeaveAsync("betalinger 23.11.BET", Payments.TwoEntries);

        for (var reading = 0; reading < 2; reading++)
        {
            (await bench.ReadAsync()).Refused.ShouldBe(
                [new RefusedDocument("betalinger 23.11.BET", DocumentKind.File, "betalinger 23.11.BET", DocumentFault.WrongName) { IsFoundAgain = true }]);
        }

        File.Delete(Path.Combine(bench.Folder("ud"), "betalinger 23.11.BET"));
        (await bench.ReadAsync()).Refused.ShouldBeEmpty();
    }

    [Test]
    public async Task it_counts_once_it_took_effect_and_goes_to_the_archive_then()
    {
        await using var bench = await StartAsync();
        await bench.LeaveAsync(Payments.Name, Payments.TwoEntries);

        var first = await bench.ReadAsync();
        var again = await bench.ReadAsync();
        first.Entries.Select(entry => entry.EntryId).ShouldBe(["p-1", "p-2"]);
        again.Entries.ShouldBe(first.Entries);
        again.Cursor.ShouldBe(first.Cursor);
        bench.Lying("ud").ShouldBe([Payments.Name]);

        (await bench.ReadAsync(first.Cursor)).Entries.ShouldBeEmpty();
        bench.Lying("ud").ShouldBeEmpty();
        bench.Lying("arkiv").ShouldBe([Payments.Name]);
        bench.Lying("ind").ShouldBeEmpty();
        bench.Log.Errors.ShouldBeEmpty();
    }

    [Test]
    public async Task the_same_file_under_another_name_says_the_same()
    {
        await using var bench = await StartAsync();
        await bench.LeaveAsync(Payments.Name, Payments.TwoEntries);
        await bench.LeaveAsync($"0101_20261123070000-1_{Payments.FileId}.bet", Payments.TwoEntries);

        var entries = (await bench.ReadAsync()).Entries;

        entries.Count.ShouldBe(4);
        entries.Take(2).ShouldBe(entries.Skip(2));
    }

    [Test]
    public async Task receipts_beside_it_are_read_with_it()
    {
        await using var bench = await StartAsync();
        await bench.LeaveAsync("0101_20261123050000-1_b.kvit", Receipts);
        await bench.LeaveAsync(Payments.Name, Payments.TwoEntries);
        await bench.LeaveAsync("0101_20261123070000-1_b.kvit", Receipts);

        var read = await bench.ReadAsync();

        read.Receipts.Select(receipt => ((Submitted.Accepted)receipt.Outcome).PaymentSlip).ShouldBe(["000000000000018", null, "000000000000018", null]);
        read.Entries.Count.ShouldBe(2);
        (await bench.ReadAsync(read.Cursor)).Receipts.ShouldBeEmpty();
        bench.Lying("arkiv").Length.ShouldBe(3);
    }

    [Test]
    public async Task many_files_come_in_more_than_one_reading_and_none_is_lost()
    {
        await using var bench = await StartAsync();
        for (var day = 1; day <= 45; day++)
            await bench.LeaveAsync($"0101_202611{day:D2}-1_dag{day}.bet", Payments.Written("0101", $"dag{day}", [Payments.Entry("DAK", "&07+00000000000100", id: $"p-{day}")], 1, 100));

        var (entries, readings, cursor) = (new List<DebtorEntry>(), 0, (string?)null);
        for (var more = true; more; readings++)
        {
            var read = await bench.ReadAsync(cursor);
            (cursor, more) = (read.Cursor, read.More);
            entries.AddRange(read.Entries);
        }

        readings.ShouldBe(3);
        entries.Select(entry => entry.EntryId).ShouldBe(Enumerable.Range(1, 45).Select(day => $"p-{day}"));
    }

    [Test]
    public void an_answer_brings_the_payment_slip_that_was_issued()
    {
        var answer = Payments.Lines(
        [
            ("S00", "&01PRISME-SVAR&021&030101&04q"),
            ("S10", $"&01{Guid.Empty:N}&02BOGFOERT&03PR-77&04k1&08000000000000018"),
            ("S99", "&011"),
        ]);

        QuestionFile.ReadAnswer(answer).ShouldNotBeNull()[Guid.Empty].ShouldBe(new Found.Done("PR-77", "k1", "000000000000018"));
    }

    private static async Task<PrismeBench> StartAsync()
    {
        var bench = await PrismeBench.StartAsync();
        await bench.StopStandInAsync();
        return bench;
    }

    private static TestCaseData Kind(string kind, string middle, string end, long sumOre, DebtorEntry expected) =>
        new TestCaseData(Payments.Entry(kind, middle, end), sumOre, expected).SetArgDisplayNames(kind, middle + end);
}
