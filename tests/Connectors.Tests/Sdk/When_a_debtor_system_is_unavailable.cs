using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture]
public sealed class When_a_debtor_system_is_unavailable
{
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await ConnectorBench.StartAsync(new ConnectorOptions { GiveUpAfter = TimeSpan.FromMinutes(5) });
        _bench.Debtor.Reaction = municipality => municipality == ConnectorBench.København ? Reaction.Unavailable : Reaction.Accept;
    }

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task its_claims_wait_and_are_sent_when_it_is_back()
    {
        var claims = Enumerable.Range(1, 3).Select(fee => _bench.Register(fee)).ToList();
        await _bench.HandleAsync(claims);
        _bench.Handler.LaneOf(ConnectorBench.København).StateAt(_bench.Time.GetUtcNow()).ShouldBe(LaneState.BreakerOpen);

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.SweepAsync(TimeSpan.FromSeconds(5));

        claims.ShouldAllBe(claim => _bench.OutcomesOf(claim).Single() == TransferOutcome.Accepted);
        _bench.Debtor.Asked.ShouldBeEmpty();
        _bench.Debtor.MaxBookings.ShouldBe(1);
        _bench.Handler.LaneOf(ConnectorBench.København).Breaker.ShouldBe(BreakerState.Closed);
    }

    [Test]
    public async Task what_it_has_to_say_counts_as_unread_from_the_first_reading_that_fails_until_one_is_answered()
    {
        var lane = _bench.Handler.LaneOf(ConnectorBench.København);
        await ReadAsync();
        lane.UnreadSince.ShouldBeNull();

        var answer = _bench.Debtor.Feed;
        _bench.Debtor.Feed = _ => throw new IOException("No route to host.");
        var failed = await ReadAsync();
        await ReadAsync();
        lane.UnreadSince.ShouldBe(failed);

        _bench.Debtor.Feed = answer;
        await ReadAsync();
        lane.UnreadSince.ShouldBeNull();

        async Task<DateTimeOffset> ReadAsync()
        {
            _bench.Time.Advance(TimeSpan.FromMinutes(1));
            await _bench.Handler.ReadAsync(ConnectorBench.København, TimeSpan.FromSeconds(1), goOn: false, CancellationToken.None);
            return _bench.Time.GetUtcNow();
        }
    }

    [Test]
    public async Task others_flow()
    {
        await _bench.HandleAsync(_bench.Register(1));
        var elsewhere = _bench.Register(2, ConnectorBench.Aarhus);
        await _bench.HandleAsync(elsewhere);

        _bench.OutcomesOf(elsewhere).ShouldBe([TransferOutcome.Accepted]);
    }

    [Test]
    public async Task it_is_probed_with_one_instruction_at_growing_pauses()
    {
        await _bench.HandleAsync([.. Enumerable.Range(1, 50).Select(fee => _bench.Register(fee))]);
        await _bench.SweepForAsync(TimeSpan.FromMinutes(4), TimeSpan.FromSeconds(1));

        _bench.Debtor.CallSizes.First().ShouldBe(50);
        _bench.Debtor.CallSizes.Skip(1).ShouldAllBe(size => size == 1);
        // Pauses of 1, 2, 4, 8, 16 s, then every half minute.
        _bench.Debtor.CallSizes.Count.ShouldBeInRange(8, 15);
    }

    [Test]
    public async Task for_too_long_its_claims_go_to_a_person_and_it_is_still_probed()
    {
        var early = Enumerable.Range(1, 3).Select(fee => _bench.Register(fee)).ToList();
        await _bench.HandleAsync(early);
        await _bench.SweepForAsync(TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(5));
        early.ShouldAllBe(claim => _bench.OutcomesOf(claim).Single() == TransferOutcome.Unknown);
        _bench.Reports.All.ShouldAllBe(report => report.Code == InstructionRules.Unavailable);
        _bench.Handler.LaneOf(ConnectorBench.København).StateAt(_bench.Time.GetUtcNow()).ShouldBe(LaneState.GivingUp);

        // The queue is drained the same way …
        var later = _bench.Register(10);
        await _bench.HandleAsync(later);
        await _bench.SweepForAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));
        _bench.OutcomesOf(later).ShouldBe([TransferOutcome.Unknown]);

        // … until a probe gets through.
        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.SweepAsync(_bench.Options.LongestPause);
        var probe = _bench.Register(11);
        await _bench.HandleAsync(probe);
        _bench.OutcomesOf(probe).ShouldBe([TransferOutcome.Accepted]);
        _bench.Handler.LaneOf(ConnectorBench.København).StateAt(_bench.Time.GetUtcNow()).ShouldBe(LaneState.Flowing);
    }

    [Test]
    public async Task the_next_run_knows_since_when()
    {
        await _bench.HandleAsync(_bench.Register(1));
        var since = _bench.Handler.LaneOf(ConnectorBench.København).UnavailableSince;
        _bench.Time.Advance(TimeSpan.FromMinutes(3));
        await _bench.RestartAsync();

        _bench.Handler.LaneOf(ConnectorBench.København).UnavailableSince.ShouldBe(since);
        _bench.Handler.LaneOf(ConnectorBench.København).StateAt(_bench.Time.GetUtcNow()).ShouldBe(LaneState.BreakerOpen);
    }

    [Test]
    public async Task calls_without_any_clear_answer_open_the_breaker_as_well()
    {
        _bench.Debtor.Reaction = _ => Reaction.LoseTheRequest;
        _bench.Debtor.Answer = _ => new Found.NoAnswer("no reply");
        for (var fee = 1; fee <= _bench.Options.BreakerFailures; fee++)
            await _bench.HandleAsync(_bench.Register(fee));

        _bench.Handler.LaneOf(ConnectorBench.København).Breaker.ShouldBe(BreakerState.Open);
    }

    [Test]
    public async Task for_one_instruction_alone_that_one_does_not_wait_for_ever()
    {
        // Every other call is clear, so the debtor system as a whole is never gone.
        var stuck = _bench.Register(1);
        await _bench.HandleAsync(stuck);
        for (var fee = 2; fee < 40; fee++)
        {
            _bench.Debtor.Reaction = _ => Reaction.Accept;
            await _bench.HandleAsync(_bench.Register(fee));
            _bench.Debtor.Reaction = _ => Reaction.Unavailable;
            await _bench.SweepAsync(TimeSpan.FromSeconds(10));
        }

        _bench.OutcomesOf(stuck).ShouldBe([TransferOutcome.Unknown]);
    }
}
