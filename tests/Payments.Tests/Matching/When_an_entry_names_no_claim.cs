using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Accounting;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.Tests.Booking;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Matching;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_an_entry_names_no_claim(Engine engine) : PaymentsFixture(engine)
{
    [Test]
    public async Task The_debtor_systems_reference_leads_to_it()
    {
        await OnAsync(Claim(1), Claim(2), Nameless("E1") with { DebtorReference = "OPUS-2" });
        await SweepAsync();

        var message = Publisher.Published.ShouldHaveSingleItem();
        message.Name.ShouldBe(MessageNames.CoverageRegistered);
        message.MessageId.ShouldBe(DeterministicId.Of(Claim(2).ClaimId, "entry/E1"));
        (await StateOfAsync("E1")).ShouldBe(UnmatchedState.Placed);

        await Handler.HandleAsync([new Delivery(message.Name, message.MessageId.ToString(), message.Body)], default);
        (await ViewAsync(2)).BalanceOre.ShouldBe(0);
        (await WorklistAsync()).Items.ShouldBeEmpty();
    }

    [Test]
    public async Task The_payment_slip_leads_to_it_where_its_check_digit_is_right()
    {
        var slip = SlipOf("00000000000001");
        await OnAsync(
            Claim(1) with { PaymentSlip = slip }, Claim(2) with { PaymentSlip = "000000000000010" }, Nameless("E1") with { PaymentSlip = slip },
            Nameless("E2") with { PaymentSlip = "000000000000010" });
        await SweepAsync();

        (await StateOfAsync("E1")).ShouldBe(UnmatchedState.Placed);
        (await StateOfAsync("E2")).ShouldBe(UnmatchedState.Open, "the check digit of its slip is wrong");
    }

    [Test]
    public async Task It_does_not_matter_which_came_first()
    {
        await OnAsync(Nameless("E1") with { DebtorReference = "OPUS-1" });
        await SweepAsync();
        (await StateOfAsync("E1")).ShouldBe(UnmatchedState.Open);

        await OnAsync(Claim(1));
        await SweepAsync();
        (await StateOfAsync("E1")).ShouldBe(UnmatchedState.Placed);
    }

    [Test]
    public async Task Nothing_is_guessed_where_the_names_lead_to_two_or_to_another_municipality()
    {
        var slip = SlipOf("00000000000001");
        await OnAsync(
            Claim(1) with { DebtorReference = "SAME" }, Claim(2) with { DebtorReference = "SAME" }, Claim(3) with { PaymentSlip = slip },
            Claim(4) with { Municipality = "0751", DebtorReference = "AARHUS" },
            Nameless("E1") with { DebtorReference = "SAME" }, Nameless("E2") with { DebtorReference = "OPUS-3", PaymentSlip = slip },
            Nameless("E3") with { DebtorReference = "SAME", PaymentSlip = slip }, Nameless("E4") with { DebtorReference = "AARHUS" });
        await SweepAsync();

        (await StateOfAsync("E1")).ShouldBe(UnmatchedState.Open);
        (await StateOfAsync("E2")).ShouldBe(UnmatchedState.Placed);
        (await StateOfAsync("E3")).ShouldBe(UnmatchedState.Open);
        (await StateOfAsync("E4")).ShouldBe(UnmatchedState.Open);
    }

    [Test]
    public async Task One_whose_id_was_used_before_is_never_matched()
    {
        await OnAsync(Claim(1), Nameless("E1") with { DebtorReference = "OPUS-1", IsConflict = true });
        await SweepAsync();
        Publisher.Published.ShouldBeEmpty();
        (await WorklistAsync()).Items.Single().Cause.ShouldBe("Duplicate");
    }

    [TestCase(DebtorEntryKind.Reversal, MessageNames.CoverageReversed, "\"amountOre\":7000")]
    [TestCase(DebtorEntryKind.WriteOff, MessageNames.WriteOffRegistered, "\"amountOre\":7000")]
    [TestCase(DebtorEntryKind.Adjustment, MessageNames.WriteOffRegistered, "\"amountOre\":-7000")]
    [TestCase(DebtorEntryKind.Account, MessageNames.DebtorAccountChanged, "\"status\":\"inCollection\"")]
    public async Task Every_kind_becomes_its_ordinary_message(DebtorEntryKind kind, string name, string content)
    {
        await OnAsync(Claim(1), Nameless("E1") with { DebtorReference = "OPUS-1", Kind = kind, Status = DebtorAccountStatus.InCollection });
        await SweepAsync();
        Publisher.Published.ShouldHaveSingleItem().Name.ShouldBe(name);
        Text(Publisher.Published[0]).ShouldContain(content);
    }

    [Test]
    public async Task A_crash_before_the_confirm_sends_the_same_again()
    {
        await OnAsync(Claim(1), Nameless("E1") with { DebtorReference = "OPUS-1" });
        Publisher.Failures = 1;
        await Should.ThrowAsync<TransientException>(SweepAsync);
        (await StateOfAsync("E1")).ShouldBe(UnmatchedState.Placing);
        var money = (await new PaymentsAccounts(Store, TimeProvider.System).ReadAsync(fresh: true, default)).Municipalities["0101"];
        (money.Unmatched, money.Pending).ShouldBe((0, 1), "nobody has to look, and it is not placed yet");
        await SweepAsync();
        Publisher.Published.ShouldBeEmpty("the instance that decided may still be at it");

        Clock.Advance(TimeSpan.FromMinutes(1));
        await SweepAsync();
        Publisher.Published.ShouldHaveSingleItem().MessageId.ShouldBe(DeterministicId.Of(Claim(1).ClaimId, "entry/E1"));
        (await StateOfAsync("E1")).ShouldBe(UnmatchedState.Placed);
    }

    [Test]
    public async Task One_that_cannot_be_sent_holds_back_nobody_elses()
    {
        await OnAsync(Claim(1), Nameless("E1") with { DebtorReference = "OPUS-1" }, Nameless("E2") with { DebtorReference = "OPUS-1" }, Nameless("E3") with { DebtorReference = "OPUS-1" });
        Publisher.Refused = DeterministicId.Of(Claim(1).ClaimId, "entry/E2");

        await Should.ThrowAsync<PermanentException>(SweepAsync);

        (await StateOfAsync("E1")).ShouldBe(UnmatchedState.Placed);
        (await StateOfAsync("E2")).ShouldBe(UnmatchedState.Placing);
        (await StateOfAsync("E3")).ShouldBe(UnmatchedState.Placed);
    }

    [Test]
    public async Task A_person_who_was_slower_than_the_sweep_decides_nothing()
    {
        await OnAsync(Claim(1), Claim(2), Nameless("E1") with { DebtorReference = "OPUS-1" });
        var seen = (await Unmatched.FindAsync(Nameless("E1").MessageId, default))!;
        await SweepAsync();

        await Should.ThrowAsync<LostRaceException>(() => Matcher.PlaceAsync(seen, new MatchedAccount(Claim(2).ClaimId, "0101", Money.Agency, 2, 1), "anna", "a guess", default));
        await Should.ThrowAsync<LostRaceException>(() => Matcher.CloseAsync(seen, "anna", "elsewhere", default));
        Publisher.Published.ShouldHaveSingleItem();
    }

    [Test]
    public async Task Two_instances_that_sweep_at_once_send_one_message()
    {
        await OnAsync([Claim(1), .. Enumerable.Range(1, 50).Select(number => Nameless($"E{number}", 100) with { DebtorReference = "OPUS-1" })]);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var store = Again();
            await NewMatcher(store).SweepAsync(500, default);
        }));
        Publisher.Published.Count.ShouldBe(50);
    }

    [Test]
    public async Task All_open_ones_of_a_municipality_come_in_pages()
    {
        await OnAsync([.. Enumerable.Range(1, 501).Select(number => Nameless($"N{number}")), Nameless("E1") with { Municipality = "0751" }]);
        var pages = new List<int>();
        await foreach (var page in Unmatched.OpenAsync("0101", default))
            pages.Add(page.Count);
        pages.ShouldBe([500, 1]);
    }

    private static string SlipOf(string body) => PaymentSlips.WithCheckDigit(body);

    private async Task SweepAsync() => await Matcher.SweepAsync(500, default);

    private async Task<UnmatchedState> StateOfAsync(string entryId) => (await Unmatched.FindAsync(Nameless(entryId).MessageId, default))!.State;
}
