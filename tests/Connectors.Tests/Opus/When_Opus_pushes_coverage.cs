using System.Net;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Opus;

public sealed class When_Opus_pushes_coverage
{
    private static readonly EntrySubject Subject = new("DK-710100-434536", "OP-77", "000000000000018");
    private static readonly DateTimeOffset BookedAt = new(2026, 11, 23, 9, 30, 0, TimeSpan.Zero);
    private static readonly DateOnly ValueDate = new(2026, 11, 22);

    private static IEnumerable<TestCaseData> Kinds()
    {
        yield return Kind("DAEKNING", "<Beloeb>70.00</Beloeb><Kanal>mobilePay</Kanal>", new DebtorEntry.Coverage("p-1", Subject, BookedAt, ValueDate, 7000, "mobilePay"));
        yield return Kind("TILBAGEFOERSEL", "<Beloeb>70.00</Beloeb>", new DebtorEntry.Reversal("p-1", Subject, BookedAt, ValueDate, 7000, "p-0"), "<TilbagefoererPosteringId>p-0</TilbagefoererPosteringId>");
        yield return Kind("AFSKRIVNING", "<Beloeb>20.50</Beloeb>", new DebtorEntry.WriteOff("p-1", Subject, BookedAt, ValueDate, 2050, "Eftergivet"), "<Aarsag>Eftergivet</Aarsag>");
        yield return Kind("AFSKRIVNING", "<Beloeb>-20.50</Beloeb>", new DebtorEntry.WriteOff("p-1", Subject, BookedAt, ValueDate, -2050, null));
        yield return Kind("AFSKRIVNING", "<Delfordring>RYKKERGEBYR</Delfordring><Beloeb>100.00</Beloeb>", new DebtorEntry.ChargeWaiver("p-1", Subject, BookedAt, ValueDate, 10000, AccountPart.ReminderFee, "Frafaldet"), "<Aarsag>Frafaldet</Aarsag>");
        yield return Kind("REGULERING", "<Delfordring>RENTE</Delfordring><Beloeb>-0.37</Beloeb>", new DebtorEntry.ChargeWaiver("p-1", Subject, BookedAt, ValueDate, 37, AccountPart.Interest, null));
        yield return Kind("REGULERING", "<Beloeb>-0.01</Beloeb>", new DebtorEntry.Adjustment("p-1", Subject, BookedAt, ValueDate, -1, "Fejl"), "<Aarsag>Fejl</Aarsag>");
        yield return Kind("REGULERING", "<Beloeb>12</Beloeb>", new DebtorEntry.Adjustment("p-1", Subject, BookedAt, ValueDate, 1200, null));
        yield return Kind("RYKKERGEBYR", "<Beloeb>100.00</Beloeb>", new DebtorEntry.Charge("p-1", Subject, BookedAt, ValueDate, 10000, AccountPart.ReminderFee));
        yield return Kind("RENTE", "<Beloeb>0.37</Beloeb>", new DebtorEntry.Charge("p-1", Subject, BookedAt, ValueDate, 37, AccountPart.Interest));
        yield return Kind("KONTOSTATUS", "", new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.Open), "<Kontostatus>AABEN</Kontostatus>");
        yield return Kind("KONTOSTATUS", "", new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.Closed), "<Kontostatus>LUKKET</Kontostatus>");
        yield return Kind("KONTOSTATUS", "", new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.InCollection), "<Kontostatus>INDDRIVELSE</Kontostatus>");
        yield return Kind("KONTOSTATUS", "", new DebtorEntry.Account("p-1", Subject, BookedAt, ValueDate, DebtorAccountStatus.Recalled), "<Kontostatus>TILBAGEKALDT</Kontostatus>");
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Each_kind_is_read_as_what_it_is(string posting, DebtorEntry expected)
    {
        await using var bench = await OpusBench.StartAsync();

        var (status, answer) = await bench.BringAsync(Money.Pushed(posting));

        status.ShouldBe(HttpStatusCode.OK, answer);
        answer.ShouldContain("<Modtaget>1</Modtaget>");
        bench.Entries.Single().Municipality.ShouldBe("0101");
        bench.Entries.Single().Entries.ShouldBe([expected]);
    }

    [TestCase("DAEKNING", "HOVEDSTOL", AccountPart.Principal)]
    [TestCase("DAEKNING", "RYKKERGEBYR", AccountPart.ReminderFee)]
    [TestCase("TILBAGEFOERSEL", "RENTE", AccountPart.Interest)]
    public async Task The_part_says_whose_money_it_is(string art, string part, AccountPart expected)
    {
        await using var bench = await OpusBench.StartAsync();

        await bench.BringAsync(Money.Pushed(Money.Posting(art, $"<Delfordring>{part}</Delfordring><Beloeb>1.00</Beloeb>")));

        (bench.Entries.Single().Entries.Single() switch
        {
            DebtorEntry.Coverage coverage => coverage.Part,
            DebtorEntry.Reversal reversal => reversal.Part,
            _ => throw new AssertionException("neither coverage nor reversal"),
        }).ShouldBe(expected);
    }

    [TestCase("0.01", 1)]
    [TestCase("0.29", 29)]
    [TestCase("1.1", 110)]
    [TestCase("2.56", 256)]
    [TestCase("4.35", 435)]
    [TestCase("1.005e0", null)]
    [TestCase("70.005", null)]
    [TestCase("999999999999.99", 99_999_999_999_999)]
    [TestCase("100000000000000.00", null)]
    public async Task Kroner_are_øre_exactly_or_nothing(string kroner, long? ore)
    {
        await using var bench = await OpusBench.StartAsync();

        await bench.BringAsync(Money.Pushed(Money.Posting("DAEKNING", $"<Beloeb>{kroner}</Beloeb>")));

        bench.Entries.Select(document => ((DebtorEntry.Coverage)document.Entries.Single()).AmountOre).ShouldBe(ore is { } read ? [read] : []);
    }

    [Test]
    public async Task Nothing_but_an_amount_is_needed_and_references_may_be_anything()
    {
        await using var bench = await OpusBench.StartAsync();

        await bench.BringAsync(Money.Pushed(
            "<Postering><PosteringId>a</PosteringId><Art>DAEKNING</Art><EksternReference>not a reference, æøå</EksternReference><Beloeb>1.00</Beloeb>" +
            "<Valoerdato>2026-11-22</Valoerdato><Bogfoert>2026-11-22T23:30:00.123456789Z</Bogfoert></Postering>",
            "<Postering><PosteringId>b</PosteringId><Art>DAEKNING</Art><Betalingsid>wrong</Betalingsid><Beloeb>1.00</Beloeb>" +
            "<Valoerdato> 2026-11-22 </Valoerdato><Bogfoert>2026-11-22T23:30:00-05:00</Bogfoert></Postering>"));

        bench.Entries.Single().Entries.Select(entry => entry.Subject).ShouldBe([new EntrySubject("not a reference, æøå"), new EntrySubject(null, null, "wrong")]);
        bench.Entries.Single().Entries[1].BookedAt.ShouldBe(new DateTimeOffset(2026, 11, 23, 4, 30, 0, TimeSpan.Zero));
        bench.Entries.Single().Entries.ShouldAllBe(entry => entry.BookedAt.Offset == TimeSpan.Zero);
    }

    [Test]
    public async Task Five_hundred_come_in_one_document_and_are_one_handing_in()
    {
        await using var bench = await OpusBench.StartAsync();
        string[] postings = [.. Enumerable.Range(1, 500).Select(n => Money.Posting("DAEKNING", "<Beloeb>1.00</Beloeb>", id: $"p-{n}"))];

        (await bench.BringAsync(Money.Pushed(postings))).Answer.ShouldContain("<Modtaget>500</Modtaget>");
        bench.Entries.Single().Entries.Select(entry => entry.EntryId).ShouldBe(Enumerable.Range(1, 500).Select(n => $"p-{n}"));

        (await bench.BringAsync(Money.Pushed([.. postings, postings[0]]))).Status.ShouldBe(HttpStatusCode.BadRequest);
        bench.Entries.Count.ShouldBe(1);
    }

    [Test]
    public async Task It_is_answered_only_when_it_is_stored_and_what_comes_again_is_handed_in_again()
    {
        await using var bench = await OpusBench.StartAsync();
        var document = Money.Pushed(Money.Posting("DAEKNING", "<Beloeb>1.00</Beloeb>"));
        bench.InboxIsBroken = true;

        (await bench.BringAsync(document)).Status.ShouldBe(HttpStatusCode.InternalServerError);
        bench.InboxIsBroken = false;
        (await bench.BringAsync(document)).Status.ShouldBe(HttpStatusCode.OK);
        (await bench.BringAsync(document)).Status.ShouldBe(HttpStatusCode.OK);

        bench.Entries.Count.ShouldBe(2);
        bench.Entries.First().Entries.ShouldBe(bench.Entries.Last().Entries);
    }

    [TestCase("DAEKNING", "<Beloeb>0.00</Beloeb>", "", "Beloeb")]
    [TestCase("DAEKNING", "<Beloeb>-1.00</Beloeb>", "", "Beloeb")]
    [TestCase("TILBAGEFOERSEL", "<Beloeb>-1.00</Beloeb>", "", "Beloeb")]
    [TestCase("RENTE", "", "", "Beloeb")]
    [TestCase("DAEKNING", "<Beloeb>0101701234,00</Beloeb>", "", "Beloeb")]
    [TestCase("REGULERING", "<Delfordring>0101701234</Delfordring><Beloeb>1.00</Beloeb>", "", "Delfordring")]
    [TestCase("KONTOSTATUS", "", "", "Kontostatus")]
    [TestCase("KONTOSTATUS", "<Beloeb>1.00</Beloeb>", "<Kontostatus>AABEN</Kontostatus>", "Beloeb")]
    [TestCase("KONTOSTATUS", "", "<Kontostatus>0101701234</Kontostatus>", "Kontostatus")]
    [TestCase("DAEKNING", "<Beloeb>1.00</Beloeb>", "<Kontostatus>AABEN</Kontostatus>", "Kontostatus")]
    [TestCase("0101701234", "<Beloeb>1.00</Beloeb>", "", "Art")]
    public async Task What_does_not_fit_refuses_all_of_the_document_by_line_and_element_and_by_no_value(string art, string amount, string end, string element)
    {
        await using var bench = await OpusBench.StartAsync();

        var (status, answer) = await bench.BringAsync(Money.Pushed(Money.Posting("DAEKNING", "<Beloeb>1.00</Beloeb>", id: "p-0"), Money.Posting(art, amount, end)));

        status.ShouldBe(HttpStatusCode.BadRequest);
        answer.ShouldContain("Client");
        answer.ShouldContain($"the element {element}");
        answer.ShouldContain("Line 3,");
        answer.ShouldNotContain("0101701234");
        bench.Entries.ShouldBeEmpty();
        bench.Refused.ShouldBe([("0101", new RefusedDocument("DaekningAfskrivning p-0", DocumentKind.Push, "DaekningAfskrivning p-0", DocumentFault.WrongEntry, 3, element) { EntryId = "p-0" })]);
    }

    [Test]
    public async Task A_push_that_is_no_document_is_told_to_people_too_and_one_of_receipts_is_not()
    {
        await using var bench = await OpusBench.StartAsync();

        await bench.BringAsync("<not xml");
        await bench.BringAsync(Money.Receipt(OpusBench.Register(1).Id, "not a slip").Replace("ACCEPTERET", "MAASKE", StringComparison.Ordinal));

        var document = bench.Refused.ShouldHaveSingleItem().Document;
        document.ShouldBe(new RefusedDocument(document.DocumentId, DocumentKind.Push, "push", DocumentFault.Unreadable, 1));
    }

    [Test]
    public async Task A_push_that_names_no_posting_is_the_same_when_the_same_body_comes_and_no_other()
    {
        await using var bench = await OpusBench.StartAsync();

        foreach (var body in (string[])["<not xml", "<not xml", "<nor this", Money.Pushed(Money.Posting("NYT", "", id: ""))])
            await bench.BringAsync(body);

        var ids = bench.Refused.Select(refused => refused.Document.DocumentId).ToList();
        ids[1].ShouldBe(ids[0]);
        ids.Distinct().Count().ShouldBe(3);
        bench.Refused.ShouldAllBe(refused => refused.Document.EntryId == null);

        await bench.BringAsync(Money.Pushed(Money.Posting("DAEKNING", "<Beloeb>1.00</Beloeb>")));
        await bench.BringAsync(Money.Pushed(Money.Posting("DAEKNING", "<Beloeb>1.00</Beloeb>")));
        var taken = bench.TakenDocuments.ToList();
        taken[0].ShouldBe(taken[1]);
        taken[0].ShouldNotBeNull().ShouldMatch("^push [0-9a-f]{64}$");
        ids.ShouldNotContain(taken[0]);
    }

    [Test]
    public async Task What_is_refused_is_answered_only_when_people_can_learn_of_it()
    {
        await using var bench = await OpusBench.StartAsync();
        bench.InboxIsBroken = true;

        (await bench.BringAsync(Money.Pushed(Money.Posting("NYT", "<Beloeb>1.00</Beloeb>")))).Status.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [TestCase("2026-11-22T10:00:00")]
    [TestCase("2026-11-22")]
    [TestCase("0001-01-01T00:00:00+14:00")]
    [TestCase("2026-02-30T10:00:00Z")]
    public async Task A_moment_without_its_offset_or_out_of_the_calendar_does_not_fit(string moment)
    {
        await using var bench = await OpusBench.StartAsync();

        (await bench.BringAsync(Money.Pushed(Money.Posting("DAEKNING", "<Beloeb>1.00</Beloeb>", bookedAt: moment)))).Status.ShouldBe(HttpStatusCode.BadRequest);
        bench.Entries.ShouldBeEmpty();
    }

    [Test]
    public async Task A_document_cut_off_anywhere_is_refused_whole()
    {
        await using var bench = await OpusBench.StartAsync();
        var document = Money.Pushed(Money.Posting("DAEKNING", "<Beloeb>1.00</Beloeb>"), Money.Posting("DAEKNING", "<Beloeb>2.00</Beloeb>", id: "p-2"));

        for (var length = 0; length < document.TrimEnd().Length; length++)
            (await bench.BringAsync(document[..length])).Status.ShouldBe(HttpStatusCode.BadRequest, $"cut after {length} characters");

        bench.Entries.ShouldBeEmpty();
        (await bench.BringAsync(document)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_receipt_brings_the_payment_slip_that_was_issued()
    {
        await using var bench = await OpusBench.StartAsync();

        await bench.BringAsync(Money.Receipt(OpusBench.Register(1).Id, "000000000000018"));
        await bench.BringAsync(Money.Receipt(OpusBench.Register(2).Id, null));

        bench.Receipts.Select(receipt => ((Submitted.Accepted)receipt.Receipt.Outcome).PaymentSlip).ShouldBe(["000000000000018", null]);
    }

    [Test]
    public async Task Asking_brings_the_payment_slip_too()
    {
        var instruction = OpusBench.Register(1);
        await using var bench = await OpusBench.StartAsync(before: (context, next) => Money.Replying(context, next, _ => Money.Envelope(
            $"<DebitorForespoergselSvar xmlns='{Money.Debtor}'><Svar><RegistreringId>{instruction.Id}</RegistreringId>{Money.ReceiptElement(instruction.Id, "000000000000018")}</Svar></DebitorForespoergselSvar>")));

        (await bench.FindAsync(instruction))[0].ShouldBeOfType<Found.Done>().PaymentSlip.ShouldBe("000000000000018");
    }

    private static TestCaseData Kind(string art, string amount, DebtorEntry expected, string end = "") =>
        new TestCaseData(Money.Posting(art, amount, end), expected).SetArgDisplayNames(art, expected is DebtorEntry.Account account ? account.Status.ToString() : amount);
}
