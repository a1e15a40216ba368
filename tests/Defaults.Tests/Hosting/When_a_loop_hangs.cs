using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Hosting;

public sealed class When_a_loop_hangs
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private FakeTimeProvider _time = null!;
    private CancellationTokenSource _stop = null!;
    private Loops _loops = null!;

    [SetUp]
    public void Begin()
    {
        _time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
        _loops = new Loops(_time);
        _stop = new CancellationTokenSource();
    }

    [TearDown]
    public void End() => _stop.Dispose();

    [Test]
    public async Task it_is_named_since_its_turn_began_and_no_more_when_it_goes_on()
    {
        var (taken, goOn) = (0, new TaskCompletionSource());
        var running = EveryAsync(_ =>
        {
            taken++;
            return goOn.Task;
        });
        _time.Advance(Interval);
        await UntilAsync(() => taken == 1);
        var since = _time.GetUtcNow();

        _time.Advance(Loops.LongestTurn);
        _loops.Hanging.ShouldBeEmpty();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _loops.Hanging.ShouldBe([new HangingLoop("relay", since)]);

        goOn.SetResult();
        await UntilAsync(() => _loops.Hanging.Count == 0);
        _time.Advance(Interval);
        await UntilAsync(() => taken > 1);
        await StopAsync(running);
    }

    [Test]
    public async Task one_that_waits_is_not_named_however_long_and_nor_is_one_with_ever_more_to_do()
    {
        var (more, taken, told) = (true, 0, (Exception?)null);
        var running = _loops.EveryAsync(
            "relay", Interval, async token =>
            {
                if (++taken > 5)
                    return false;
                _time.Advance(Loops.LongestTurn);
                _loops.Hanging.ShouldBeEmpty();
                await Task.Yield();
                more = taken < 5;
                return more;
            }, failure => told = failure, _stop.Token, atOnce: true);
        await UntilAsync(() => !more && _loops.Hanging.Count == 0);

        _time.Advance(Interval - TimeSpan.FromMilliseconds(1));
        _loops.Hanging.ShouldBeEmpty();
        _loops.Names.ShouldBe(["relay"]);
        told.ShouldBeNull();
        await StopAsync(running);
    }

    [Test]
    public async Task a_turn_that_fails_is_told_of_and_the_next_one_comes()
    {
        var (taken, told) = (0, new List<string>());
        var running = _loops.EveryAsync(
            "relay", Interval, token => ++taken == 1 ? throw new InvalidOperationException("away") : Task.CompletedTask, failure => told.Add(failure.Message), _stop.Token);

        _time.Advance(Interval);
        await UntilAsync(() => told.Count == 1);
        _time.Advance(Interval);
        await UntilAsync(() => taken == 2);

        _loops.Ended.ShouldBeEmpty();
        told.ShouldBe(["away"]);
        await StopAsync(running);
    }

    [Test]
    public async Task one_that_ends_by_itself_is_named_as_that_and_one_that_was_stopped_is_not()
    {
        var running = _loops.EveryAsync("relay", Interval, _ => throw new InvalidOperationException("away"), _ => throw new InvalidOperationException("nobody hears"), _stop.Token);
        var other = EveryAsync(_ => Task.CompletedTask, "sweep");
        _time.Advance(Interval);
        await Should.ThrowAsync<InvalidOperationException>(running);

        await StopAsync(other);
        _loops.Ended.ShouldBe(["relay"]);
    }

    [Test]
    public async Task a_consumer_is_named_while_a_batch_is_in_hand_and_not_while_it_is_idle_or_paused()
    {
        using var folder = new TemporaryFolder();
        await using var transport = new WatchedTransport(
            TransportFactory.Create(new Installation { Data = folder.Path }, TimeProvider.System, NullLoggerFactory.Instance), _loops, _time);
        await transport.DeclareAsync([Topology.Routing], default);
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var subscription = await transport.SubscribeAsync(Topology.Routing, async (_, _) =>
        {
            begun.SetResult();
            await goOn.Task;
            return [];
        }, default);
        _time.Advance(TimeSpan.FromDays(1));
        _loops.Hanging.ShouldBeEmpty("it is idle");

        await transport.PublishAsync([new OutgoingMessage("claim-created", Guid.NewGuid(), "{}"u8.ToArray())], default);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var since = _time.GetUtcNow();
        _time.Advance(WatchedTransport.LongestInHand + TimeSpan.FromMilliseconds(1));
        _loops.Hanging.ShouldBe([new HangingLoop("consumer of routing", since)]);

        goOn.SetResult();
        await subscription.PauseAsync(default);
        _time.Advance(TimeSpan.FromDays(1));
        _loops.Hanging.ShouldBeEmpty("it is paused");
    }

    private Task EveryAsync(Func<CancellationToken, Task> turn, string name = "relay") => _loops.EveryAsync(name, Interval, turn, _ => { }, _stop.Token);

    private async Task StopAsync(Task running)
    {
        await _stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isSo())
            await Task.Delay(5, patience.Token);
    }
}
