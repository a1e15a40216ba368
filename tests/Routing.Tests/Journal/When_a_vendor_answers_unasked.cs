using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Accounting;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Tests.Saga;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Journal;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_a_vendor_answers_unasked(Engine engine) : RoutingFixture(engine)
{
    private const string User = "vendor-kmdopus";
    private SenderRefusals _refusals = null!;
    private RoutingHandler _handler = null!;

    [SetUp]
    public void Listen()
    {
        _refusals = new SenderRefusals(Store, Clock);
        _handler = new RoutingHandler(
            new RoutingStore(Store), Publisher, new ClaimSaga(Claims.Deadlines), new Defaults.Municipalities.Municipalities([Claims.Copenhagen]), Clock,
            new UnaskedAnswers(_refusals, NullLogger.Instance));
    }

    [Test]
    public async Task It_is_counted_and_the_claim_goes_on()
    {
        await _handler.HandleAsync([Deliver(Claim(1))], default);
        var asked = (await StateOf(1)).Open!.Id;

        await _handler.HandleAsync([Said(1, Claims.Message("guess"), "a"), Said(1, Claims.Message("another guess"), "b"), Said(2, Claims.Message("guess"), "c")], default);

        (await StateOf(1)).Status.ShouldBe(ClaimStatus.Sending);
        (await _refusals.ReadAsync(default)).ShouldBe([new SenderRefusalCount(User, "0101", MessageNames.TransferReported, RefusalReason.NeverGiven, 3, Clock.GetUtcNow(), Clock.GetUtcNow())]);

        await _handler.HandleAsync([Said(1, asked, "d")], default);
        (await StateOf(1)).Status.ShouldBe(ClaimStatus.Transferred);
        (await _refusals.ReadAsync(default)).Single().Count.ShouldBe(3);
    }

    [Test]
    public async Task An_answer_that_comes_late_or_again_is_no_such_thing()
    {
        await _handler.HandleAsync([Deliver(Claim(1))], default);
        var first = (await StateOf(1)).Open!.Id;
        await _handler.HandleAsync([Said(1, first, "a")], default);
        await _handler.HandleAsync([Deliver(Claims.Adjusted(2, 5000) with { ClaimId = Claim(1).ClaimId, FeeId = 1 })], default);
        (await StateOf(1)).Open!.Id.ShouldNotBe(first);

        await _handler.HandleAsync([Said(1, first, "a"), Said(1, first, "b"), Said(1, first, "c", TransferOutcome.Rejected)], default);

        (await StateOf(1)).Status.ShouldBe(ClaimStatus.Changing);
        (await _refusals.ReadAsync(default)).ShouldBeEmpty();
    }

    [Test]
    public async Task Nobody_is_named_where_the_broker_vouches_for_no_vendor()
    {
        await _handler.HandleAsync([Said(1, Claims.Message("guess"), "a") with { Sender = null }, Said(1, Claims.Message("guess"), "b") with { Sender = "console" }], default);

        (await _refusals.ReadAsync(default)).ShouldBeEmpty();
    }

    [Test]
    public async Task The_accounts_tell_since_when_a_vendor_has_said_nothing()
    {
        await _handler.HandleAsync([Deliver(Claim(1)), Deliver(Claim(2))], default);
        Clock.Advance(TimeSpan.FromMinutes(5));
        var heard = Clock.GetUtcNow();
        await _handler.HandleAsync([Said(1, (await StateOf(1)).Open!.Id, "a", TransferOutcome.InHand)], default);
        (await UnheardSinceAsync()).ShouldBe(Claims.Start, "the other claim is without an answer");

        await _handler.HandleAsync([Said(2, (await StateOf(2)).Open!.Id, "b")], default);

        (await UnheardSinceAsync()).ShouldBe(heard);
    }

    private async Task<DateTimeOffset?> UnheardSinceAsync() => (await new Accounts(Store, Clock, Gap).ReadAsync(fresh: true, default)).Municipalities["0101"].UnheardSince;

    private Delivery Said(int claim, Guid instruction, string salt, TransferOutcome outcome = TransferOutcome.Accepted) => Deliver(
        new TransferReported(
            Claims.Message($"said/{claim}/{salt}"), Clock.GetUtcNow(), Claim(claim).ClaimId, "0101", Claims.Agency, claim, 1, instruction, InstructionKind.Register, outcome, "OPUS-1", null, null, null, null)) with
    {
        Sender = User,
    };
}
