using System.Security.Cryptography;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Benchmarks.Sides;

/// <summary>The product: the built services, one process each, with their own settings; only the debtor system is the benchmark's.</summary>
internal static class OurServices
{
    public static Task<Services> StartAsync(Servers servers, IEnumerable<Municipality> municipalities, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CLAIMS_MUNICIPALITIES"] = BenchMunicipalities.Write(servers.Folder, municipalities),
            ["CLAIMS_MASTER_KEY"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
        var ports = FreePorts.Take(4);
        return Services.StartAsync(
            [
                ServiceProcess.Start("ingest", "Ingest", [], ports[0], servers, settings),
                ServiceProcess.Start("routing", "Routing", [], ports[1], servers, settings),
                // It takes each acknowledgement into the ledger: part of the way, and of its cost.
                ServiceProcess.Start("payments", "Payments", [], ports[3], servers, settings),
                ServiceProcess.Start("connector", "Benchmarks", [AcceptingConnector.Command], ports[2], servers, settings),
            ],
            cancellation);
    }
}
