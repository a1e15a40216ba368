using System.Text;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Prisme.Format;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

[TestFixture]
public sealed class When_a_payment_file_is_cut
{
    private const string Question = $"0101_{Payments.FileId}.genbestil";

    [Test]
    public void nothing_of_it_counts_wherever_the_cut_is()
    {
        var whole = Payments.File(14200, Payments.Entry("DAK", "&07+00000000007000"), Payments.Entry("AFS", "&07+00000000007200", "&12Hæftelse && død", id: "p-2"));

        PaymentFile.Read("0101", Payments.FileId, Payments.Name, whole).ShouldBeOfType<PaymentReading.Taken>().Entries.Count.ShouldBe(2);
        for (var length = 0; length < whole.Length; length++)
            PaymentFile.Read("0101", Payments.FileId, Payments.Name, whole.AsSpan(0, length)).ShouldBeOfType<PaymentReading.Refused>($"cut after {length} bytes").Code.ShouldBe("FILE-UNREADABLE");
    }

    [Test]
    public async Task it_is_asked_for_again_once_and_the_next_one_counts()
    {
        await using var bench = await StartAsync();
        await bench.LeaveAsync(Payments.Name, Payments.TwoEntries.AsMemory(0, Payments.TwoEntries.Length - 1));

        var read = await bench.ReadAsync();
        read.Entries.ShouldBeEmpty();
        read.TakenDocuments.ShouldBeEmpty();
        read.Refused.ShouldBe([new RefusedDocument("DAG20261123", DocumentKind.File, Payments.Name, DocumentFault.Unreadable)]);
        (await File.ReadAllTextAsync(Path.Combine(bench.Folder("ind"), Question))).ShouldBe(
            "000G0000000001&01PRISME-GENBESTIL&021&030101&04dag20261123&05FILE-UNREADABLE&06it has no trailer: it was cut off\r\n000G9900000002&011\r\n");
        bench.Log.Errors.ShouldHaveSingleItem().ShouldContain($"{Payments.Name}, which is refused whole: FILE-UNREADABLE, it has no trailer");

        File.Delete(Path.Combine(bench.Folder("ind"), Question));
        read = await bench.ReadAsync(read.Cursor);
        bench.Lying("arkiv").ShouldBe([Payments.Name]);
        bench.Lying("ind").ShouldBeEmpty();

        await bench.LeaveAsync($"0101_20261123070000-1_{Payments.FileId}.bet", Payments.TwoEntries);
        read = await bench.ReadAsync(read.Cursor);
        read.Entries.Count.ShouldBe(2);
        read.TakenDocuments.ShouldBe(["DAG20261123"], "the refusal is settled");
        bench.Lying("ind").ShouldBeEmpty();
    }

    [Test]
    public async Task a_crash_before_the_cursor_moves_asks_once_more_and_never_not_at_all()
    {
        await using var bench = await StartAsync();
        await bench.LeaveAsync(Payments.Name, Payments.TwoEntries.AsMemory(0, 40));

        await bench.ReadAsync();
        File.Delete(Path.Combine(bench.Folder("ind"), Question));
        await bench.ReadAsync();

        bench.Lying("ind").ShouldBe([Question]);
        bench.Lying("ud").ShouldBe([Payments.Name]);
    }

    [Test]
    public async Task it_waits_where_it_is_until_it_can_be_asked_for_and_holds_no_other_back()
    {
        await using var bench = await StartAsync();
        Directory.Delete(bench.Folder("ind"), recursive: true);
        await bench.LeaveAsync(Payments.Name, Payments.TwoEntries.AsMemory(0, 40));
        await bench.LeaveAsync("0101_20261124060000-1_dag20261124.bet", Payments.Written("0101", "dag20261124", [Payments.Entry("DAK", "&07+00000000000100")], 1, 100));

        var read = await bench.ReadAsync();
        read.Entries.Count.ShouldBe(1);
        read = await bench.ReadAsync(read.Cursor);
        bench.Lying("ud").ShouldBe([Payments.Name]);
        bench.Log.Errors.ShouldContain(error => error.Contains("could not be asked for the payment file", StringComparison.Ordinal));

        Directory.CreateDirectory(bench.Folder("ind"));
        read = await bench.ReadAsync(read.Cursor);
        bench.Lying("ind").ShouldBe([Question]);
        await bench.ReadAsync(read.Cursor);
        bench.Lying("ud").ShouldBeEmpty();
    }

    [Test]
    public async Task a_file_without_its_name_is_still_being_written_and_waits()
    {
        await using var bench = await StartAsync();
        await File.WriteAllBytesAsync(Path.Combine(bench.Folder("ud"), Payments.Name + ".tmp"), Payments.TwoEntries[..40]);

        (await bench.ReadAsync()).Entries.ShouldBeEmpty();

        bench.Lying("ind").ShouldBeEmpty();
        bench.Log.Errors.ShouldBeEmpty();
    }

    [TestCase("&012&02", "&013&02", "CONTROL-TOTALS")]
    [TestCase("&012&02", "&011&02", "CONTROL-TOTALS")]
    [TestCase("&02+00000000017000", "&02+00000000017001", "CONTROL-TOTALS")]
    [TestCase("&02+00000000017000", "", "CONTROL-TOTALS")]
    [TestCase("&07+00000000007000", "&07+00000000007001", "CONTROL-TOTALS")]
    [TestCase("&021&030101", "&021&030751", "FILE-HEADER")]
    [TestCase("&021&030101", "&022&030101", "FILE-HEADER")]
    [TestCase("&04dag20261123", "&04dag20261124", "FILE-HEADER")]
    [TestCase("PRISME-BETALING", "PRISME-KVIT", "FILE-HEADER")]
    [TestCase("00000002", "00000003", "FILE-UNREADABLE")]
    [TestCase("&01p-1&02DAK", "&02p-1&01DAK", "FILE-UNREADABLE")]
    [TestCase("&07+00000000007000", "&07-00000000007000", "LINE-UNREADABLE")]
    [TestCase("&07+00000000007000", "", "LINE-UNREADABLE")]
    [TestCase("&07+00000000007000", "&070101701234 kr", "LINE-UNREADABLE")]
    public void or_says_what_cannot_be_it_is_refused_whole_by_its_code_and_no_value(string good, string bad, string code)
    {
        var text = Encoding.UTF8.GetString(Payments.TwoEntries);
        text.ShouldContain(good);

        var refused = PaymentFile.Read("0101", Payments.FileId, Payments.Name, Encoding.UTF8.GetBytes(ReplaceFirst(text, good, bad))).ShouldBeOfType<PaymentReading.Refused>();

        refused.Code.ShouldBe(code);
        refused.Text.ShouldNotContain("0101701234");
    }

    [TestCase("000B1000000003", "000B2000000003", 2, "type", EntryFault.NotKnown)]
    [TestCase("&01p-1&02DAK", "&02DAK", 1, "01", EntryFault.Missing)]
    [TestCase("DAK", "NYT", 1, "02", EntryFault.NotKnown)]
    [TestCase("&07+00000000007000", "&06X&07+00000000007000", 1, "06", EntryFault.NotKnown)]
    [TestCase("&02RYK", "&02KTO", 2, "13", EntryFault.NotKnown)]
    [TestCase("&0920261122", "&0920260230", 1, "09", EntryFault.NotADate)]
    [TestCase("&1020261123093000", "&1020261123253000", 1, "10", EntryFault.NotAMoment)]
    public async Task a_line_that_cannot_be_read_in_a_file_whose_totals_agree_keeps_none_of_the_others_back(string good, string bad, int entry, string field, EntryFault fault)
    {
        var text = ReplaceFirst(Encoding.UTF8.GetString(Payments.TwoEntries), good, bad);
        await using var bench = await StartAsync();
        await bench.LeaveAsync(Payments.Name, Encoding.UTF8.GetBytes(text));

        var read = await bench.ReadAsync();

        read.Refused.ShouldBeEmpty();
        bench.Lying("ind").ShouldBeEmpty();
        read.Entries.Count.ShouldBe(2);
        read.Entries[2 - entry].ShouldBe(PaymentFile.Read("0101", Payments.FileId, Payments.Name, Payments.TwoEntries).ShouldBeOfType<PaymentReading.Taken>().Entries[2 - entry]);
        var unreadable = read.Entries[entry - 1].ShouldBeOfType<DebtorEntry.Unreadable>();
        (unreadable.Line.Document, unreadable.Line.Line, unreadable.Line.Field, unreadable.Line.Fault).ShouldBe((Payments.Name, entry + 1, field, fault));
        unreadable.Subject.ShouldBe(new EntrySubject("DK-710100-434536", "PR-77", "000000000000018"));
        unreadable.AmountOre.ShouldBe(entry == 1 ? 7000 : 10000);
        bench.Log.Errors.ShouldHaveSingleItem().ShouldContain($"line {entry + 1} cannot be read");
    }

    [Test]
    public void a_line_that_cannot_be_read_is_the_same_whatever_file_brings_it_again()
    {
        DebtorEntry Read(string fileId, string name, params string[] entries) =>
            PaymentFile.Read("0101", fileId, name, Payments.Written("0101", fileId, entries, entries.Length, 100 * entries.Length)).ShouldBeOfType<PaymentReading.Taken>().Entries[^1];
        var bad = Payments.Entry("NYT", "&07+00000000000100");

        var first = Read("a", "0101_1_a.bet", bad);
        Read("b", "0101_2_b.bet", Payments.Entry("DAK", "&07+00000000000100", id: "p-0"), bad).EntryId.ShouldBe(first.EntryId);
        Read("b", "0101_2_b.bet", Payments.Entry("NYT", "&07+00000000000100", id: "p-9")).EntryId.ShouldNotBe(first.EntryId);
    }

    [Test]
    public void two_lines_that_say_the_same_and_name_no_entry_are_two_and_the_same_file_again_brings_no_more()
    {
        var bad = Payments.Entry("DAK", "&07+00000000000100", id: "");
        IReadOnlyList<string> Read(string fileId, string name) =>
            [.. PaymentFile.Read("0101", fileId, name, Payments.Written("0101", fileId, [bad, bad], 2, 200)).ShouldBeOfType<PaymentReading.Taken>().Entries.Select(entry => entry.EntryId)];

        var first = Read("a", "0101_1_a.bet");
        first.Distinct().Count().ShouldBe(2);
        Read("A", "0101_2_A.bet").ShouldBe(first);
        Read("b", "0101_3_b.bet").Intersect(first).ShouldBeEmpty();
    }

    [TestCase(20, true)]
    [TestCase(21, false)]
    public void a_few_such_lines_are_mistakes_and_many_are_another_format(int lines, bool isTaken)
    {
        string[] entries = [.. Enumerable.Range(1, lines).Select(n => Payments.Entry("NYT", "&07+00000000000100", id: $"p-{n}"))];

        var reading = PaymentFile.Read("0101", Payments.FileId, Payments.Name, Payments.File(100 * lines, entries));

        (reading is PaymentReading.Taken).ShouldBe(isTaken);
        if (reading is PaymentReading.Refused refused)
            (refused.Code, refused.Line, refused.Field).ShouldBe(("LINE-UNREADABLE", 2, "02"));
    }

    [Test]
    public async Task another_municipalitys_file_is_refused_by_its_name_already()
    {
        await using var bench = await StartAsync();
        await bench.LeaveAsync($"0751_20261123060000-1_{Payments.FileId}.bet", Payments.TwoEntries);

        (await bench.ReadAsync()).Entries.ShouldBeEmpty();

        (await File.ReadAllTextAsync(Path.Combine(bench.Folder("ind"), Question))).ShouldContain("&05FILE-HEADER");
    }

    private static async Task<PrismeBench> StartAsync()
    {
        var bench = await PrismeBench.StartAsync();
        await bench.StopStandInAsync();
        return bench;
    }

    private static string ReplaceFirst(string text, string good, string bad)
    {
        var at = text.IndexOf(good, StringComparison.Ordinal);
        return text[..at] + bad + text[(at + good.Length)..];
    }
}
