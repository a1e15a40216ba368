using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture]
public sealed class When_receipts_come
{
    private static readonly Submitted Accepted = new Submitted.Accepted("D-1", "R-1");
    private static readonly Submitted Refused = new Submitted.Rejected("K17", "Unknown debtor", FixBy.Municipality);
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await ConnectorBench.StartAsync();
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
    }

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task later_the_transport_receipt_is_reported_first()
    {
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.ReceiveAsync(claim, "R-1", Accepted);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.Accepted]);
        _bench.Reports.All[^1].ShouldSatisfyAllConditions(
            report => report.DebtorReference.ShouldBe("D-1"), report => report.Receipt.ShouldBe("R-1"), report => report.Instruction.ShouldBe(InstructionKind.Register));
    }

    [Test]
    public async Task twice_the_second_changes_nothing()
    {
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.ReceiveAsync(claim, "R-1", Accepted);
        await _bench.ReceiveAsync(claim, "R-1", Accepted);
        await _bench.ReceiveAsync(claim, "R-2", Refused);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.Accepted]);
    }

    [Test]
    public async Task twice_in_one_reading_they_are_one()
    {
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.Handler.ReceiptsAsync(
            claim.Municipality, [new Receipt(claim.InstructionId, "R-1", Refused), new Receipt(claim.InstructionId, "R-1", Refused)], CancellationToken.None);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.Rejected]);
    }

    [Test]
    public async Task before_our_own_call_is_over_they_are_not_overwritten()
    {
        var claim = _bench.Register();
        _bench.Debtor.Reaction = _ =>
        {
            // The debtor system's callback is faster than its reply.
            _bench.ReceiveAsync(claim, "R-1", Accepted).GetAwaiter().GetResult();
            return Reaction.Receipt;
        };
        await _bench.HandleAsync(claim);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        (await _bench.RowAsync(claim)).Status.ShouldBe(InstructionStatus.Done);
    }

    [Test]
    public async Task after_a_lost_reply_they_spare_the_question()
    {
        _bench.Debtor.Reaction = _ => Reaction.BookAndDropTheReply;
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.ReceiveAsync(claim, "R-1", Accepted);
        await _bench.SweepAsync(TimeSpan.FromMinutes(1));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.Asked.ShouldBeEmpty();
    }

    [Test]
    public async Task for_instructions_nobody_knows_they_are_kept_aside()
    {
        var unknown = _bench.Register(99);
        await _bench.ReceiveAsync(unknown, "R-1", Accepted);
        await _bench.ReceiveAsync(unknown, "R-1", Accepted);

        _bench.Reports.All.ShouldBeEmpty();
        (await _bench.StrayReceiptsAsync()).ShouldBe(1);
    }

    [Test]
    public async Task from_another_municipality_they_touch_nothing()
    {
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.Handler.ReceiptsAsync(ConnectorBench.Aarhus, [new Receipt(claim.InstructionId, "R-1", Accepted)], CancellationToken.None);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending]);
    }

    [Test]
    public async Task while_the_broker_is_away_they_are_reported_when_it_is_back()
    {
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        _bench.Reports.IsDown = true;
        await Should.ThrowAsync<Defaults.Messaging.TransientException>(() => _bench.ReceiveAsync(claim, "R-1", Accepted));

        _bench.Reports.IsDown = false;
        await _bench.RestartAsync();
        await _bench.SweepAsync(_bench.Options.Lease);
        await _bench.SweepAsync(_bench.Options.Lease);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.Accepted]);
    }

    [Test]
    public async Task by_a_feed_the_cursor_moves_after_they_took_effect()
    {
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        _bench.Debtor.Feed = cursor => cursor is null
            ? new ReadBack([new Receipt(claim.InstructionId, "R-1", Accepted)], "page-2", More: true)
            : new ReadBack([], cursor);
        _bench.Reports.IsDown = true;
        await Should.ThrowAsync<Defaults.Messaging.TransientException>(() => ReadAsync(goOn: false));

        // What was read had not taken effect everywhere: it is read again, and counts once.
        _bench.Reports.IsDown = false;
        (await ReadAsync(goOn: true)).ShouldBeTrue();
        (await ReadAsync(goOn: true)).ShouldBeFalse();
        (await _bench.Log.LanesAsync(CancellationToken.None)).Single(lane => lane.Municipality == ConnectorBench.København).ReadCursor.ShouldBe("page-2");
        await _bench.SweepAsync(_bench.Options.Lease);
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.Accepted]);
    }

    [Test]
    public async Task two_instances_read_in_turns()
    {
        (await ClaimAsync()).ShouldBeTrue();
        (await ClaimAsync()).ShouldBeFalse();
        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        (await ClaimAsync()).ShouldBeTrue();

        Task<bool> ClaimAsync() => _bench.Log.ClaimReadingAsync(
            ConnectorBench.København, _bench.Time.GetUtcNow(), _bench.Time.GetUtcNow() + TimeSpan.FromMinutes(1), CancellationToken.None);
    }

    private Task<bool> ReadAsync(bool goOn) => _bench.Handler.ReadAsync(ConnectorBench.København, TimeSpan.FromMinutes(1), goOn, CancellationToken.None);
}
