using System.Data.Common;
using System.Threading.Channels;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Defaults.Telemetry;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// What of ours keeps this process from handling any message: a store that takes nothing, keys that are not there. Nothing is consumed meanwhile, so that no message is
/// delivered again and again until the broker gives it up; readiness, the doctor and the console say what it is; and it goes on by itself once a probe succeeds.
/// </summary>
public sealed partial class OwnFaults(
    IStores stores, WatchedTransport transport, Loops loops, TimeProvider time, ILogger<OwnFaults> log, KeyFolderCheck? keys = null)
    : BackgroundService, IHealthCheck
{
    /// <summary>What a probe does not find, a permission on one table say, is tried with growing pauses.</summary>
    private static readonly TimeSpan ComesAgainWithin = TimeSpan.FromMinutes(5);

    private readonly Channel<Exception> _met = Channel.CreateBounded<Exception>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile string? _now;

    /// <summary>What it is; null: nothing.</summary>
    public string? Now => _now;

    /// <summary>Somebody met what is no fault of a message. Never waits.</summary>
    public void Met(Exception fault)
    {
        if (IsOurs(fault))
            _met.Writer.TryWrite(fault);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_now is { } fault ? HealthCheckResult.Unhealthy($"Nothing is consumed: {fault}") : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (times, over) = (0, time.GetTimestamp());
        await foreach (var fault in _met.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                // What passes by itself is nobody's business, unless it has not passed.
                var cause = IsPassing(fault) ? await ProbeAsync(stoppingToken) : fault;
                if (cause is null)
                    continue;
                times = time.GetElapsedTime(over) < ComesAgainWithin ? times + 1 : 1;
                await HoldUntilMendedAsync(cause, times, stoppingToken);
                over = time.GetTimestamp();
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // The broker was lost in between, say. What is still wrong is met again.
                Log.Failed(log, failure);
            }
        }
    }

    private async Task HoldUntilMendedAsync(Exception cause, int times, CancellationToken stopping)
    {
        Say(cause);
        ClaimMetrics.SetHeld(true);
        // What is in hand goes on trying for a while, and is then given back: nobody waits for it here.
        var holding = transport.HoldAsync(stopping);
        var failures = times + 3;
        try
        {
            do
            {
                await Task.Delay(Backoff.After(failures++), time, stopping);
                if (await ProbeAsync(stopping) is { } still)
                    Say(still);
                else
                    break;
            }
            while (true);
            using (loops.Begin(nameof(OwnFaults), WatchedTransport.LongestInHand))
                await holding;
            // Said while it was held, and over with it.
            _met.Reader.TryRead(out _);
        }
        finally
        {
            ClaimMetrics.SetHeld(false);
            _now = null;
            using (loops.Begin(nameof(OwnFaults), Loops.LongestTurn))
                await transport.ReleaseAsync(stopping);
        }

        Log.Mended(log);
    }

    private void Say(Exception cause)
    {
        var text = PersonalData.Mask(cause.Message, 500);
        if (text != _now)
            Log.Held(log, text);
        _now = text;
    }

    private async Task<Exception?> ProbeAsync(CancellationToken stopping)
    {
        using var turn = loops.Begin(nameof(OwnFaults), Loops.LongestTurn);
        try
        {
            await stores.ProbeAsync(stopping);
            keys?.Check();
            return null;
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            return fault;
        }
    }

    private static bool IsOurs(Exception fault) => fault switch
    {
        DbException or KeyNotHereException => true,
        UnauthorizedAccessException => true,
        TransientException { InnerException: { } inner } => IsOurs(inner),
        _ => false,
    };

    private static bool IsPassing(Exception fault) => fault switch
    {
        DbException database => SqlStore.IsPassing(database),
        TransientException { InnerException: { } inner } => IsPassing(inner),
        _ => false,
    };

    private static partial class Log
    {
        [LoggerMessage(1070, LogLevel.Error, "Nothing is consumed until this is mended: {Fault}")]
        public static partial void Held(ILogger logger, string fault);

        [LoggerMessage(1072, LogLevel.Error, "A fault of ours could not be followed to its end; what is still wrong is met again")]
        public static partial void Failed(ILogger logger, Exception failure);

        [LoggerMessage(1071, LogLevel.Information, "It is mended: consuming goes on")]
        public static partial void Mended(ILogger logger);
    }
}
