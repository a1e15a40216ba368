using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Asking;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Tests.Journal;
using ClaimsTransfer.Routing.Tests.Saga;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Asking;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_claims_are_asked_for(Engine engine) : RoutingFixture(engine)
{
    private ClaimSearch Search => new(Store);

    [Test]
    public async Task The_journal_says_which_messages_it_has_and_what_became_of_them()
    {
        var (claim, gap) = (Claim(1), Change(1, 3));
        await Handler.HandleAsync([Deliver(claim), Deliver(gap)], default);

        var recorded = (await new RecordedMessages(Store).FindAsync([claim.MessageId, Claims.Message("never"), gap.MessageId], default)).Recorded;

        recorded.OrderBy(message => message.Event).Select(message => (message.MessageId, message.ClaimId, message.Event, message.Verdict, message.At)).ShouldBe(
        [
            (gap.MessageId, claim.ClaimId, MessageNames.ClaimAdjusted, Verdict.Parked, Claims.Start),
            (claim.MessageId, claim.ClaimId, MessageNames.ClaimCreated, Verdict.Applied, Claims.Start),
        ]);
        recorded.Single(message => message.MessageId == gap.MessageId).Notes.ShouldBe([ClaimNotes.WaitsFor(2)]);
        (await new RecordedMessages(Store).FindAsync([], default)).Recorded.ShouldBeEmpty();
    }

    [Test]
    public async Task A_claims_standing_says_what_is_awaited_and_what_lies_on_an_error_queue()
    {
        await Handler.HandleAsync([Deliver(Claim(1)), Deliver(Claims.DeadLettered() with { ClaimId = Claim(1).ClaimId, FeeId = 1 })], default);

        var standing = ClaimStanding.Of(await StateOf(1));

        standing.Category.ShouldBe(ClaimCategory.DeadLettered);
        standing.Open!.Kind.ShouldBe(InstructionKind.Register);
        standing.DeadLetters.ShouldBe([Claims.Message("m")]);
        standing.ReceivedAt.ShouldBe(Claims.Start);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(5)]
    [TestCase(100)]
    public async Task Page_by_page_every_claim_comes_once_the_newest_first_and_those_only_heard_of_last(int limit)
    {
        await Handler.HandleAsync([Deliver(Change(9, 2))], default);
        foreach (var batch in new[] { new[] { 1, 2, 3 }, [4], [5] })
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            await Handler.HandleAsync([.. batch.Select(number => Deliver(Claim(number)))], default);
        }

        var found = new List<long>();
        Place? after = null;
        do
        {
            var page = await Search.FindAsync(new ClaimFilter(), limit, after, default);
            page.Claims.Count.ShouldBeLessThanOrEqualTo(limit);
            found.AddRange(page.Claims.Select(claim => claim.FeeId));
            Place.TryParse(page.Next, out after).ShouldBeTrue();
        }
        while (after is not null);

        found[..2].ShouldBe([5, 4]);
        found[2..5].Order().ShouldBe([1, 2, 3]);
        found[5..].ShouldBe([9]);
    }

    [Test]
    public async Task Filters_hold_together_and_the_count_is_of_what_they_leave()
    {
        await Handler.HandleAsync([Deliver(Claim(1)), Deliver(Claim(2)), Deliver(Claim(3, "0751")), Deliver(Claim(4) with { Borrower = Claims.Child })], default);
        await ReportAsync(1, TransferOutcome.Accepted);
        await ReportAsync(2, TransferOutcome.Rejected);

        (await FoundAsync(new ClaimFilter(Municipality: ["0101"]))).ShouldBe([1, 2, 4]);
        (await FoundAsync(new ClaimFilter(Municipality: ["0101", "0751"]))).ShouldBe([1, 2, 3, 4]);
        (await FoundAsync(new ClaimFilter(Municipality: ["0461"]))).ShouldBeEmpty();
        (await FoundAsync(new ClaimFilter(Category: ["rejected", "Held"]))).ShouldBe([2, 3, 4]);
        (await FoundAsync(new ClaimFilter(Municipality: ["0101"], Category: ["Held"]))).ShouldBe([4]);
        (await FoundAsync(new ClaimFilter(Status: ["Transferred"]))).ShouldBe([1]);
        (await FoundAsync(new ClaimFilter(Agency: Claims.Agency, FeeId: 2))).ShouldBe([2]);
        (await FoundAsync(new ClaimFilter(ClaimId: Claim(4).ClaimId))).ShouldBe([4]);
        (await FoundAsync(new ClaimFilter(From: Claims.Start, To: Claims.Start))).ShouldBeEmpty();
        (await FoundAsync(new ClaimFilter(From: Claims.Start, To: Claims.Start.AddMilliseconds(1)))).ShouldBe([1, 2, 3, 4]);

        (await Search.CountAsync(new ClaimFilter(Category: ["Rejected", "Held"], Municipality: ["0101"]), default)).ShouldBe(new ClaimCount(2, 14000));
        (await Search.CountAsync(new ClaimFilter(FeeId: 77), default)).ShouldBe(new ClaimCount(0, 0));
    }

    [TestCase("434536", Description = "the fee")]
    [TestCase("434 536")]
    [TestCase("DK-710100-434536")]
    [TestCase("dk-710100-434536")]
    [TestCase("dk-710100 434536")]
    [TestCase("Dk710100/434536")]
    [TestCase("OPUS-77")]
    [TestCase("opus-77")]
    [TestCase(" Opus - 77")]
    [TestCase("001234567890128", Description = "the payment slip")]
    [TestCase("001 234567 890128")]
    [TestCase("1234567890128", Description = "kept as a number: its leading zeros are gone")]
    [TestCase("+71<001234567890128+81234567<")]
    [TestCase("+71< 001234567890128 + 81234567 <")]
    [TestCase("271828", Description = "the patron")]
    public async Task A_claim_is_found_by_what_people_have_in_hand(string text)
    {
        await Handler.HandleAsync([Deliver(Claim(434536) with { PatronId = 271828 }), Deliver(Claim(434537)), Deliver(Claim(7))], default);
        await ReportAsync(434536, TransferOutcome.Accepted, debtorReference: "Opus-77", slip: "001234567890128");
        await ReportAsync(434537, TransferOutcome.Accepted, debtorReference: "Opus-78", slip: "001234567890136");

        (await FoundAsync(new ClaimFilter(Text: text))).ShouldBe([434536]);
        (await FoundAsync(new ClaimFilter(Text: text, Municipality: ["0751"]))).ShouldBeEmpty();
        (await Search.CountAsync(new ClaimFilter(Text: text), default)).Count.ShouldBe(1);
    }

    [Test]
    public async Task A_patron_has_several_claims_and_a_number_may_be_a_fee_and_a_patron()
    {
        await Handler.HandleAsync([Deliver(Claim(1) with { PatronId = 3 }), Deliver(Claim(2) with { PatronId = 3 }), Deliver(Claim(3))], default);
        (await FoundAsync(new ClaimFilter(Text: "3"))).ShouldBe([1, 2, 3]);
    }

    [Test]
    public async Task A_text_is_looked_for_where_its_form_says()
    {
        await Handler.HandleAsync([Deliver(Claim(1)), Deliver(Claim(2)), Deliver(Claim(3, "0751")), Deliver(Claim(4) with { Borrower = Claims.Child })], default);
        await ReportAsync(2, TransferOutcome.Rejected);

        (await FoundAsync(new ClaimFilter(Text: " 2 "))).ShouldBe([2]);
        (await FoundAsync(new ClaimFilter(Text: "dk-710100"))).ShouldBe([1, 2, 4]);
        (await FoundAsync(new ClaimFilter(Text: "DK-710100-4"))).ShouldBe([4]);
        (await FoundAsync(new ClaimFilter(Text: $"{Claim(1).ClaimId}"))).ShouldBe([1]);
        (await FoundAsync(new ClaimFilter(Text: "HoldForPerson"))).ShouldBe([4]);
        (await FoundAsync(new ClaimFilter(Text: "Liable party"))).ShouldBe([2]);
        (await FoundAsync(new ClaimFilter(Text: "låneren"))).ShouldBe([4]);
        (await FoundAsync(new ClaimFilter(Text: "the borrower"))).ShouldBe([4]);
        (await FoundAsync(new ClaimFilter(Text: "D017", Municipality: ["0751"]))).ShouldBeEmpty();
        // What a pattern would read as anything at all is a character like any other.
        (await FoundAsync(new ClaimFilter(Text: "%"))).ShouldBeEmpty();
        (await FoundAsync(new ClaimFilter(Text: "hold_or"))).ShouldBeEmpty();
        (await FoundAsync(new ClaimFilter(Text: "[a-z]"))).ShouldBeEmpty();
    }

    [Test]
    public async Task What_a_claim_is_called_no_longer_it_is_not_found_by()
    {
        await Handler.HandleAsync([Deliver(Claim(4) with { Borrower = Claims.Child })], default);
        await Handler.HandleAsync([Deliver(Operate(4, ClaimOperation.Release))], default);

        (await FoundAsync(new ClaimFilter(Text: "HoldForPerson"))).ShouldBeEmpty();
        (await FoundAsync(new ClaimFilter(Status: ["Sending"]))).ShouldBe([4]);
    }

    [Test]
    public async Task Rejections_are_grouped_by_their_reason_while_they_stand()
    {
        await Handler.HandleAsync([.. Enumerable.Range(1, 4).Select(number => Deliver(Claim(number)))], default);
        await ReportAsync(1, TransferOutcome.Rejected);
        Clock.Advance(TimeSpan.FromHours(1));
        await ReportAsync(2, TransferOutcome.Rejected);
        await ReportAsync(3, TransferOutcome.Rejected, text: new string('x', 300));
        await ReportAsync(4, TransferOutcome.Rejected);
        await Handler.HandleAsync([Deliver(Operate(4, ClaimOperation.Retry))], default);

        var groups = (await new Rejections(Store).ReadAsync(["0101"], default)).Groups;

        groups.Count.ShouldBe(2);
        groups[0].ShouldBe(new RejectionGroup(
            "0101", "D017", "The liable party is not known", FixBy.Municipality, InstructionKind.Register, 2, 14000, Claims.Start, Claims.Start.AddHours(1)));
        groups[1].Text.ShouldBe(new string('x', 200));
        (await new Rejections(Store).ReadAsync(["0751"], default)).Groups.ShouldBeEmpty();
        (await new Rejections(Store).ReadAsync([], default)).Groups.Count.ShouldBe(2);
    }

    [Test]
    public async Task The_timeline_says_what_a_person_can_do_now()
    {
        await Handler.HandleAsync([Deliver(Claim(1)), Deliver(Claim(4) with { Borrower = Claims.Child })], default);

        var (sending, held) = ((await Timelines.FindAsync(Claims.Agency, 1, default))!, (await Timelines.FindAsync(Claims.Agency, 4, default))!);
        sending.Operations.ShouldBe(["retry", "ask", "cancel"]);
        sending.Open!.Id.ShouldBe((await StateOf(1)).Open!.Id);
        sending.DeadLetters.ShouldBeEmpty();
        sending.Timeline.Single().MessageId.ShouldBe(Claim(1).MessageId);
        held.Operations.ShouldBe(["release", "cancel"]);
        held.Open.ShouldBeNull();

        await ReportAsync(1, TransferOutcome.Accepted);
        (await Timelines.FindAsync(Claims.Agency, 1, default))!.Operations.ShouldBe(["cancel", "reregister", "readjust"]);
        (await StateOf(1)).Position.ShouldBe(2);
    }

    private async Task<IEnumerable<long>> FoundAsync(ClaimFilter filter)
    {
        filter.Fault().ShouldBeNull();
        var found = (await Search.FindAsync(filter, 100, null, default)).Claims.Select(claim => claim.FeeId).Order().ToList();
        (await Search.CountAsync(filter, default)).Count.ShouldBe(found.Count);
        return found;
    }

    private async Task ReportAsync(long feeId, TransferOutcome outcome, string? text = null, string? debtorReference = null, string? slip = null)
    {
        var state = await StateOf(feeId);
        var report = Claims.Reported(state, outcome) with { ClaimId = state.ClaimId, FeeId = feeId };
        if (debtorReference is not null)
            report = report with { DebtorReference = debtorReference, PaymentSlip = slip };
        await Handler.HandleAsync([Deliver(text is null ? report : report with { Text = text })], default);
    }

    /// <summary>A municipality that is not configured holds it; only its state says whose it is.</summary>
    private static ClaimCreated Claim(int number, string municipality) => Claim(number) with
    {
        Municipality = municipality, Agency = $"DK-7{municipality[1..]}00", ClaimId = DeterministicId.OfClaim($"DK-7{municipality[1..]}00", number),
    };

    private static ClaimAdjusted Change(int number, int version) => Claims.Adjusted(version, 5000) with
    {
        ClaimId = DeterministicId.OfClaim(Claims.Agency, number), FeeId = number, MessageId = Claims.Message($"adjusted/{number}/{version}"),
    };

    private static OperateClaim Operate(int number, ClaimOperation operation) => Claims.Operate(operation) with
    {
        ClaimId = DeterministicId.OfClaim(Claims.Agency, number), FeeId = number, MessageId = Claims.Message($"operate/{number}/{operation}"),
    };
}
