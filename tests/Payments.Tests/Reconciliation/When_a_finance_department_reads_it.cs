using System.Text;
using System.Text.RegularExpressions;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Running;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

[TestFixture]
public sealed class When_a_finance_department_reads_it
{
    private Ledgers _ledgers = null!;

    [SetUp]
    public async Task Open() => _ledgers = await Ledgers.NewAsync(Engine.Sqlite);

    [TearDown]
    public async Task Close()
    {
        if (_ledgers is not null)
            await _ledgers.DisposeAsync();
    }

    [Test]
    public async Task the_CSV_is_what_a_Danish_spreadsheet_opens()
    {
        await _ledgers.EverywhereAsync(434536, 123456);
        _ledgers.Debtor(434536, 6000);
        await _ledgers.EverywhereAsync(434537, 7000);
        _ledgers.NotAtDebtor(434537);

        var csv = await _ledgers.CsvAsync(await _ledgers.ReconcileAsync());

        csv[0].ShouldBe('\uFEFF');
        csv[1..].Split("\r\n").ShouldBe(
        [
            "Kommune;Bibliotek;Gebyrnummer;Reference;FBS (kr.);Kravoverførslen (kr.);Debitorsystem (kr.);Indbetaling uden krav (kr.);Årsag;Ellers;Siden;Anbefalet handling;Kan udføres automatisk;Udført;Årsagskode;Handlingskode",
            "0101 København;DK-710100;434536;DK-710100-434536;1234,56;1234,56;60,00;;Beløbet er forskelligt;;23-11-2026 10:00;Send det rigtige beløb til debitorsystemet igen.;ja;;amountDiffers;readjust",
            "0101 København;DK-710100;434537;DK-710100-434537;70,00;70,00;;;Mangler i debitorsystemet;;23-11-2026 10:00;Registrér kravet igen i debitorsystemet under samme reference.;ja;;missingAtDebtor;reregister",
            "",
        ]);
    }

    [Test]
    public async Task what_others_wrote_is_neither_formula_nor_markup_nor_a_CPR_number()
    {
        _ledgers.Debtor("=HYPERLINK(\"http://x\";1)", 100);
        _ledgers.Debtor("<script>alert(1)</script>", 100);
        _ledgers.Debtor("paid by 0101011234", 100);
        var run = await _ledgers.ReconcileAsync();

        var (csv, html) = (await _ledgers.CsvAsync(run), await _ledgers.HtmlAsync(run));

        csv.ShouldContain("\"'=HYPERLINK(\"\"http://x\"\";1)\"");
        html.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;");
        html.ShouldNotContain("<script");
        (csv + html).ShouldNotContain("0101011234");
        html.ShouldContain("paid by ##########");
    }

    [Test]
    public async Task the_page_stands_by_itself_and_is_read_by_a_screen_reader_too()
    {
        await _ledgers.EverywhereAsync(1, 123456);
        await _ledgers.EverywhereAsync(2, 7000);
        _ledgers.Debtor(2, 6000);

        var html = await _ledgers.HtmlAsync(await _ledgers.ReconcileAsync());

        html.ShouldStartWith("<!DOCTYPE html>");
        html.ShouldContain("<html lang=\"da\">");
        html.ShouldContain("<title>Afstemning København Kommune 23-11-2026</title>");
        html.ShouldContain("23. november 2026");
        html.ShouldContain("1.304,56");
        html.ShouldContain("−10,00");
        html.ShouldContain("""<th scope="row">DK-710100</th><td>2</td><td class="number">70,00</td><td class="number">70,00</td><td class="number">60,00</td>""");
        html.ShouldContain("Send det rigtige beløb til debitorsystemet igen.");
        html.ShouldContain("<strong>1 afvigelse.</strong> 1 krav stemmer på øren i alle tre systemer.");
        Regex.Matches(html, "<th(?![^>]*scope=)(?!ead)").ShouldBeEmpty();
        html.ShouldNotContain("://");
        html.ShouldNotContain("<script");
        html.ShouldNotContain("<link");
        html.ShouldNotContain("src=");
    }

    [Test]
    public async Task agreement_and_failure_say_so()
    {
        await _ledgers.EverywhereAsync(1, 7000);
        (await _ledgers.HtmlAsync(await _ledgers.ReconcileAsync())).ShouldContain("Alt stemmer.");

        _ledgers.Others.Accounts = OtherSystems.BreaksAfter([]);
        var failed = await _ledgers.HtmlAsync(await _ledgers.ReconcileAsync());

        failed.ShouldContain("Afstemningen blev ikke gennemført.");
        failed.ShouldNotContain("Alt stemmer.");
        failed.ShouldNotContain("De tre systemer");
    }

    [Test]
    public async Task of_very_many_differences_the_page_shows_a_part_of_each_cause_and_names_the_CSV()
    {
        await _ledgers.OursAsync([.. Enumerable.Range(1, 60).Select(fee => Ledgers.Row(fee, "Open", 7000))]);
        for (var fee = 1; fee <= 60; fee++)
            _ledgers.Fbs(fee, 7000);
        for (var fee = 41; fee <= 60; fee++)
            _ledgers.Debtor(fee, 6000);
        for (var fee = 59; fee <= 60; fee++)
            _ledgers.Debtor(fee, 7000, bookings: 2);
        var run = await _ledgers.ReconcileAsync();

        var html = await _ledgers.HtmlAsync(run, mostLines: 10);

        html.ShouldContain("Siden viser de første 10 linjer, fordelt på årsagerne. CSV-filen har alle 60.");
        Regex.Count(html, """<th scope="row">DK-710100</th>""").ShouldBe(10);
        html.ShouldContain("4 af 40 er vist");
        html.ShouldContain("4 af 18 er vist");
        (await _ledgers.CsvAsync(run)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(61);
        (await _ledgers.HtmlAsync(run)).ShouldNotContain("CSV-filen har alle");
    }

    [Test]
    public async Task payments_without_a_claim_and_late_lines_show_what_is_special_about_them()
    {
        _ledgers.Neighbours.Unmatched.Add(new UnmatchedPayment(DeterministicId.Of(Guid.Empty, "x"), "000000000000018", 4200, 0));
        await _ledgers.EverywhereAsync(1, 7000);
        _ledgers.Debtor(1, 6000, changedAt: _ledgers.Time.Now);
        var run = await _ledgers.ReconcileAsync();

        var html = await _ledgers.HtmlAsync(run);

        html.ShouldContain("""<th scope="row" colspan="2">""");
        html.ShouldContain("""<td class="date">01-01-1970</td><td class="number">42,00</td>""");
        html.ShouldContain("<td>Beløbet er forskelligt</td>");
        Encoding.UTF8.GetByteCount(html).ShouldBeLessThan(20_000);
    }
}
