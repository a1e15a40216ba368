using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.Tests.Booking;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Matching;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_a_person_looks_at_the_worklist(Engine engine) : PaymentsFixture(engine)
{
    [Test]
    public async Task Every_line_says_what_is_wrong_since_when_and_what_to_do()
    {
        await OnAsync(Nameless("E1") with { Reference = "cpr 010101-1234", DebtorReference = "?" }, Claim(1), Paid(1, "E2", 9000), Paid(2, "E3", 100));

        var items = (await WorklistAsync()).Items;

        items.Select(item => (item.Kind, item.Cause, item.AmountOre)).ShouldBe(
            [(WorklistKind.UnmatchedEntry, "NoMatch", 7000), (WorklistKind.Account, "Excess", -2000), (WorklistKind.Account, "NoMatch", -100)], ignoreOrder: true);
        items.ShouldAllBe(item => item.Since == Money.Start && item.Action.Length > 0 && item.Municipality == "0101");
        items[0].Names["reference"].ShouldNotContain("010101-1234", Case.Sensitive, "whatever a person typed there");
        items[0].Names["entryId"].ShouldBe("E1");
    }

    [Test]
    public async Task A_line_that_cannot_be_read_says_where_and_what_and_goes_when_its_entry_is_booked()
    {
        var line = new UnreadableEntry("0101_1_dag1.bet", 3, "02", EntryFault.NotKnown, "E1", "B10 01=E1 02=NYT 12=Anna 010101-1234");
        await OnAsync(Claim(1), Nameless("unreadable-1", 100) with { Kind = DebtorEntryKind.Unreadable, DebtorReference = "OPUS-1", Unreadable = line });
        await Matcher.SweepAsync(500, default);

        Publisher.Published.ShouldBeEmpty("nobody can tell what to book");
        var item = (await WorklistAsync()).Items.Single();
        (item.Cause, item.EntryKind, item.AmountOre, item.Suggestions.Count).ShouldBe(("Unreadable", "Unreadable", 100, 0));
        item.Names.ShouldBe(new Dictionary<string, string>
        {
            ["entryId"] = "E1", ["document"] = "0101_1_dag1.bet", ["line"] = "3", ["field"] = "02", ["fault"] = "NotKnown", ["said"] = "B10 01=E1 02=NYT 12=Anna ###########",
            ["debtorReference"] = "OPUS-1",
        }, ignoreOrder: true);

        await OnAsync(Paid(1, "E1", 100));
        await Matcher.SweepAsync(500, default);
        (await WorklistAsync()).Items.ShouldBeEmpty();
    }

    [Test]
    public async Task An_account_closed_with_something_owed_stands_on_it_and_in_the_figures_until_it_is_put_right()
    {
        var closed = Money.AccountIs(DebtorAccountStatus.Closed) with { ClaimId = Claim(1).ClaimId, FeeId = 1 };
        await OnAsync(Claim(1), Paid(1, "E1", 4000), Money.AccountIs(DebtorAccountStatus.Closed) with { MessageId = Guid.NewGuid(), ClaimId = Claim(9).ClaimId, FeeId = 9 });
        Clock.SetUtcNow(Money.Start.AddHours(1));
        await OnAsync(closed, closed);

        var line = (await WorklistAsync()).Items.ShouldHaveSingleItem("of a claim that nobody has acknowledged there is nothing to look at");
        (line.Kind, line.Cause, line.AmountOre, line.FeeId, line.Since).ShouldBe((WorklistKind.Account, "ClosedWithDebt", 3000, 1, Clock.GetUtcNow()));
        var money = await MoneyAsync();
        (money.Unmatched, money.ClosedWithDebt, money.ClosedWithDebtSince, money.Accounts).ShouldBe((1, 1, Clock.GetUtcNow(), 1));

        await OnAsync(Paid(1, "E2", 3000));
        (await WorklistAsync()).Items.ShouldBeEmpty();
        (await MoneyAsync()).ClosedWithDebt.ShouldBe(0);
    }

    [Test]
    public async Task More_taken_back_than_came_in_stands_on_it_after_a_while_and_goes_away_with_its_coverage()
    {
        await OnAsync(Claim(1), Money.Reversal("R1", 2000) with { MessageId = Money.Message("reversal"), ClaimId = Claim(1).ClaimId, FeeId = 1 });
        Clock.SetUtcNow(Money.Start.AddMinutes(14));
        (await WorklistAsync()).Items.ShouldBeEmpty("its coverage may still come");
        (await MoneyAsync()).Unmatched.ShouldBe(0);

        Clock.SetUtcNow(Money.Start.AddMinutes(15));
        var line = (await WorklistAsync()).Items.ShouldHaveSingleItem();
        (line.Kind, line.Cause, line.AmountOre, line.FeeId, line.Since).ShouldBe((WorklistKind.Account, "ReversedBeyondCovered", 9000, 1, Money.Start));
        (await MoneyAsync()).Unmatched.ShouldBe(1);

        await OnAsync(Paid(1, "E1", 2000));
        (await WorklistAsync()).Items.ShouldBeEmpty();
        (await MoneyAsync()).Unmatched.ShouldBe(0);
    }

    private async Task<Accounting.MunicipalityMoney> MoneyAsync() =>
        (await new Accounting.PaymentsAccounts(Store, Clock).ReadAsync(fresh: true, default)).Municipalities["0101"];

    [Test]
    public async Task Pages_follow_each_other_without_a_gap()
    {
        await OnAsync([.. Enumerable.Range(1, 7).Select(number => Nameless($"N{number}"))]);
        await OnAsync([.. Enumerable.Range(1, 5).Select(number => Paid(number, $"E{number}", 100))]);

        var seen = new List<WorklistItem>();
        string? after = null;
        do
        {
            var page = await WorklistAsync(limit: 3, after);
            page.Items.Count.ShouldBeLessThanOrEqualTo(3);
            seen.AddRange(page.Items);
            after = page.After;
        }
        while (after is not null);

        seen.Count.ShouldBe(12);
        seen.Select(item => item.Id).ShouldBeUnique();
    }

    [Test]
    public async Task Accounts_with_that_balance_that_amount_or_nearly_that_reference_and_amount_are_suggested()
    {
        await OnAsync(
            Claim(434536) with { AmountOre = 7500 }, Claim(434562) with { AmountOre = 100 }, Claim(5) with { AmountOre = 9000 }, Paid(5, "P5", 1500), Claim(6) with { AmountOre = 7500 }, Paid(6, "P6", 7500),
            Claim(7) with { AmountOre = 7500, Municipality = "0751" }, Nameless("E1", 7500) with { Reference = "DK-710100-434563" });

        var suggestions = (await WorklistAsync()).Items.Single().Suggestions;

        suggestions.Select(suggestion => (suggestion.FeeId, suggestion.Because)).ShouldBe([(434536, "similar reference and amount"), (5, "same balance"), (6, "same amount")]);
    }

    [TestCase("434536")]
    [TestCase("DK-710100/434536")]
    [TestCase("dk-710100 - 434536")]
    [TestCase("krav 434536")]
    [TestCase("betalt 30.11.2026 gebyr 434536")]
    [TestCase("faktura 2026/434536")]
    [TestCase("434536 DK-710100")]
    [TestCase("DK-751000-434536", Description = "another municipality's agency is a number like others")]
    [TestCase("2026-11-30 11:30 434536 1234567890123456789")]
    [TestCase("٤٣ 434536", Description = "digits of another alphabet are none of a claim's")]
    public async Task The_claim_that_is_named_stands_before_every_neighbour(string reference)
    {
        await OnAsync(
            Claim(434536), Claim(434537), Claim(434538), Claim(434539) with { AmountOre = 100 }, Nameless("E1", 100) with { Reference = reference });

        var suggestions = (await WorklistAsync()).Items.Single().Suggestions;

        suggestions.Select(suggestion => (suggestion.FeeId, suggestion.Because)).ShouldBe([(434536, "named"), (434539, "similar reference and amount")]);
    }

    [Test]
    public async Task A_claims_number_with_the_shape_of_an_agency_is_a_claims_number()
    {
        await OnAsync(Claim(710155), Nameless("E1", 100) with { Reference = "faktura 2026/710155 betalt" });

        (await WorklistAsync()).Items.Single().Suggestions.Select(suggestion => (suggestion.FeeId, suggestion.Because)).ShouldBe([(710155, "named")]);
    }

    [Test]
    public async Task A_neighbouring_number_alone_suggests_nobodys_claim()
    {
        await OnAsync(Claim(434537), Claim(434538), Nameless("E1", 100) with { Reference = "DK-710100-434536" });

        (await WorklistAsync()).Items.Single().Suggestions.ShouldBeEmpty();
    }

    [TestCase("1234567890128", Description = "kept as a number: the leading zeros are gone")]
    [TestCase("00123456789012", Description = "the check digit is missing")]
    [TestCase("001 2345 6789 012")]
    public async Task A_slip_that_lost_digits_is_shown_and_its_claim_suggested(string written)
    {
        var slip = Defaults.Identifiers.PaymentSlips.WithCheckDigit("00123456789012");
        slip.ShouldBe("001234567890128");
        await OnAsync(Claim(1) with { PaymentSlip = slip }, Claim(2), Nameless("E1", 100) with { PaymentSlipAsWritten = written });

        var line = (await WorklistAsync()).Items.Single();

        line.Names["paymentSlip"].ShouldBe(written);
        line.Suggestions.Select(suggestion => (suggestion.FeeId, suggestion.Because)).ShouldBe([(1, "payment slip")]);
    }

    [Test]
    public async Task Only_the_municipality_that_was_asked_for_is_shown()
    {
        await OnAsync(Nameless("E1"), Nameless("E2") with { Municipality = "0751" });
        (await WorklistAsync()).Items.ShouldHaveSingleItem();
        (await Worklist.ReadAsync(null, 10, WorklistPlace.Start, default)).Items.Count.ShouldBe(2);
    }

    [Test]
    public async Task What_a_person_places_is_booked_with_who_and_why()
    {
        await OnAsync(Claim(1), Nameless("E1"));
        var entry = (await Unmatched.FindAsync(Nameless("E1").MessageId, default))!;

        await Matcher.PlaceAsync(entry, (await Unmatched.AccountAsync(Claim(1).ClaimId, default))!, "anna", "found by name in Opus", default);

        Publisher.Published.ShouldHaveSingleItem().MessageId.ShouldBe(DeterministicId.Of(Claim(1).ClaimId, "entry/E1"));
        var placed = (await Unmatched.FindAsync(Nameless("E1").MessageId, default))!;
        (placed.State, placed.Who, placed.Why, placed.DecidedAt).ShouldBe((UnmatchedState.Placed, "anna", "found by name in Opus", Money.Start));
        (await WorklistAsync()).Items.ShouldBeEmpty();
    }

    [Test]
    public async Task What_a_person_closes_is_kept_and_gone_from_the_list()
    {
        await OnAsync(Nameless("E1"));
        await Matcher.CloseAsync((await Unmatched.FindAsync(Nameless("E1").MessageId, default))!, "anna", "moved in Opus", default);

        (await WorklistAsync()).Items.ShouldBeEmpty();
        (await Unmatched.FindAsync(Nameless("E1").MessageId, default))!.Why.ShouldBe("moved in Opus");
        await OnAsync(Claim(1), Nameless("E1"));
        (await WorklistAsync()).Items.ShouldBeEmpty("the same entry again changes nothing");
    }
}
