using ClaimsTransfer.ConnectorSdk.Asking;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

/// <summary>Credentials at a debtor system are missing, wrong or expired: no claim is to blame, a person is told, and all goes on by itself once they are right.</summary>
public sealed class When_we_are_not_let_in
{
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task Start() => _bench = await ConnectorBench.StartAsync();

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Claims_wait_for_as_long_as_it_takes_and_go_on_by_themselves()
    {
        _bench.Debtor.Reaction = _ => Reaction.DoNotLetIn;
        var claim = _bench.Register(1);
        await _bench.HandleAsync(claim);
        await _bench.SweepForAsync(TimeSpan.FromDays(4), TimeSpan.FromHours(4));

        _bench.OutcomesOf(claim).ShouldBeEmpty("nothing is rejected, and nothing given up");
        (await _bench.RowAsync(claim)).Status.ShouldBe(InstructionStatus.Waiting);
        var lane = _bench.Handler.LaneOf(ConnectorBench.København);
        lane.WaitsFor(_bench.Time.GetUtcNow()).ShouldBe([ConnectorNotes.NotLetIn(ConnectorBench.København)]);
        lane.UnavailableSince.ShouldBeNull("the debtor system is well");
        _bench.Logger.All.Count(line => line.Contains("does not let us in", StringComparison.Ordinal)).ShouldBe(1);

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.SweepForAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10));
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        lane.WaitsFor(_bench.Time.GetUtcNow()).ShouldBeEmpty();
        _bench.Debtor.MaxBookings.ShouldBe(1);
    }

    [Test]
    public async Task What_is_unclear_is_asked_about_until_we_are()
    {
        _bench.Debtor.Reaction = _ => Reaction.BookAndDropTheReply;
        var claim = _bench.Register(1);
        await _bench.HandleAsync(claim);
        _bench.Debtor.Reaction = _ => Reaction.DoNotLetIn;
        await _bench.SweepForAsync(TimeSpan.FromDays(4), TimeSpan.FromHours(4));
        _bench.OutcomesOf(claim).ShouldBeEmpty();

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.SweepForAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.MaxBookings.ShouldBe(1);
    }

    [Test]
    public async Task A_neighbour_does_not_notice()
    {
        _bench.Debtor.Reaction = municipality => municipality == ConnectorBench.København ? Reaction.DoNotLetIn : Reaction.Accept;
        var (ours, theirs) = (_bench.Register(1), _bench.Register(2, ConnectorBench.Aarhus));
        await _bench.HandleAsync(ours);
        await _bench.HandleAsync(theirs);

        _bench.OutcomesOf(theirs).ShouldBe([TransferOutcome.Accepted]);
        _bench.Handler.LaneOf(ConnectorBench.Aarhus).WaitsFor(_bench.Time.GetUtcNow()).ShouldBeEmpty();
    }
}
