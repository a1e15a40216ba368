using System.Reflection;
using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.ConformanceKit.DebtorSystems;
using ClaimsTransfer.ConformanceKit.Starting;
using ClaimsTransfer.Defaults.Messaging;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConformanceKit.Proving;

/// <summary>Runs checks against a connector, one after the other, and keeps what came of each. Whatever happens to one, the next is run.</summary>
public sealed class ConformanceRun(IConnectorFactory factory, BenchOptions options, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>One check longer than this hangs: it is given up, and counts as failed.</summary>
    private static readonly TimeSpan LongestCheck = TimeSpan.FromMinutes(10);

    public static string KitVersion { get; } =
        typeof(ConformanceRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <param name="told">Called after each check.</param>
    public async Task<ConformanceResult> RunAsync(
        IReadOnlyList<Check> checks, IReadOnlyList<Waiver> waivers, string broker, string folder, Action<CheckResult>? told, CancellationToken cancellation)
    {
        var startedAt = time.GetUtcNow();
        var inForce = waivers.Where(waiver => !waiver.HasExpired(DateOnly.FromDateTime(startedAt.UtcDateTime))).ToList();
        List<CheckResult> results = [];
        var connector = "did not start";
        try
        {
            await using var bench = await Bench.OpenAsync(options, factory, broker, folder, time, loggers, cancellation);
            connector = bench.Connector.Version;
            foreach (var check in checks)
                Keep(await RunAsync(bench, check, cancellation));
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // The bench could not be opened or closed: what was not run by then has failed, and says why.
            foreach (var check in checks.Skip(results.Count))
                Keep(Result(check, CheckOutcome.Failed, $"the connector, its debtor system or the broker could not be started: {Text(fault)}", TimeSpan.Zero));
        }

        return new ConformanceResult(KitVersion, connector, options.Municipality, startedAt, time.GetUtcNow(), options.Many, inForce, results);

        void Keep(CheckResult result)
        {
            if (result.Outcome is CheckOutcome.Failed or CheckOutcome.NotRun && inForce.Any(waiver => waiver.Check == result.Name))
                result = result with { Outcome = CheckOutcome.Waived };
            results.Add(result);
            told?.Invoke(result);
        }
    }

    /// <summary>One check on a bench that is open.</summary>
    public async Task<CheckResult> RunAsync(Bench bench, Check check, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(LongestCheck);
        CheckResult result;
        try
        {
            await check.Run(bench, patience.Token);
            result = Result(check, CheckOutcome.Passed, "as expected", time.GetElapsedTime(began));
        }
        catch (CheckFailedException fault)
        {
            result = Result(check, CheckOutcome.Failed, Text(fault), time.GetElapsedTime(began));
        }
        catch (CheckNotRunException why)
        {
            result = Result(check, CheckOutcome.NotRun, Text(why), time.GetElapsedTime(began));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            result = Result(check, CheckOutcome.Failed, $"it was not done within {LongestCheck.TotalMinutes:0} minutes", time.GetElapsedTime(began));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            result = Result(check, CheckOutcome.Failed, $"the check itself broke off: {fault.GetType().Name}: {Text(fault)}", time.GetElapsedTime(began));
        }

        // The next check begins as good as the first.
        await bench.DebtorSystem.BehaveAsync(DebtorBehaviour.Good, cancellation);
        if (bench.Connector.Ended.IsCompleted && bench.Connector.CanBeKilled)
        {
            await bench.Connector.DisposeAsync();
            await bench.StartAgainAsync(cancellation);
        }

        return result;
    }

    private static CheckResult Result(Check check, CheckOutcome outcome, string got, TimeSpan took) =>
        new(check.Name, check.Level, outcome, check.Expected, got, check.Why, check.Where, Math.Round(took.TotalSeconds, 2));

    private static string Text(Exception fault) => PersonalData.Mask(fault.Message, 1_000);
}
