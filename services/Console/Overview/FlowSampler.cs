using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>Looks once a minute how far the claims have come, so that the overview can tell what came through in each hour.</summary>
public sealed partial class FlowSampler(
    ServiceFigures figures, FlowStore flow, IMunicipalities municipalities, Loops loops, TimeProvider time, ILogger<FlowSampler> log)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await flow.MigrateAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <returns>How many rows it added.</returns>
    public async Task<int> SampleAsync(CancellationToken cancellation)
    {
        var now = await figures.ReadAsync(cancellation);
        var collected = await flow.CollectedAsync(cancellation);
        // A municipality that has nothing yet begins at 0: what comes later is then known to have come later.
        string[] codes = [.. municipalities.All.Select(municipality => municipality.Code), .. now.Ingest?.Municipalities.Keys ?? [], .. now.Routing?.Municipalities.Keys ?? [], .. collected.Keys];
        return await flow.AddAsync(
            time.GetUtcNow(),
            [
                .. codes.Distinct(StringComparer.Ordinal).Select(code =>
                {
                    var routing = now.Routing is null ? null : now.Routing.Municipalities.GetValueOrDefault(code) ?? new RoutingFigures();
                    return new FlowSample(
                        code, now.Ingest is null ? null : now.Ingest.Municipalities.GetValueOrDefault(code)?.Accepted ?? 0, routing?.Transferred, routing?.Rejected, collected.GetValueOrDefault(code));
                }),
            ],
            cancellation);
    }

    /// <summary>
    /// Where it fails, the next minute is looked at all the same; figures are counted from the beginning, so nothing is lost but when it happened.
    /// </summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loops.EveryAsync(
        nameof(FlowSampler), Every, stopping => (Task)SampleAsync(stopping),
        failure => Log.NotSampled(log, PersonalData.Mask($"{failure.GetType().Name}: {failure.Message}", 300)), stoppingToken, atOnce: true);

    private static partial class Log
    {
        [LoggerMessage(7200, LogLevel.Warning, "How far the claims have come could not be looked at in this minute: {Failure}")]
        public static partial void NotSampled(ILogger logger, string failure);
    }
}
