using ClaimsTransfer.Benchmarks.Baseline;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Benchmarks.Sides;

/// <summary>A baseline: all of its steps in one process, which is the cheapest it can be run.</summary>
internal static class BaselineServices
{
    public static IReadOnlyList<(string What, string Statement)> Counts { get; } =
    [
        ("transferred", "SELECT count(*) FROM claims WHERE status = 'Transferred'"),
        ("claims", "SELECT count(*) FROM claims"),
        ("registered", "SELECT count(*) FROM instructions"),
        ("quarters of the journal's four rows a claim", "SELECT count(*) / 4 FROM journal"),
    ];

    public static Task<Services> StartAsync(Servers servers, Side side, CancellationToken cancellation) => Services.StartAsync(
        [ServiceProcess.Start("steps", Built.Ours, "Benchmarks", [BaselineHost.Command, $"{side}"], FreePorts.Take(1)[0], servers)], cancellation);
}
