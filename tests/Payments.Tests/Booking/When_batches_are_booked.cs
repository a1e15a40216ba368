using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Accounting;
using ClaimsTransfer.Payments.Asking;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Support;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Booking;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_batches_are_booked(Engine engine) : PaymentsFixture(engine)
{
    [TestCase(1)]
    [TestCase(200)]
    [TestCase(201)]
    public async Task Every_claim_has_its_account_and_FBS_is_told_once_of_each(int claims)
    {
        await OnAsync([.. Enumerable.Range(1, claims).Select(number => Claim(number))]);
        await OnAsync([.. Enumerable.Range(1, claims).Select(number => Paid(number, $"E{number}", 7000))]);

        Publisher.Published.Count.ShouldBe(claims);
        Publisher.Published.ShouldAllBe(message => message.Name == MessageNames.PaymentReconciled);
        Publisher.Published.Select(message => message.MessageId).Distinct().Count().ShouldBe(claims);
        (await ViewAsync(claims)).Status.ShouldBe(AccountStatus.Settled);
        (await SumAsync()).ShouldBe(0, "in SQL too, the balance is the sum of the entries");
    }

    [Test]
    public async Task Several_messages_of_one_claim_in_one_batch_are_decided_in_their_order()
    {
        await OnAsync(Paid(1, "E1", 3000), Claim(1), Paid(1, "E2", 4000, day: 2));

        var view = await ViewAsync(1);
        view.Status.ShouldBe(AccountStatus.Settled);
        view.Entries.Select(entry => (entry.Position, entry.Kind, entry.AmountOre, entry.Outcome)).ShouldBe(
        [
            (1, EntryKind.Coverage, -3000, MatchingOutcome.NoMatch),
            (2, EntryKind.Charge, 7000, null),
            (3, EntryKind.Coverage, -4000, MatchingOutcome.Matched),
        ]);
        view.ToldFbs.Select(told => (told.Sequence, told.BalanceOre, told.Settled)).ShouldBe([(1, 4000, false), (2, 0, true)]);
    }

    [Test]
    public async Task A_message_that_comes_again_sends_the_same_effects_byte_for_byte()
    {
        await OnAsync(Claim(1), Paid(1, "E1", 3000), Paid(1, "E2", 4000));
        var first = Publisher.Published.ToList();
        Publisher.Published.Clear();
        Clock.Advance(TimeSpan.FromHours(1));

        await OnAsync(Paid(1, "E2", 4000), Paid(1, "E1", 3000), Claim(1), Paid(1, "E1", 3000));

        Publisher.Published.Select(message => (message.MessageId, Text(message))).Distinct()
            .ShouldBe(first.Select(message => (message.MessageId, Text(message))), ignoreOrder: true);
        (await ViewAsync(1)).CoveredOre.ShouldBe(7000);
    }

    [Test]
    public async Task A_message_twice_in_one_batch_is_booked_once()
    {
        await OnAsync(Claim(1), Paid(1, "E1", 3000), Paid(1, "E1", 3000));
        (await ViewAsync(1)).CoveredOre.ShouldBe(3000);
        Publisher.Published.Count.ShouldBe(1);
    }

    [Test]
    public async Task A_crash_between_commit_and_publish_is_made_good_by_the_redelivery()
    {
        await OnAsync(Claim(1));
        Publisher.Failures = 1;
        await Should.ThrowAsync<TransientException>(() => OnAsync(Paid(1, "E1", 7000)));
        (await ViewAsync(1)).Status.ShouldBe(AccountStatus.Settled);

        await NewHandler(Store).HandleAsync([Deliver(Paid(1, "E1", 7000))], default);
        Text(Publisher.Published.ShouldHaveSingleItem()).ShouldContain("\"settled\":true");
    }

    [Test]
    public async Task Many_instances_lose_nothing_of_one_claim()
    {
        await OnAsync(Claim(1) with { AmountOre = 40_000 });
        var entries = Enumerable.Range(1, 40).Select(number => Paid(1, $"E{number}", 1000)).ToList();

        await Task.WhenAll(entries.Chunk(10).Select(async part =>
        {
            await using var store = Again();
            var consumer = new BatchConsumer("payments", NewHandler(store).HandleAsync, TimeProvider.System, NullLogger.Instance);
            foreach (var pair in part.Chunk(2))
                (await consumer.HandleAsync([.. pair.Select(Deliver)], default)).ShouldBeEmpty();
        }));

        var view = await ViewAsync(1);
        view.BalanceOre.ShouldBe(0);
        view.Entries.Sum(entry => entry.AmountOre).ShouldBe(0);
        view.ToldFbs.Select(told => told.Sequence).ShouldBe(Enumerable.Range(1, 40), ignoreOrder: true);
        view.ToldFbs.Count(told => told.Settled).ShouldBe(1);
    }

    [Test]
    public async Task The_same_message_at_two_instances_is_booked_once()
    {
        await OnAsync(Claim(1));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var store = Again();
            var consumer = new BatchConsumer("payments", NewHandler(store).HandleAsync, TimeProvider.System, NullLogger.Instance);
            (await consumer.HandleAsync([Deliver(Paid(1, "E1", 3000))], default)).ShouldBeEmpty();
        }));

        (await ViewAsync(1)).CoveredOre.ShouldBe(3000);
        Publisher.Published.Select(message => message.MessageId).Distinct().Count().ShouldBe(1);
    }

    [Test]
    public async Task An_entry_id_that_is_booked_on_another_claim_is_for_a_person()
    {
        await OnAsync(Claim(1), Claim(2), Paid(1, "E1", 7000));
        await OnAsync(Paid(2, "E1", 7000));
        await OnAsync(Paid(2, "E1", 7000));

        (await ViewAsync(2)).CoveredOre.ShouldBe(0);
        var item = (await WorklistAsync()).Items.ShouldHaveSingleItem();
        item.Cause.ShouldBe("Duplicate");
        item.Names["reference"].ShouldBe("DK-710100-2");
    }

    [Test]
    public async Task Two_instances_that_book_one_entry_id_on_two_claims_book_one()
    {
        await OnAsync(Claim(1), Claim(2));
        await Task.WhenAll(new[] { 1, 2 }.Select(async feeId =>
        {
            await using var store = Again();
            var consumer = new BatchConsumer("payments", NewHandler(store).HandleAsync, TimeProvider.System, NullLogger.Instance);
            (await consumer.HandleAsync([Deliver(Paid(feeId, "E1", 7000))], default)).ShouldBeEmpty();
        }));

        ((await ViewAsync(1)).CoveredOre + (await ViewAsync(2)).CoveredOre).ShouldBe(7000);
        (await WorklistAsync()).Items.ShouldHaveSingleItem().Cause.ShouldBe("Duplicate");
    }

    [Test]
    public async Task A_message_that_cannot_be_booked_goes_to_the_error_queue_alone()
    {
        var broken = new Delivery(MessageNames.CoverageRegistered, null, "{\"entryId\":\"0101011234\",\"amountOre\":\"0101011234\"}"u8.ToArray());
        var consumer = new BatchConsumer("payments", Handler.HandleAsync, TimeProvider.System, NullLogger.Instance);

        var dead = await consumer.HandleAsync(
            [Deliver(Claim(1)), broken, Deliver(Paid(1, "E0", 7000) with { AmountOre = 0 }), Deliver(Paid(1, "E1", 7000))], default);

        dead.Count.ShouldBe(2);
        dead.ShouldAllBe(letter => letter.Cause is PermanentException && !letter.Cause.Message.Contains("0101011234"));
        (await ViewAsync(1)).Status.ShouldBe(AccountStatus.Settled);
    }

    [Test]
    public async Task The_accounts_sum_what_is_acknowledged_or_has_money()
    {
        await OnAsync(
            Claim(1), Paid(1, "E1", 8000), Claim(2), Paid(2, "E2", 3000), Paid(3, "E3", 100),
            Claim(4), Money.WriteOff("E4", 7000) with { ClaimId = Claim(4).ClaimId, FeeId = 4 },
            Money.Reversal("E5", 500) with { ClaimId = Claim(2).ClaimId, FeeId = 2 },
            Money.Cancelled() with { ClaimId = Claim(5).ClaimId, FeeId = 5 }, Nameless("N1"));

        var money = (await new PaymentsAccounts(Store, TimeProvider.System).ReadAsync(fresh: true, default)).Municipalities["0101"];

        money.Accounts.ShouldBe(4, "a claim cancelled before the debtor system had it is no account");
        (money.CoveredOre, money.ReversedOre, money.WrittenOffOre).ShouldBe((11_100, 500, 7000));
        money.Settled.ShouldBe(2);
        money.Unmatched.ShouldBe(3, "one overpaid, one for a claim that is not acknowledged, one without a claim");
        money.Pending.ShouldBe(0);
    }

    [Test]
    public async Task What_FBS_was_told_last_can_be_told_again_under_its_id()
    {
        await OnAsync(Claim(1), Claim(2), Paid(1, "E1", 3000), Paid(1, "E2", 4000));
        var last = Publisher.Published[^1];
        Publisher.Published.Clear();

        await new ToldFbs(Store, Publisher).SendAgainAsync([Claim(1).ClaimId, Claim(2).ClaimId], default);

        Publisher.Published.ShouldHaveSingleItem().MessageId.ShouldBe(last.MessageId);
        Text(Publisher.Published[0]).ShouldBe(Text(last));
    }

    private async Task<decimal> SumAsync()
    {
        await using var connection = await Store.OpenAsync(default);
        return await connection.ExecuteScalarAsync<decimal>(Store.Sql("SELECT SUM(amount_ore) FROM payments.entries"));
    }
}
