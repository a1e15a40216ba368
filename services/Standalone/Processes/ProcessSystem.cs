using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Standalone.Processes;

/// <summary>One process per service, on a broker and a server store; a service that dies is started again, with its old port.</summary>
public sealed class ProcessSystem : IStartedSystem
{
    private static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(3);
    private static readonly string ThisRun = $"{Guid.NewGuid():N}";
    private const int MostStarts = 4;
    private readonly CancellationTokenSource _stopping = new();
    private readonly BrokerAndStore _servers;
    private readonly string _data;
    private readonly Lock _endpoints = new();
    private readonly IReadOnlyList<ServiceProcess> _services;
    private readonly List<Task> _kept = [];
    private volatile bool _isReady;

    private ProcessSystem(RunSettings settings, BrokerAndStore servers)
    {
        _data = settings.Data;
        _servers = servers;
        var names = Services.Names.SelectMany(name => Enumerable.Range(1, settings.Instances.GetValueOrDefault(name, 1)).Select(instance => (Name: name, Instance: instance))).ToList();
        var ports = PortsFor(settings, names.FindIndex(service => service is { Name: "console", Instance: 1 }), names.Count);
        var sandbox = $"http://127.0.0.1:{ports[0]}";
        var urls = names.Index().Where(entry => entry.Item.Instance == 1 && entry.Item.Name is not ("sandbox" or "console"))
            .ToDictionary(entry => entry.Item.Name, entry => $"http://127.0.0.1:{ports[entry.Index]}", StringComparer.Ordinal);
        _services =
        [
            .. names.Select((service, n) => new ServiceProcess(
                new ServiceStart(service.Name, $"{service.Instance}", ports[n], EnvironmentOf(settings, servers, ports[n], $"{service.Instance}", sandbox, urls), Path.Combine(_data, "logs", $"{service.Name}-{service.Instance}.out")),
                WriteEndpoints, TimeProvider.System)),
        ];
    }

    public Task Broken => Task.WhenAny(_kept).Unwrap();

    public static async Task<ProcessSystem> StartAsync(RunSettings settings, CancellationToken cancellation)
    {
        if (settings.Broker == "embedded" || settings.Store == "embedded")
            throw new CommandFailure(
                $"--broker {Installation.Redacted(settings.Broker)} with --store {Installation.Redacted(settings.Store)}: processes of their own cannot share an embedded broker or store.",
                "Give both, --broker local --store local for instance, or neither.", ExitCodes.Usage);
        // Said before the servers are started, which takes its seconds.
        Ports.For(settings);
        Console.Out.WriteLine($"Starting {(settings.Broker == "local" || settings.Store == "local" ? "the servers and " : "")}the services …");
        OwnersAlone.MakeFolder(Path.Combine(settings.Data, "logs"));
        OwnersAlone.MakeFolder(Path.Combine(settings.Data, "sandbox"));
        var servers = await BrokerAndStore.StartAsync(settings, cancellation);
        try
        {
            return await StartAsync(settings, servers, cancellation);
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    private static async Task<ProcessSystem> StartAsync(RunSettings settings, BrokerAndStore servers, CancellationToken cancellation)
    {
        for (var start = 1; ; start++)
        {
            var system = new ProcessSystem(settings, servers);
            try
            {
                await system.StartServicesAsync(cancellation);
                return system;
            }
            catch (PortTakenException) when (start < MostStarts)
            {
                // Free when it was looked for, and somebody else's by the time the service wanted it. The services know each other's: all of them get others.
                await system.StopServicesAsync();
            }
            catch
            {
                await system.StopServicesAsync();
                throw;
            }
        }
    }

    private async Task StartServicesAsync(CancellationToken cancellation)
    {
        _kept.AddRange(_services.Select(service => service.KeepAsync(Shutdown, _stopping.Token)));
        await ReadyAsync(cancellation);
        _kept.Add(_servers.WatchAsync(_stopping.Token));
        _kept.Add(_servers.WatchDiskAsync(TimeProvider.System, _stopping.Token));
        _isReady = true;
        WriteEndpoints();
    }

    public async ValueTask DisposeAsync()
    {
        await StopServicesAsync();
        await _servers.DisposeAsync();
        Endpoints.Remove(_data);
    }

    private async Task StopServicesAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_kept).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    /// <summary>Free ones, among them the one that was asked for, which is the console's.</summary>
    private static int[] PortsFor(RunSettings settings, int console, int count)
    {
        if (settings.Port is null)
            return FreePorts.Take(count);
        var asked = Ports.For(settings);
        var others = FreePorts.Take(count).Where(port => port != asked).ToArray();
        return [.. others[..console], asked, .. others[console..(count - 1)]];
    }

    private static Dictionary<string, string> EnvironmentOf(RunSettings settings, BrokerAndStore servers, int port, string instance, string sandbox, Dictionary<string, string> urls)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["CLAIMS_BROKER"] = servers.Broker,
            ["CLAIMS_STORE"] = servers.Store,
            ["CLAIMS_DATA"] = settings.Data,
            ["CLAIMS_SANDBOX"] = sandbox,
            ["CLAIMS_MASTER_KEY_FILE"] = Path.Combine(settings.Data, "keys", "master.key"),
            ["CLAIMS_INSTANCE"] = instance,
            ["Connectors__KmdOpus__CallbackListen"] = Environment.GetEnvironmentVariable("Connectors__KmdOpus__CallbackListen") ?? $"http://127.0.0.1:{Ports.ForCallbacks(settings.Data, instance)}",
            ["CLAIMS_LOG"] = "file",
            ["CLAIMS_STOP_WITH_PARENT"] = "1",
            ["CLAIMS_RUN"] = ThisRun,
            ["DOTNET_gcServer"] = "0",
        };
        if (settings.Municipalities is not null)
            environment["CLAIMS_MUNICIPALITIES"] = settings.Municipalities;
        if (settings.SandboxFaults is not null)
            environment["Sandbox__Faults"] = settings.SandboxFaults;
        if (settings.SandboxMoney is not null)
            environment["Sandbox__Money"] = settings.SandboxMoney;
        foreach (var (service, url) in urls)
        {
            environment[$"Console__Services__{service}"] = url;
            if (Enum.TryParse<Vendor>(service, ignoreCase: true, out var vendor))
                environment[$"Payments__Connectors__{vendor}"] = url;
        }
        foreach (var (name, instances) in settings.Instances)
            environment[$"Connectors__{name}__Instances"] = $"{instances}";
        foreach (var (key, value) in RunSettings.RehearsalDefaults(settings.Data))
        {
            var variable = key.Replace(":", "__", StringComparison.Ordinal);
            environment[variable] = Environment.GetEnvironmentVariable(variable) ?? value ?? "";
        }
        return environment;
    }

    private async Task ReadyAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ReadyWithin);
        foreach (var service in _services)
        {
            while (!await IsReadyAsync(http, service, patience.Token))
            {
                if (_services.Any(other => other.LostItsPort))
                    throw new PortTakenException();
                if (patience.IsCancellationRequested || service.Restarts > 3)
                {
                    cancellation.ThrowIfCancellationRequested();
                    throw new CommandFailure(
                        $"{service.Start.Name} {service.Start.Instance} did not become ready{(service.Restarts > 0 ? $", and ended {service.Restarts} times" : "")}.",
                        File.Exists(service.Start.Log)
                            ? $"What it said is in {service.Start.Log} and beside it."
                            : $"It said nothing before it ended; look into {Path.GetDirectoryName(service.Start.Log)}, and at the settings.");
                }
                await Task.Delay(TimeSpan.FromMilliseconds(250), patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, ServiceProcess service, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(new Uri($"{service.Start.Url}/health/ready"), cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private void WriteEndpoints()
    {
        // Whoever waits for the file finds a system that answers, never the half that has been started.
        if (!_isReady)
            return;
        lock (_endpoints)
        {
            var running = _services.Where(service => service.Pid != 0)
                .Select(service => new ServiceEndpoint(service.Start.Name, service.Start.Url, service.Pid, service.Start.Instance)).ToList();
            var console = _services.First(service => service.Start.Name == "console").Start.Url;
            var sandbox = _services[0].Start.Url;
            new Endpoints(_servers.Broker, _servers.Store, console, sandbox, running).Write(_data);
        }
    }

    private sealed class PortTakenException() : CommandFailure("A service's port was taken before it could listen, again and again.", "Something on this machine takes many ports; start it again when that is over.");
}
