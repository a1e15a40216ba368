using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Operations;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Tests.Saga;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Journal;

/// <summary>They came while their municipality was planned; now it is live.</summary>
[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_claims_were_left_out(Engine engine) : RoutingFixture(engine)
{
    private const int Wanted = 1_203;
    private static readonly LeftOutFilter All = new("0101");

    [Test]
    public async Task All_that_the_rules_of_today_let_in_are_taken_in_once()
    {
        var planned = await ComeWhilePlannedAsync(Wanted);
        await planned.HandleAsync([Deliver(Claim(9_001) with { AmountOre = 100 }), Deliver(Claim(9_002) with { CreatedOn = Claims.Copenhagen.Cutover.AddDays(-1) })], default);
        Copenhagen = Claims.Copenhagen with { MinimumAmountOre = 5_000 };

        var view = await LeftOut().ShowAsync(All, default);
        view.Wanted.ShouldBe(new LeftOutSum(null, Wanted, Wanted * 7_000L));
        view.Left.ShouldBe([new LeftOutSum("BeforeCutover", 1, 7_000), new LeftOutSum("BelowMinimum", 1, 100)]);

        var transport = new Released();
        (await LeftOut(transport).TakeInAsync(All, "anna", "gone live", default)).ShouldBe(view.Wanted);
        // Asked for twice, before the first has come through: each is released once.
        await LeftOut(transport).TakeInAsync(All, "anna", "gone live", default);
        Publisher.Published.Clear();
        foreach (var batch in transport.Messages.Chunk(200))
            await NewHandler(Store).HandleAsync(batch, default);

        var instructions = Publisher.Published.Where(message => message.Name == MessageNames.TransferClaim).Select(message => message.MessageId).ToList();
        instructions.Distinct().Count().ShouldBe(Wanted);
        (await StateOf(Wanted)).ShouldSatisfyAllConditions(state => state.Status.ShouldBe(ClaimStatus.Sending), state => state.Instructions.ShouldBe(1));
        (await LeftOut().ShowAsync(All, default)).Wanted.Claims.ShouldBe(0);
    }

    [Test]
    public async Task A_set_is_taken_in_by_library_and_by_the_day_on_which_they_were_created()
    {
        Copenhagen = Claims.Copenhagen with { Stage = Stage.Planned };
        var branch = Claim(3) with { Agency = "DK-710111", ClaimId = DeterministicId.OfClaim("DK-710111", 3) };
        await NewHandler(Store).HandleAsync([Deliver(Claim(1)), Deliver(Claim(2) with { CreatedOn = Claim(1).CreatedOn.AddDays(5) }), Deliver(branch)], default);
        Copenhagen = Claims.Copenhagen;

        (await LeftOut().ShowAsync(All, default)).Wanted.Claims.ShouldBe(3);
        (await LeftOut().ShowAsync(All with { Agency = "dk-710111" }, default)).Wanted.Claims.ShouldBe(1);
        (await LeftOut().ShowAsync(All with { CreatedSince = Claim(1).CreatedOn.AddDays(5) }, default)).Wanted.Claims.ShouldBe(1);
        (await LeftOut().ShowAsync(new LeftOutFilter("0157"), default)).Wanted.Claims.ShouldBe(0);
    }

    [Test]
    public async Task One_that_FBS_sends_again_goes_on_its_way_once()
    {
        var planned = await ComeWhilePlannedAsync(2);
        await planned.HandleAsync([Deliver(Claim(1))], default);
        (await StateOf(1)).ShouldSatisfyAllConditions(state => state.Position.ShouldBe(1), state => state.Status.ShouldBe(ClaimStatus.OutOfScope));
        Publisher.Published.Clear();
        Copenhagen = Claims.Copenhagen;
        var handler = NewHandler(Store);

        await handler.HandleAsync([Deliver(Claim(1)), Deliver(Claim(1))], default);
        await handler.HandleAsync([Deliver(Claim(1))], default);

        Publisher.Published.Where(message => message.Name == MessageNames.TransferClaim).ShouldHaveSingleItem();
        (await StateOf(1)).ShouldSatisfyAllConditions(state => state.Status.ShouldBe(ClaimStatus.Sending), state => state.Instructions.ShouldBe(1));
        (await StateOf(2)).Status.ShouldBe(ClaimStatus.OutOfScope);
    }

    [Test]
    public async Task A_crash_after_it_was_decided_sends_it_on_later()
    {
        await ComeWhilePlannedAsync(1);
        Copenhagen = Claims.Copenhagen;
        var handler = NewHandler(Store);
        Publisher.Failures = 1;
        await Should.ThrowAsync<TransientException>(() => handler.HandleAsync([Deliver(Claim(1))], default));
        Publisher.Published.Clear();

        await handler.HandleAsync([Deliver(Claim(1))], default);
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await handler.RelayAsync(100, default)).ShouldBe(1);

        Publisher.Published.Where(message => message.Name == MessageNames.TransferClaim).ShouldHaveSingleItem();
        (await handler.RelayAsync(100, default)).ShouldBe(0);
    }

    private async Task<RoutingHandler> ComeWhilePlannedAsync(int claims)
    {
        Copenhagen = Claims.Copenhagen with { Stage = Stage.Planned };
        var handler = NewHandler(Store);
        foreach (var batch in Enumerable.Range(1, claims).Chunk(200))
            await handler.HandleAsync([.. batch.Select(number => Deliver(Claim(number)))], default);
        return handler;
    }

    private LeftOut LeftOut(Released? transport = null) => new(Store, transport ?? new Released(), new Municipalities([Copenhagen, Claims.Copenhagen with { Code = "0157" }]), Clock);

    /// <summary>What was released, as the broker delivers it.</summary>
    private sealed class Released : IPublisher
    {
        public List<Delivery> Messages { get; } = [];

        public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
        {
            Messages.AddRange(messages.Select(message => new Delivery(message.Name, message.MessageId.ToString(), message.Body, null)));
            return Task.CompletedTask;
        }
    }
}
