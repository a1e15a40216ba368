using System.Security.Cryptography;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Benchmarks.Sides;

/// <summary>The product: the built services, one process each, with their own settings; only the debtor system is the benchmark's.</summary>
internal static class OurServices
{
    public static IReadOnlyList<(string What, string Statement)> Counts { get; } =
    [
        ("transferred", "SELECT count(*) FROM routing.claims WHERE status = 'Transferred'"),
        ("claims", "SELECT count(*) FROM routing.claims"),
        ("times that one became transferred", "SELECT count(*) FROM routing.journal WHERE to_status = 'Transferred' AND from_status <> 'Transferred'"),
        ("calls of the debtor system", "SELECT sum(attempts)::bigint FROM connector_oesindsigt.instructions"),
    ];

    /// <param name="programs">The folder they were built to.</param>
    /// <param name="transport">Null: the one they are shipped with.</param>
    public static async Task<Services> StartAsync(
        Servers servers, IEnumerable<Municipality> municipalities, string programs, string? transport, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CLAIMS_MUNICIPALITIES"] = BenchMunicipalities.Write(servers.Folder, municipalities),
            ["CLAIMS_MASTER_KEY"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
        if (transport is not null)
            settings["CLAIMS_TRANSPORT"] = transport;
        var ports = FreePorts.Take(4);
        return await Services.StartAsync(
            [
                ServiceProcess.Start("ingest", programs, "Ingest", [], ports[0], servers, settings),
                ServiceProcess.Start("routing", programs, "Routing", [], ports[1], servers, settings),
                // It takes each acknowledgement into the ledger: part of the way, and of its cost.
                ServiceProcess.Start("payments", programs, "Payments", [], ports[3], servers, settings),
                ServiceProcess.Start("connector", programs, "Benchmarks", [AcceptingConnector.Command], ports[2], servers, settings),
            ],
            cancellation);
    }
}
