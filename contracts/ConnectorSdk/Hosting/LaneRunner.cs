using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConnectorSdk.Hosting;

/// <summary>
/// Drives one municipality: its queue, its calls, its reading. It has its own tasks and its own limit of calls, so that a debtor system that hangs takes
/// nobody else's time.
/// </summary>
internal sealed partial class LaneRunner(
    string vendor, Lane lane, InstructionHandler handler, ITransport transport, ConnectorOptions options, ConnectorCapabilities capabilities, Loops loops,
    TimeProvider time, ILogger logger, Action<Exception> met) : IAsyncDisposable
{
    /// <summary>A batch may be in hand for so long waiting for its turn; then the log has it and the sweep goes on.</summary>
    private static readonly TimeSpan LongestInHand = TimeSpan.FromSeconds(5);

    /// <summary>One municipality's share of the claims comes slowly: a moment's wait makes one call and one transaction of several.</summary>
    private static readonly TimeSpan UntilFull = TimeSpan.FromMilliseconds(40);

    private readonly SemaphoreSlim _calls = new(lane.Concurrency, lane.Concurrency);
    private readonly SemaphoreSlim _woken = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private ISubscription? _subscription;
    private Task _running = Task.CompletedTask;
    private Task _reading = Task.CompletedTask;
    private bool _holding;
    private volatile bool _leaving;
    private long _inHand;

    public Lane Lane => lane;

    public LaneDepth? Depth { get; private set; }

    /// <summary>The queue is consumed, or left alone on purpose.</summary>
    public bool IsWell => _holding || _leaving || _subscription?.IsConsuming == true;

    public bool IsHeld => _holding;

    public async Task StartAsync(CancellationToken cancellation)
    {
        // As many as one call takes, and as many at a time as calls may be: little is prefetched, so that a crash gives little back.
        var queue = Topology.Transfer(lane.Code) with { BatchSize = handler.BatchSize, Concurrency = lane.Concurrency, Linger = capabilities.Linger ?? UntilFull };
        _subscription = await transport.SubscribeAsync(queue, TakeAsync, cancellation);
        await GateAsync(cancellation);
        _running = RunAsync(_stopping.Token);
    }

    /// <summary>Told by every sweep what the log holds.</summary>
    public void Wake(LaneDepth? depth)
    {
        Depth = depth;
        Interlocked.Exchange(ref _inHand, depth?.InHand ?? 0);
        if (_woken.CurrentCount == 0)
            Release();
    }

    /// <summary>Ends without breaking anything off: calls under way are waited for, as long as a call may last, and what is in hand is finished.</summary>
    public async Task LeaveAsync(CancellationToken cancellation)
    {
        _leaving = true;
        if (_woken.CurrentCount == 0)
            Release();
        try
        {
            await _running.WaitAsync(options.Lease, time, cancellation);
            await _reading.WaitAsync(options.Lease, time, cancellation);
        }
        catch (TimeoutException)
        {
            Log.NotFinished(logger, vendor, lane.Code, options.Lease.TotalSeconds);
        }

        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_subscription is not null)
            await _subscription.DisposeAsync();
        await _stopping.CancelAsync();
        await Task.WhenAll(_running, _reading);
        _stopping.Dispose();
        _calls.Dispose();
        _woken.Dispose();
    }

    private async Task<IReadOnlyList<DeadLetter>> TakeAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        List<Guid> taken = [];
        var consumer = new BatchConsumer(
            Topology.TransferQueue(lane.Code), async (part, token) => taken.AddRange(await handler.TakeAsync(lane.Code, part, token)), time, logger, notices: transport, met: met);
        var dead = await consumer.HandleAsync(batch, cancellation);
        if (taken.Count > 0)
            await WorkAsync(taken, cancellation);
        // What cannot be sent stays on the broker from now on, not from the next sweep: until then a fast queue would be in the log.
        if (!_holding && lane.StateAt(time.GetUtcNow()) is not (LaneState.Flowing or LaneState.GivingUp) && _woken.CurrentCount == 0)
            Release();
        return dead;
    }

    /// <summary>From here on the log has them: whatever fails, the sweep goes on with it, and the batch may be acknowledged.</summary>
    private async Task WorkAsync(IReadOnlyCollection<Guid> taken, CancellationToken cancellation)
    {
        try
        {
            var began = time.GetTimestamp();
            while (time.GetElapsedTime(began) < LongestInHand)
            {
                var work = await CallAsync(taken, cancellation);
                if (work.Handled > 0 && work.Handled < taken.Count)
                    continue;
                if (work.Wait is not { } wait)
                    return;
                // The rate's own back-pressure: what may not be sent yet keeps the next batch on the broker.
                await Task.Delay(wait < LongestInHand ? wait : LongestInHand, time, cancellation);
            }
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.StepFailed(logger, vendor, lane.Code, PersonalData.Mask($"{failure.GetType().Name}: {failure.Message}", 300));
        }
    }

    private async Task<Work> CallAsync(IReadOnlyCollection<Guid>? taken, CancellationToken cancellation)
    {
        await _calls.WaitAsync(cancellation);
        try
        {
            using (Begin("calls"))
                return await handler.WorkAsync(lane.Code, taken, cancellation);
        }
        finally
        {
            _calls.Release();
        }
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await _woken.WaitAsync(cancellation);
                if (_leaving)
                    return;
                if (Depth is { Due: > 0 } depth)
                {
                    // As many hands as calls may be made at a time, but none without work.
                    var hands = Math.Min(lane.Concurrency, (depth.Due + handler.BatchSize - 1) / handler.BatchSize);
                    await Task.WhenAll(Enumerable.Range(0, (int)hands).Select(_ => DrainAsync(cancellation)));
                }

                await GateAsync(cancellation);
                if (capabilities.ReadInterval is { } interval && _reading.IsCompleted)
                    _reading = ReadAsync(interval, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Store or broker is away: everything is in the log, the next sweep tries again.
                Log.StepFailed(logger, vendor, lane.Code, PersonalData.Mask($"{failure.GetType().Name}: {failure.Message}", 300));
            }
        }
    }

    private async Task DrainAsync(CancellationToken cancellation)
    {
        while (!_leaving)
        {
            var work = await CallAsync(null, cancellation);
            if (work.Handled > 0)
                continue;
            if (work.Wait is not { } wait)
                return;
            await Task.Delay(wait, time, cancellation);
        }
    }

    private async Task ReadAsync(TimeSpan interval, CancellationToken cancellation)
    {
        try
        {
            var (more, goOn) = (true, false);
            for (; more && !_leaving; goOn = true)
            {
                using (Begin("reading"))
                    more = await handler.ReadAsync(lane.Code, interval, goOn, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopping: the cursor stands where what was read took effect.
        }
        catch (Exception failure)
        {
            Log.StepFailed(logger, vendor, lane.Code, PersonalData.Mask($"{failure.GetType().Name}: {failure.Message}", 300));
        }
    }

    /// <summary>While nothing can be sent, or much is in hand, the backlog stays on the broker.</summary>
    private async Task GateAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var inHand = Interlocked.Read(ref _inHand);
        var hold = inHand >= options.MaxInHand || lane.StateAt(now) switch
        {
            LaneState.Flowing or LaneState.GivingUp => false,
            // With nothing in hand there is nothing to probe with: a batch is let in.
            LaneState.BreakerOpen => inHand > 0 || !lane.IsProbeDue(now),
            _ => true,
        };
        if (hold == _holding || _subscription is null || _leaving)
            return;
        // Until what is in hand is done.
        using var turn = loops.Begin($"{vendor} queue of {lane.Code}", WatchedTransport.LongestInHand);
        if (hold)
        {
            _holding = true;
            await _subscription.PauseAsync(cancellation);
        }
        else
        {
            await _subscription.ResumeAsync(cancellation);
            _holding = false;
        }

        Log.Gate(logger, vendor, lane.Code, hold ? "held" : "flowing", lane.StateAt(now));
    }

    /// <summary>A question, a submission of each kind and what is written of them.</summary>
    private IDisposable Begin(string what) => loops.Begin($"{vendor} {what} of {lane.Code}", (4 * options.CallTimeout) + Loops.LongestTurn);

    private void Release()
    {
        try
        {
            _woken.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it in the same moment.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3020, LogLevel.Warning, "{Vendor} {Municipality}: a step failed and will be tried again: {Failure}")]
        public static partial void StepFailed(ILogger logger, string vendor, string municipality, string failure);

        [LoggerMessage(3021, LogLevel.Information, "{Vendor} {Municipality}: the queue is {What} ({State})")]
        public static partial void Gate(ILogger logger, string vendor, string municipality, string what, LaneState state);

        [LoggerMessage(3022, LogLevel.Warning, "{Vendor} {Municipality}: a call did not come back within {Seconds} s and is left behind; whether it took effect is asked for")]
        public static partial void NotFinished(ILogger logger, string vendor, string municipality, double seconds);
    }
}
