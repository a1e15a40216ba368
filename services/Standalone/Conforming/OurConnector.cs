using System.Globalization;
using System.Reflection;
using ClaimsTransfer.ConformanceKit.DebtorSystems;
using ClaimsTransfer.ConformanceKit.Starting;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.LocalServers;
using ClaimsTransfer.Sandbox.Access;
using ClaimsTransfer.Standalone.Processes;

namespace ClaimsTransfer.Standalone.Conforming;

/// <summary>One of our three connectors as a process of its own, before the sandbox's stand-in of its debtor system as another: what the conformance kit starts and kills.</summary>
/// <param name="folder">For what the two need beside what the kit gives.</param>
public sealed class OurConnector(Vendor vendor, string folder) : IConnectorFactory, INamedVendor
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);

    /// <summary>The same after each restart: the debtor system pushes there.</summary>
    private readonly int _port = FreePorts.Take(1)[0];

    public string Vendor => vendor.ToString();

    /// <summary>All of ours, by the names that <c>municipalities.yaml</c> has for their vendors.</summary>
    public static IReadOnlyDictionary<string, Func<string, IConnectorFactory>> All { get; } = Enum.GetValues<Vendor>().ToDictionary(
        vendor => vendor.ToString(), vendor => (Func<string, IConnectorFactory>)(folder => new OurConnector(vendor, folder)), StringComparer.Ordinal);

    private string Ours => Path.Combine(folder, "credentials", "ours");

    private string Theirs => Path.Combine(folder, "credentials", "theirs");

    public async Task<IDebtorSystem> OpenDebtorSystemAsync(string municipality, CancellationToken cancellation)
    {
        var (data, port) = (Path.Combine(folder, "sandbox"), FreePorts.Take(1)[0]);
        Directory.CreateDirectory(data);
        var municipalities = Path.Combine(data, "municipalities.yaml");
        await File.WriteAllTextAsync(
            municipalities,
            $"- {{ code: \"{municipality}\", name: Prøvekommune, cvr: \"{Identifiers.CvrExample}\", vendor: {vendor}, stage: Test, cutover: 2020-11-01, minorPolicy: HoldForPerson }}\n", cancellation);
        var sandbox = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        var start = new ConnectorStart("embedded", municipality, sandbox, Path.Combine(data, "keys"), "", data, municipalities, _ => { });
        // It seals and opens nothing: a key of its own is made on first use.
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["ASPNETCORE_URLS"] = sandbox.ToString(), ["CLAIMS_MASTER_KEY_FILE"] = "", ["DOTNET_gcServer"] = "0", ["Sandbox__Credentials"] = Theirs };
        StandInCredentials.Make(Ours, Theirs, [municipality], TimeProvider.System);
        var process = ProcessConnector.Start(["dotnet", Services.ProgramOf("sandbox")], "sandbox", start, environment);
        try
        {
            await UntilReadyAsync(sandbox, process, cancellation);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }

        var endpoint = vendor switch
        {
            Defaults.Municipalities.Vendor.Prisme => new Uri(Path.Combine(Path.GetFullPath(data), "sandbox", "prisme", municipality)),
            Defaults.Municipalities.Vendor.KmdOpus => new Uri(sandbox, $"/sandbox/opus/{municipality}"),
            _ => new Uri(sandbox, $"/sandbox/indsigt/{municipality}"),
        };
        var system = new SandboxDebtorSystem(
            new HttpClient(new ServiceHttp(new Installation { Data = data }, "conform", TimeProvider.System).Handler()) { BaseAddress = sandbox, Timeout = TimeSpan.FromSeconds(60) }, municipality, endpoint, process);
        await system.BehaveAsync(DebtorBehaviour.Good, cancellation);
        return system;
    }

    public async Task<IRunningConnector> StartAsync(ConnectorStart start, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(start);
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"));
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["ASPNETCORE_URLS"] = url.ToString(), ["DOTNET_gcServer"] = "0", ["CLAIMS_CREDENTIALS"] = Ours };
        var version = typeof(OurConnector).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        var process = ProcessConnector.Start(["dotnet", Services.ProgramOf(BrokerUsers.Short(vendor))], $"{vendor} {version}", start, environment);
        try
        {
            await UntilReadyAsync(url, process, cancellation);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static async Task UntilReadyAsync(Uri url, ProcessConnector process, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(StartsWithin);
        while (true)
        {
            if (process.Ended.IsCompleted)
                throw new InvalidOperationException($"{process.Version} ended: {await process.Ended}");
            try
            {
                using var answer = await http.GetAsync(new Uri(url, "/health/ready"), patience.Token);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            catch (OperationCanceledException) when (!patience.IsCancellationRequested)
            {
                // It listens, and is busy starting.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        }
    }
}
