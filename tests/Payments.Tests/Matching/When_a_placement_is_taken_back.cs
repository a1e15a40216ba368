using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Accounting;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.Tests.Booking;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Matching;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_a_placement_is_taken_back(Engine engine) : PaymentsFixture(engine)
{
    private int _delivered;

    [SetUp]
    public void Begin() => _delivered = 0;

    [Test]
    public async Task It_is_undone_by_a_counter_entry_and_can_be_placed_where_it_belongs()
    {
        await OnAsync(Claim(1), Claim(2), Nameless("E1", 2000));
        await PlaceAsync("E1", 1);
        Clock.SetUtcNow(Money.Start.AddHours(1));
        await TakeBackAsync("E1");
        (await WorklistAsync()).Items.ShouldHaveSingleItem().Cause.ShouldBe("NoMatch");
        await PlaceAsync("E1", 2);

        (await ViewAsync(1)).Entries.Where(entry => entry.EntryId is not null).Select(entry => (entry.EntryId, $"{entry.Kind}", entry.AmountOre, entry.ValueDate)).ShouldBe(
            [("E1", "Coverage", -2000, new DateOnly(2026, 12, 2)), ("E1-back", "Reversal", 2000, new DateOnly(2026, 12, 2))]);
        (await ViewAsync(1)).BalanceOre.ShouldBe(7000);
        (await ViewAsync(1)).ToldFbs.Select(told => (told.AmountOre, told.BalanceOre)).ShouldBe([(2000, 5000), (-2000, 7000)]);
        (await ViewAsync(2)).Entries.Where(entry => entry.EntryId is not null).Select(entry => (entry.EntryId, entry.AmountOre)).ShouldBe([("E1#2", -2000)]);
        (await ViewAsync(2)).BalanceOre.ShouldBe(5000);
        (await WorklistAsync()).Items.ShouldBeEmpty();
        (await EntryAsync("E1")).Decisions.ShouldBe(
        [
            new WorklistStep("placed", Claim(1).ClaimId, "anna", "a guess", Money.Start),
            new WorklistStep("takenBack", Claim(1).ClaimId, "bo", "the wrong one", Clock.GetUtcNow()),
            new WorklistStep("placed", Claim(2).ClaimId, "anna", "a guess", Clock.GetUtcNow()),
        ]);
    }

    [Test]
    public async Task It_can_be_placed_on_the_same_claim_again_as_often_as_somebody_errs()
    {
        await OnAsync(Claim(1), Nameless("E1", 2000));
        for (var round = 0; round < 3; round++)
        {
            await PlaceAsync("E1", 1);
            (await ViewAsync(1)).BalanceOre.ShouldBe(5000);
            await TakeBackAsync("E1");
            (await ViewAsync(1)).BalanceOre.ShouldBe(7000);
        }

        (await ViewAsync(1)).Entries.Select(entry => entry.EntryId).OfType<string>().ShouldBe(["E1", "E1-back", "E1#2", "E1#2-back", "E1#3", "E1#3-back"]);
    }

    [TestCase(DebtorEntryKind.Reversal, 2000, 9000)]
    [TestCase(DebtorEntryKind.WriteOff, 2000, 5000)]
    [TestCase(DebtorEntryKind.WriteOff, -2000, 9000)]
    [TestCase(DebtorEntryKind.Adjustment, -2000, 5000)]
    public async Task Every_kind_of_money_has_its_counter_entry(DebtorEntryKind kind, long amountOre, long balanceOre)
    {
        await OnAsync(Claim(1), Nameless("E1", amountOre) with { Kind = kind });
        await PlaceAsync("E1", 1);
        (await ViewAsync(1)).BalanceOre.ShouldBe(balanceOre);
        await TakeBackAsync("E1");
        (await ViewAsync(1)).BalanceOre.ShouldBe(7000);
        await PlaceAsync("E1", 1);
        (await ViewAsync(1)).BalanceOre.ShouldBe(balanceOre);
    }

    [Test]
    public async Task A_crash_before_the_confirm_sends_the_same_again_and_books_it_once()
    {
        await OnAsync(Claim(1), Nameless("E1", 2000));
        await PlaceAsync("E1", 1);
        Publisher.Failures = 1;
        await Should.ThrowAsync<TransientException>(() => TakeBackAsync("E1"));
        (await EntryAsync("E1")).State.ShouldBe(UnmatchedState.TakingBack);
        (await WorklistAsync()).Items.ShouldBeEmpty("nobody decides before it is out");
        var money = (await new PaymentsAccounts(Store, TimeProvider.System).ReadAsync(fresh: true, default)).Municipalities["0101"];
        (money.Unmatched, money.Pending).ShouldBe((0, 1));

        Clock.Advance(TimeSpan.FromMinutes(1));
        await Matcher.SweepAsync(500, default);
        var counter = Publisher.Published[^1];
        await DeliverAsync();
        await Handler.HandleAsync([new Delivery(counter.Name, counter.MessageId.ToString(), counter.Body)], default);

        (await EntryAsync("E1")).State.ShouldBe(UnmatchedState.Open);
        (await ViewAsync(1)).BalanceOre.ShouldBe(7000);
        (await ViewAsync(1)).Entries.Count(entry => entry.EntryId == "E1-back").ShouldBe(1);
    }

    [Test]
    public async Task Of_two_at_once_one_takes_it_back()
    {
        await OnAsync(Claim(1), Nameless("E1", 2000));
        await PlaceAsync("E1", 1);
        var seen = await EntryAsync("E1");
        await TakeBackAsync("E1");

        await Should.ThrowAsync<LostRaceException>(async () => await Matcher.TakeBackAsync(seen, (await Unmatched.AccountAsync(Claim(1).ClaimId, default))!, "carl", "too", default));
        await DeliverAsync();
        (await ViewAsync(1)).BalanceOre.ShouldBe(7000);
    }

    [Test]
    public async Task Its_names_do_not_place_it_again()
    {
        await OnAsync(Claim(1), Claim(2), Nameless("E1", 2000) with { DebtorReference = "OPUS-1" });
        await Matcher.SweepAsync(500, default);
        await DeliverAsync();
        await TakeBackAsync("E1");
        await Matcher.SweepAsync(500, default);

        (await EntryAsync("E1")).State.ShouldBe(UnmatchedState.Open);
        var money = (await new PaymentsAccounts(Store, TimeProvider.System).ReadAsync(fresh: true, default)).Municipalities["0101"];
        (money.Unmatched, money.Pending).ShouldBe((1, 0), "a person has to look");
        await PlaceAsync("E1", 2);
        (await ViewAsync(2)).BalanceOre.ShouldBe(5000);
    }

    [Test]
    public async Task An_id_as_long_as_the_wire_takes_stays_within_it()
    {
        var id = new string('x', 100);
        await OnAsync(Claim(1), Nameless(id, 2000));
        await PlaceAsync(id, 1);
        await TakeBackAsync(id);
        await PlaceAsync(id, 1);

        var ids = (await ViewAsync(1)).Entries.Select(entry => entry.EntryId).OfType<string>().ToList();
        ids.Count.ShouldBe(3);
        ids.ShouldBeUnique();
        ids.ShouldAllBe(one => one.Length <= 100);
    }

    [Test]
    public async Task A_reversal_goes_by_itself_to_where_its_entry_was_placed()
    {
        await OnAsync(Claim(1), Claim(2), Nameless("E1", 2000));
        await PlaceAsync("E1", 2);
        // Its own names say otherwise: what it takes back says more.
        await OnAsync(Taking("R1", "E1") with { DebtorReference = "OPUS-1" });
        await SweepAsync();

        (await EntryAsync("R1")).State.ShouldBe(UnmatchedState.Placed);
        ((await ViewAsync(1)).BalanceOre, (await ViewAsync(2)).BalanceOre).ShouldBe((7000, 7000));
        (await WorklistAsync()).Items.ShouldBeEmpty();
    }

    [Test]
    public async Task A_reversal_of_an_entry_that_named_its_claim_goes_there_too()
    {
        await OnAsync(Claim(1), Claim(2), Paid(2, "E1", 2000), Taking("R1", "E1"));
        await SweepAsync();

        (await EntryAsync("R1")).State.ShouldBe(UnmatchedState.Placed);
        (await ViewAsync(2)).BalanceOre.ShouldBe(7000);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_reversal_with_our_reference_goes_to_where_its_entry_was_placed_instead(bool isPlacedFirst)
    {
        await OnAsync(Claim(1), Claim(2), Nameless("E1", 2000));
        if (isPlacedFirst)
            await PlaceAsync("E1", 2);
        await OnAsync(Reversed(1, "R1", "E1"));
        await SweepAsync();
        if (!isPlacedFirst)
        {
            (await WorklistAsync()).Items.Select(item => item.Cause).ShouldBe(["NoMatch", "NoMatch"]);
            await PlaceAsync("E1", 2);
            await SweepAsync();
        }

        await OnAsync(Reversed(1, "R1", "E1"));
        await SweepAsync();
        ((await ViewAsync(1)).BalanceOre, (await ViewAsync(2)).BalanceOre).ShouldBe((7000, 7000));
        (await ViewAsync(1)).Entries.ShouldNotContain(entry => entry.EntryId == "R1");
        (await ViewAsync(2)).Entries.Select(entry => entry.EntryId).OfType<string>().ShouldBe(["E1", "R1"]);
        (await WorklistAsync()).Items.ShouldBeEmpty();
    }

    [Test]
    public async Task A_reversal_with_our_reference_goes_to_the_claim_on_which_its_entry_is_booked()
    {
        await OnAsync(Claim(1), Claim(2), Paid(2, "E1", 2000), Reversed(1, "R1", "E1"));
        await SweepAsync();
        await OnAsync(Reversed(1, "R1", "E1"));
        await SweepAsync();

        ((await ViewAsync(1)).BalanceOre, (await ViewAsync(2)).BalanceOre).ShouldBe((7000, 7000));
        (await ViewAsync(2)).Entries.Select(entry => entry.EntryId).OfType<string>().ShouldBe(["E1", "R1"]);
        (await WorklistAsync()).Items.ShouldBeEmpty();
    }

    [Test]
    public async Task A_reversal_with_the_reference_of_its_entrys_claim_is_booked_there_at_once()
    {
        await OnAsync(Claim(1), Claim(2), Nameless("E1", 2000), Paid(2, "E2", 2000));
        await PlaceAsync("E1", 1);
        await OnAsync(Reversed(1, "R1", "E1"), Reversed(2, "R2", "E2"), Reversed(2, "R3", "E3"));

        (await ViewAsync(1)).Entries.ShouldContain(entry => entry.EntryId == "R1");
        (await ViewAsync(2)).Entries.Select(entry => entry.EntryId).OfType<string>().ShouldBe(["E2", "R2", "R3"], "of E3 nothing is known, so its name is all there is");
        (await WorklistAsync()).Items.ShouldNotContain(item => item.Kind == WorklistKind.UnmatchedEntry);
    }

    [Test]
    public async Task A_reversal_that_a_person_placed_stays_where_that_person_placed_it()
    {
        await OnAsync(Claim(1), Claim(2), Nameless("E1", 2000), Reversed(1, "R1", "E1"));
        var waiting = (await WorklistAsync()).Items.Single(item => item.EntryKind == "Reversal");
        await Matcher.PlaceAsync((await Unmatched.FindAsync(waiting.Id, default))!, (await Unmatched.AccountAsync(Claim(1).ClaimId, default))!, "anna", "moved there", default);
        await DeliverAsync();

        (await ViewAsync(1)).Entries.ShouldContain(entry => entry.EntryId == "R1");
        (await WorklistAsync()).Items.ShouldNotContain(item => item.EntryKind == "Reversal");
    }

    [Test]
    public async Task A_reversal_that_a_person_closed_stays_closed_when_its_message_comes_again()
    {
        await OnAsync(Claim(1), Nameless("E1", 2000), Reversed(1, "R1", "E1"));
        var waiting = (await WorklistAsync()).Items.Single(item => item.EntryKind == "Reversal");
        await Matcher.CloseAsync((await Unmatched.FindAsync(waiting.Id, default))!, "anna", "dealt with there", default);
        await PlaceAsync("E1", 1);
        await OnAsync(Reversed(1, "R1", "E1"));
        await SweepAsync();

        (await ViewAsync(1)).BalanceOre.ShouldBe(5000);
    }

    [Test]
    public async Task What_undoes_a_placement_is_booked_however_late_it_comes()
    {
        await OnAsync(Claim(1), Claim(2), Nameless("E1", 2000));
        await PlaceAsync("E1", 1);
        await Matcher.TakeBackAsync(await EntryAsync("E1"), (await Unmatched.AccountAsync(Claim(1).ClaimId, default))!, "bo", "the wrong one", default);
        await Matcher.PlaceAsync(await EntryAsync("E1"), (await Unmatched.AccountAsync(Claim(2).ClaimId, default))!, "anna", "a guess", default);
        await DeliverAsync();
        ((await ViewAsync(1)).BalanceOre, (await ViewAsync(2)).BalanceOre).ShouldBe((7000, 5000));
        (await WorklistAsync()).Items.ShouldBeEmpty();
    }

    [Test]
    public async Task What_is_reversed_by_its_own_name_where_it_was_placed_counts_as_reversed()
    {
        await OnAsync(Claim(1), Nameless("E1", 2000));
        await PlaceAsync("E1", 1);
        await TakeBackAsync("E1");
        await PlaceAsync("E1", 1);
        (await Unmatched.IsReversedAsync(await EntryAsync("E1"), default)).ShouldBeFalse("what took it back before is undone by the later placement");

        await OnAsync(Reversed(1, "R1", "E1"));
        (await ViewAsync(1)).BalanceOre.ShouldBe(7000);
        (await Unmatched.IsReversedAsync(await EntryAsync("E1"), default)).ShouldBeTrue();
    }

    [Test]
    public async Task A_reversal_that_was_placed_and_taken_back_counts_no_more()
    {
        await OnAsync(Claim(1), Nameless("E1", 2000), Taking("R1", "E1"));
        await PlaceAsync("E1", 1);
        await PlaceAsync("R1", 1);
        (await Unmatched.IsReversedAsync(await EntryAsync("E1"), default)).ShouldBeTrue();
        await TakeBackAsync("R1");

        (await Unmatched.IsReversedAsync(await EntryAsync("E1"), default)).ShouldBeFalse();
    }

    [Test]
    public async Task Of_a_reversal_and_taking_back_at_once_one_goes_first()
    {
        await OnAsync(Claim(1), Nameless("E1", 2000));
        await PlaceAsync("E1", 1);
        var seen = await EntryAsync("E1");
        var account = (await Unmatched.AccountAsync(Claim(1).ClaimId, default))!;
        (await Unmatched.IsReversedAsync(seen, default)).ShouldBeFalse();
        await OnAsync(Reversed(1, "R1", "E1"));

        await Should.ThrowAsync<LostRaceException>(() => Matcher.TakeBackAsync(seen, account, "bo", "the wrong one", default));
        await DeliverAsync();
        (await ViewAsync(1)).BalanceOre.ShouldBe(7000);
    }

    [Test]
    public async Task A_reversal_of_what_was_taken_back_does_not_reverse_it_twice()
    {
        await OnAsync(Claim(1), Nameless("E1", 2000));
        await PlaceAsync("E1", 1);
        await TakeBackAsync("E1");
        await OnAsync(Reversed(1, "R1", "E1"));
        await SweepAsync();

        (await ViewAsync(1)).BalanceOre.ShouldBe(7000);
        (await WorklistAsync()).Items.Select(item => item.EntryKind).ShouldBe(["Coverage", "Reversal"], ignoreOrder: true);
    }

    [Test]
    public async Task A_reversal_that_came_first_waits_for_its_entry_to_be_placed()
    {
        await OnAsync(Claim(1), Claim(2), Taking("R1", "E1") with { DebtorReference = "?" });
        await SweepAsync();
        await OnAsync(Nameless("E1", 2000));
        await SweepAsync();
        (await EntryAsync("R1")).State.ShouldBe(UnmatchedState.Open);

        await PlaceAsync("E1", 2);
        await SweepAsync();
        (await EntryAsync("R1")).State.ShouldBe(UnmatchedState.Placed);
        (await ViewAsync(2)).BalanceOre.ShouldBe(7000);
    }

    [Test]
    public async Task A_reversal_follows_to_the_later_placement_and_waits_in_between()
    {
        await OnAsync(Claim(1), Claim(2), Nameless("E1", 2000));
        await PlaceAsync("E1", 1);
        await TakeBackAsync("E1");
        await OnAsync(Taking("R1", "E1") with { DebtorReference = "OPUS-1" });
        await SweepAsync();
        (await EntryAsync("R1")).State.ShouldBe(UnmatchedState.Open, "its entry is nowhere");

        await PlaceAsync("E1", 2);
        await SweepAsync();
        ((await ViewAsync(1)).BalanceOre, (await ViewAsync(2)).BalanceOre).ShouldBe((7000, 7000));
        (await ViewAsync(2)).Entries.Select(entry => entry.EntryId).OfType<string>().ShouldBe(["E1#2", "R1"]);
        (await Unmatched.IsReversedAsync(await EntryAsync("E1"), default)).ShouldBeTrue("what is reversed there is not taken back from under its reversal");
    }

    [Test]
    public async Task A_reversal_of_another_municipalitys_entry_or_of_one_that_nobody_knows_waits_for_a_person()
    {
        await OnAsync(Claim(1), Paid(1, "E1", 2000), Taking("R1", "E1") with { Municipality = "0751" }, Taking("R2", "E9"));
        await SweepAsync();
        (await EntryAsync("R1")).State.ShouldBe(UnmatchedState.Open);
        (await EntryAsync("R2")).State.ShouldBe(UnmatchedState.Open);
    }

    [Test]
    public async Task What_was_placed_is_listed_the_latest_first()
    {
        await OnAsync(Claim(1), Claim(2), Nameless("E1", 2000), Nameless("E2", 100) with { DebtorReference = "OPUS-2" });
        await PlaceAsync("E1", 1);
        Clock.SetUtcNow(Money.Start.AddHours(1));
        await SweepAsync();

        var placed = await Unmatched.PlacedAsync("0101", 10, null, null, default);
        placed.Select(entry => (entry.EntryId, entry.FeeId, entry.Who)).ShouldBe([("E2", 2, null), ("E1", 1, "anna")]);
        (await Unmatched.PlacedAsync(null, 10, placed[0].PlacedAt, null, default)).Select(entry => entry.EntryId).ShouldBe(["E1"]);
        (await Unmatched.PlacedAsync("0751", 10, null, null, default)).ShouldBeEmpty();
        await TakeBackAsync("E1");
        (await Unmatched.PlacedAsync("0101", 10, null, null, default)).Select(entry => entry.EntryId).ShouldBe(["E2"]);
    }

    [Test]
    public async Task What_was_placed_at_the_same_moment_is_on_one_page_or_the_next()
    {
        await OnAsync([Claim(1), .. Enumerable.Range(1, 7).Select(number => Nameless($"E{number}", 100) with { DebtorReference = "OPUS-1" })]);
        await SweepAsync();

        var seen = new List<PlacedEntry>();
        while (seen.Count < 7 && await Unmatched.PlacedAsync("0101", 3, seen.LastOrDefault()?.PlacedAt, seen.LastOrDefault()?.Id, default) is { Count: > 0 } page)
            seen.AddRange(page);

        seen.Select(entry => entry.EntryId).ShouldBe(["E1", "E2", "E3", "E4", "E5", "E6", "E7"], ignoreOrder: true);
        seen.Select(entry => entry.PlacedAt).Distinct().ShouldHaveSingleItem("they were placed at one moment");
        seen.Select(entry => entry.Id).ShouldBe(seen.Select(entry => entry.Id).Order(), "the console puts municipalities together in that order");
    }

    private static CoverageReversed Reversed(long feeId, string entryId, string reverses)
    {
        var claimId = DeterministicId.OfClaim(Money.Agency, feeId);
        return Money.Reversal(entryId, 2000) with { MessageId = DeterministicId.Of(claimId, $"entry/{entryId}"), ClaimId = claimId, FeeId = feeId, ReversesEntryId = reverses };
    }

    private static DebtorEntryUnmatched Taking(string entryId, string reverses) => Nameless(entryId, 2000) with { Kind = DebtorEntryKind.Reversal, ReversesEntryId = reverses };

    private async Task<UnmatchedEntry> EntryAsync(string entryId) => (await Unmatched.FindAsync(Nameless(entryId).MessageId, default))!;

    private async Task PlaceAsync(string entryId, long feeId)
    {
        await Matcher.PlaceAsync(await EntryAsync(entryId), (await Unmatched.AccountAsync(Claim(feeId).ClaimId, default))!, "anna", "a guess", default);
        await DeliverAsync();
    }

    private async Task TakeBackAsync(string entryId)
    {
        var entry = await EntryAsync(entryId);
        var placement = new EntryKey("0101", entry.PlacementId);
        (await new PaymentsStore(Store).BookedOnAsync([placement], default)).GetValueOrDefault(placement).ShouldBe(entry.ClaimId!.Value);
        await Matcher.TakeBackAsync(entry, (await Unmatched.AccountAsync(entry.ClaimId!.Value, default))!, "bo", "the wrong one", default);
        await DeliverAsync();
    }

    private async Task SweepAsync()
    {
        await Matcher.SweepAsync(500, default);
        await DeliverAsync();
    }

    /// <summary>What was published comes back on the queue, as on the broker.</summary>
    private async Task DeliverAsync()
    {
        var fresh = Publisher.Published.Skip(_delivered).Where(message => message.Name != MessageNames.PaymentReconciled).ToList();
        _delivered = Publisher.Published.Count;
        if (fresh.Count > 0)
            await Handler.HandleAsync([.. fresh.Select(message => new Delivery(message.Name, message.MessageId.ToString(), message.Body))], default);
        _delivered = Publisher.Published.Count;
    }
}
