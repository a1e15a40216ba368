using System.Text.Json;
using Dapper;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Accounting;
using ClaimsTransfer.Routing.Asking;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Tests.Saga;
using ClaimsTransfer.Routing.Timeline;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Journal;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_batches_are_handled(Engine engine) : RoutingFixture(engine)
{
    [TestCase(1)]
    [TestCase(200)]
    [TestCase(201)]
    public async Task Every_claim_is_stored_journalled_and_sent_once(int claims)
    {
        await Handler.HandleAsync([.. Enumerable.Range(1, claims).Select(number => Deliver(Claim(number)))], default);

        Publisher.Published.Count(message => message.Name == MessageNames.TransferClaim).ShouldBe(claims);
        Publisher.Published.Select(message => message.MessageId).Distinct().Count().ShouldBe(claims);
        Publisher.Published.ShouldAllBe(message => message.RoutingKey == "0101");
        (await StateOf(claims)).Status.ShouldBe(ClaimStatus.Sending);
    }

    [Test]
    public async Task A_message_that_comes_again_sends_the_same_effects_byte_for_byte()
    {
        await Handler.HandleAsync([Deliver(Claim(1)), Deliver(Claim(2))], default);
        var first = Publisher.Published.ToList();
        Publisher.Published.Clear();

        await Handler.HandleAsync([Deliver(Claim(2)), Deliver(Claim(1))], default);

        Publisher.Published.Select(message => (message.MessageId, Text(message))).ShouldBe(first.Select(message => (message.MessageId, Text(message))), ignoreOrder: true);
        (await StateOf(1)).Instructions.ShouldBe(1);
    }

    [Test]
    public async Task A_change_that_waits_for_a_version_is_counted_once_it_has_waited_too_long_and_until_the_version_comes()
    {
        var unclaimed = Claims.Adjusted(2, 5000) with { MessageId = Claims.Message("unclaimed"), ClaimId = Claim(2).ClaimId, FeeId = 2 };
        await Handler.HandleAsync([Deliver(Claim(1)), Deliver(ChangeOf(1, 3)), Deliver(unclaimed)], default);
        (await GapsAsync()).ShouldBe((0, null));

        Clock.Advance(Gap);
        (await GapsAsync()).ShouldBe((2, Claims.Start));
        (await new ClaimSearch(Store).FindAsync(new ClaimFilter(VersionGap: true), 10, null, default)).Claims.Select(claim => claim.FeeId).ShouldBe([1, 2], ignoreOrder: true);

        await Handler.HandleAsync([Deliver(ChangeOf(1, 2)), Deliver(Claim(2))], default);
        (await GapsAsync()).ShouldBe((0, null));

        static ClaimAdjusted ChangeOf(int number, int version) => Claims.Adjusted(version, 5000) with
        {
            MessageId = Claims.Message($"change/{number}/{version}"), ClaimId = Claim(number).ClaimId, FeeId = number,
        };

        async Task<(long, DateTimeOffset?)> GapsAsync()
        {
            var accounts = (await new Accounts(Store, Clock, Gap).ReadAsync(fresh: true, default)).Municipalities["0101"];
            return (accounts.VersionGaps, accounts.VersionGapsSince);
        }
    }

    [Test]
    public async Task A_message_twice_in_one_batch_is_decided_once()
    {
        await Handler.HandleAsync([Deliver(Claim(1)), Deliver(Claim(1))], default);
        Publisher.Published.Count.ShouldBe(1);
        (await StateOf(1)).Position.ShouldBe(1);
    }

    [Test]
    public async Task Several_messages_of_one_claim_in_one_batch_are_decided_in_their_order()
    {
        var claim = Claim(1);
        var adjusted = Claims.Adjusted(2, 5000) with { ClaimId = claim.ClaimId, FeeId = claim.FeeId };
        await Handler.HandleAsync([Deliver(adjusted), Deliver(claim)], default);
        (await StateOf(1)).AmountOre.ShouldBe(5000);
        (await StateOf(1)).Version.ShouldBe(2);
    }

    [Test]
    public async Task A_crash_between_commit_and_publish_is_made_good_by_the_redelivery()
    {
        Publisher.Failures = 1;
        await Should.ThrowAsync<TransientException>(() => Handler.HandleAsync([Deliver(Claim(1))], default));
        (await StateOf(1)).Status.ShouldBe(ClaimStatus.Sending);

        await NewHandler(Store).HandleAsync([Deliver(Claim(1))], default);
        Publisher.Published.ShouldHaveSingleItem().Name.ShouldBe(MessageNames.TransferClaim);
    }

    [Test]
    public async Task Two_instances_that_decide_on_one_claim_at_once_do_not_overwrite_each_other()
    {
        var claim = Claim(1);
        await Handler.HandleAsync([Deliver(claim)], default);
        var store = new RoutingStore(Store);
        var stale = (await store.LoadAsync([claim.ClaimId], default)).Single();
        await Handler.HandleAsync([Deliver(Claims.Adjusted(2, 5000) with { ClaimId = claim.ClaimId, FeeId = 1 })], default);

        await Should.ThrowAsync<LostRaceException>(() => store.SaveAsync([stale], [], default));
        (await StateOf(1)).AmountOre.ShouldBe(5000);
    }

    [Test]
    public async Task Many_instances_lose_nothing_of_one_claim()
    {
        var claim = Claim(1);
        await Handler.HandleAsync([Deliver(claim)], default);
        var changes = Enumerable.Range(2, 20).Select(version => Claims.Adjusted(version, version * 100) with { ClaimId = claim.ClaimId, FeeId = 1 }).Reverse().ToList();

        await Task.WhenAll(changes.Chunk(5).Select(async part =>
        {
            var handler = NewHandler(Store);
            foreach (var change in part)
            {
                while (!await TryAsync(handler, Deliver(change)))
                    await Task.Yield();
            }
        }));

        var state = await StateOf(1);
        state.Version.ShouldBe(21);
        state.AmountOre.ShouldBe(2100);
        state.Waiting.ShouldBeEmpty();
    }

    [Test]
    public async Task A_timer_that_is_due_asks_and_another_sweep_at_once_does_not_ask_again()
    {
        await Handler.HandleAsync([Deliver(Claim(1))], default);
        Publisher.Published.Clear();
        (await Handler.SweepAsync(100, default)).ShouldBe(0);

        Clock.Advance(Claims.Deadlines.Sending);
        (await Handler.SweepAsync(100, default)).ShouldBe(1);
        (await Handler.SweepAsync(100, default)).ShouldBe(0);
        Text(Publisher.Published.ShouldHaveSingleItem()).ShouldContain("\"instruction\":\"find\"");
        (await Handler.RelayAsync(100, default)).ShouldBe(0);
    }

    [Test]
    public async Task What_a_timer_decided_and_a_crash_kept_from_being_sent_is_relayed()
    {
        await Handler.HandleAsync([Deliver(Claim(1))], default);
        Publisher.Published.Clear();
        Clock.Advance(Claims.Deadlines.Sending);
        Publisher.Failures = 1;
        await Should.ThrowAsync<TransientException>(() => Handler.SweepAsync(100, default));

        (await Handler.RelayAsync(100, default)).ShouldBe(0, "the sweep that decided it may still be at it");
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await Handler.RelayAsync(100, default)).ShouldBe(1);
        Publisher.Published.ShouldHaveSingleItem().Name.ShouldBe(MessageNames.TransferClaim);
        (await Handler.RelayAsync(100, default)).ShouldBe(0);
    }

    [Test]
    public async Task A_message_that_cannot_be_read_is_permanent_and_quotes_nothing_of_it()
    {
        var broken = new Delivery(MessageNames.ClaimCreated, null, "{\"claimId\":\"0101011234\"}"u8.ToArray());
        var fault = await Should.ThrowAsync<PermanentException>(() => Handler.HandleAsync([Deliver(Claim(1)), broken], default));
        fault.Message.ShouldNotContain("0101011234");
        Publisher.Published.ShouldBeEmpty();
    }

    [Test]
    public async Task The_accounts_count_each_claim_once_with_its_current_amount()
    {
        await Handler.HandleAsync([.. Enumerable.Range(1, 3).Select(number => Deliver(Claim(number)))], default);
        await Handler.HandleAsync(
            [Deliver(Claims.Withdrawn(2) with { ClaimId = Claim(4).ClaimId, FeeId = 4 }), Deliver(Claims.Adjusted(2, 5000) with { ClaimId = Claim(1).ClaimId, FeeId = 1 })], default);
        await Handler.HandleAsync([Deliver(Claim(5) with { Borrower = Claims.Child })], default);

        var account = (await new Accounts(Store, TimeProvider.System, Gap).ReadAsync(default)).Municipalities["0101"];

        account.Claims.ShouldBe(4, "a change without its claim is not a claim yet");
        account.InFlight.ShouldBe(3);
        account.InFlightOre.ShouldBe(7000 + 7000 + 5000);
        account.Held.ShouldBe(1);
        account.Ore.ShouldBe(26000);
        account.OpenInstructions.ShouldBe(3);
        account.OldestUnacknowledgedAt.ShouldBe(Claims.Start);
        account.UnheardSince.ShouldBe(Claims.Start);
    }

    [Test]
    public async Task The_timeline_tells_the_claims_story_in_order()
    {
        var claim = Claim(1);
        await Handler.HandleAsync([Deliver(claim)], default);
        var open = (await StateOf(1)).Open!;
        await Handler.HandleAsync(
            [Deliver(Claims.Reported(await StateOf(1), TransferOutcome.Accepted) with { ClaimId = claim.ClaimId, FeeId = 1, InstructionId = open.Id })], default);

        var timeline = (await Timelines.FindAsync(Claims.Agency, 1, default))!;

        timeline.Status.ShouldBe(ClaimStatus.Transferred);
        timeline.DebtorReference.ShouldBe("OPUS-1");
        timeline.Timeline.Select(entry => entry.To).ShouldBe([ClaimStatus.Sending, ClaimStatus.Transferred]);
        timeline.Timeline[1].Sent.ShouldBe([MessageNames.ClaimTransferred]);
        (await Timelines.FindAsync(Claims.Agency, 2, default)).ShouldBeNull();
    }

    [Test]
    public async Task What_a_pause_held_back_is_woken_when_the_pause_is_over()
    {
        var paused = new RoutingHandler(
            new RoutingStore(Store), Publisher, new ClaimSaga(Claims.Deadlines),
            new Defaults.Municipalities.Municipalities([Claims.Copenhagen with { Stage = Defaults.Municipalities.Stage.Paused }]), Clock);
        await paused.HandleAsync([Deliver(Claim(1))], default);
        (await StateOf(1)).Status.ShouldBe(ClaimStatus.Held);

        await new RoutingStore(Store).WakeHeldAsync(["0101"], [LiabilityPolicy.PausedRule], Clock.GetUtcNow(), default);
        await Handler.SweepAsync(100, default);
        (await StateOf(1)).Status.ShouldBe(ClaimStatus.Sending);
    }

    [Test]
    public async Task A_claim_that_cannot_be_read_keeps_nobody_elses_timer_from_firing()
    {
        await Handler.HandleAsync([Deliver(Claim(1)), Deliver(Claim(2)), Deliver(Claim(3))], default);
        await using (var connection = await Store.OpenAsync(default))
            await connection.ExecuteAsync(Store.Sql("UPDATE routing.claims SET state = '{' WHERE fee_id = 2"));
        Clock.Advance(Claims.Deadlines.Sending);

        await Should.ThrowAsync<JsonException>(() => Handler.SweepAsync(100, default));

        (await StateOf(1)).Open!.Asked.ShouldBe(1);
        (await StateOf(3)).Open!.Asked.ShouldBe(1);
    }

    private static async Task<bool> TryAsync(RoutingHandler handler, Delivery delivery)
    {
        try
        {
            await handler.HandleAsync([delivery], default);
            return true;
        }
        catch (LostRaceException)
        {
            return false;
        }
    }

    private static string Text(OutgoingMessage message) => System.Text.Encoding.UTF8.GetString(message.Body.Span);
}
