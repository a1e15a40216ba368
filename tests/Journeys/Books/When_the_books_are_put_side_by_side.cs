using ClaimsTransfer.Cli.Report;
using Shouldly;

namespace ClaimsTransfer.Journeys.Books;

[TestFixture]
public sealed class When_the_books_are_put_side_by_side
{
    private static readonly IngestFigures Accepted = new(Lines: 14, Accepted: 10, AcceptedOre: 70_000, Changes: 1, Duplicates: 1, Refused: 1, Waiting: 1);
    private static readonly RoutingFigures AllTransferred = RoutingFigures.None with { Claims = 10, Ore = 70_000, Transferred = 10, TransferredOre = 70_000 };

    [Test]
    public void they_balance_when_every_claim_is_somewhere() => Report(Accepted, AllTransferred).ShouldSatisfyAllConditions(
        report => report.AtRest.ShouldBeTrue(), report => report.Identities.Hold.ShouldBeTrue(), report => report.Failures.ShouldBeEmpty());

    [Test]
    public void a_claim_that_routing_has_not_seen_is_in_flight()
    {
        var report = Report(Accepted, AllTransferred with { Claims = 8, Ore = 50_000, Transferred = 8, TransferredOre = 50_000 });
        report.AtRest.ShouldBeFalse();
        report.Total.InFlight.ShouldBe(2);
        report.Total.InFlightOre.ShouldBe(20_000);
        report.Identities.Hold.ShouldBeTrue();
    }

    [Test]
    public void more_claims_at_routing_than_accepted_is_a_failure() =>
        Report(Accepted, AllTransferred with { Claims = 11, Transferred = 11 }).ShouldSatisfyAllConditions(report => report.Identities.Claims.ShouldBeFalse(), report => report.Failures.ShouldNotBeEmpty());

    [Test]
    public void a_claim_in_no_state_is_a_failure() => Report(Accepted, AllTransferred with { Transferred = 9 }).Identities.Claims.ShouldBeFalse();

    [Test]
    public void one_oere_lost_at_rest_is_a_failure()
    {
        var report = Report(Accepted, AllTransferred with { Ore = 69_999, TransferredOre = 69_999 });
        report.Identities.Ore.ShouldBeFalse();
        report.Failures.ShouldHaveSingleItem().ShouldContain("0101");
    }

    [Test]
    public void oere_that_differ_while_something_is_on_its_way_are_not() =>
        Report(Accepted, AllTransferred with { Ore = 69_999, TransferredOre = 69_999, OpenInstructions = 1 }).Identities.Ore.ShouldBeTrue();

    [Test]
    public void oere_as_they_were_submitted_are_not_held_against_changed_claims() =>
        Balance.Of(Books(Ingest(Accepted), Routing(AllTransferred with { Ore = 69_999, TransferredOre = 69_999 })), 0, DateTimeOffset.UnixEpoch, amountsAsSubmitted: true)
            .ShouldSatisfyAllConditions(report => report.AtRest.ShouldBeTrue(), report => report.Identities.Hold.ShouldBeTrue(), report => report.Failures.ShouldBeEmpty());

    [Test]
    public void a_message_on_a_queue_is_not_rest() =>
        Balance.Of(Books(Ingest(Accepted), Routing(AllTransferred)), waitingOnQueues: 1, DateTimeOffset.UnixEpoch).AtRest.ShouldBeFalse();

    [Test]
    public void a_message_that_ingest_has_still_to_publish_is_not_rest() =>
        Balance.Of(Books(Ingest(Accepted) with { Unpublished = 1 }, Routing(AllTransferred)), 0, DateTimeOffset.UnixEpoch).AtRest.ShouldBeFalse();

    [Test]
    public void a_line_that_counts_as_nothing_is_a_failure() => Report(Accepted with { Refused = 0 }, AllTransferred).Identities.Lines.ShouldBeFalse();

    [Test]
    public void a_line_that_no_municipality_has_is_a_failure() =>
        Balance.Of(Books(Ingest(Accepted) with { Lines = 15 }, Routing(AllTransferred)), 0, DateTimeOffset.UnixEpoch).Identities.Lines.ShouldBeFalse();

    [Test]
    public void lines_that_name_no_municipality_are_in_the_total()
    {
        var report = Balance.Of(
            Books(new IngestBook(17, new Dictionary<string, IngestFigures>(StringComparer.Ordinal) { ["0101"] = Accepted }, IngestFigures.None with { Lines = 3, Refused = 3 }),
            Routing(AllTransferred)), 0, DateTimeOffset.UnixEpoch);
        report.Identities.Hold.ShouldBeTrue();
        report.Total.Refused.ShouldBe(4);
    }

    [Test]
    public void money_that_is_not_back_is_not_rest()
    {
        var pending = Balance.Of(Books(Ingest(Accepted), Routing(AllTransferred), ledger: LedgerFigures.None with { MoneyPending = 1 }), 0, DateTimeOffset.UnixEpoch);
        pending.AtRest.ShouldBeFalse();
        pending.Identities.Hold.ShouldBeTrue();
    }

    [Test]
    public void a_payment_that_FBS_has_not_confirmed_is_not_rest() =>
        Balance.Of(Books(Ingest(Accepted), Routing(AllTransferred), PaymentsFigures.None with { Pending = 1 }), 0, DateTimeOffset.UnixEpoch).AtRest.ShouldBeFalse();

    [Test]
    public void what_came_in_is_shown_by_our_ledger_and_by_the_debtor_systems()
    {
        var total = Balance.Of(
            Books(Ingest(Accepted), Routing(AllTransferred), new PaymentsFigures(9_000, 2_000, 500, 1, 3, 0), new LedgerFigures(10, 70_000, 1, 9_001, 501), new FbsFigures(1)),
            0, DateTimeOffset.UnixEpoch).Total;

        (total.CoveredOre, total.ReversedOre, total.WrittenOffOre, total.Settled, total.Unmatched).ShouldBe((9_000, 2_000, 500, 1, 3));
        (total.DebtorCoveredOre, total.DebtorWrittenOffOre, total.ReconciledToFbs).ShouldBe((9_001, 501, 1));
        total.Differences.ShouldBeNull();
    }

    private static BooksReport Report(IngestFigures ingest, RoutingFigures routing) => Balance.Of(Books(Ingest(ingest), Routing(routing)), 0, DateTimeOffset.UnixEpoch);

    private static AllBooks Books(IngestBook ingest, RoutingBook routing, PaymentsFigures? payments = null, LedgerFigures? ledger = null, FbsFigures? fbs = null) => new(
        ingest, routing, new PaymentsBook(InCopenhagen(payments)), InCopenhagen(ledger), InCopenhagen(fbs));

    private static Dictionary<string, T> InCopenhagen<T>(T? figures)
        where T : class
    {
        var all = new Dictionary<string, T>(StringComparer.Ordinal);
        if (figures is not null)
            all["0101"] = figures;
        return all;
    }

    private static IngestBook Ingest(IngestFigures figures) => new(figures.Lines, new Dictionary<string, IngestFigures>(StringComparer.Ordinal) { ["0101"] = figures }, IngestFigures.None);

    private static RoutingBook Routing(RoutingFigures figures) => new(new Dictionary<string, RoutingFigures>(StringComparer.Ordinal) { ["0101"] = figures });
}
