using ClaimsTransfer.Benchmarks.Baseline;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Benchmarks.Sides;

/// <summary>The baseline: all of its consumers in one process, which is the cheapest it can be run.</summary>
internal static class BaselineServices
{
    public static Task<Services> StartAsync(Servers servers, CancellationToken cancellation) =>
        Services.StartAsync([ServiceProcess.Start("consumers", "Benchmarks", [BaselineHost.Command], FreePorts.Take(1)[0], servers)], cancellation);
}
