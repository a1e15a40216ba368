using System.Diagnostics;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Ingest;
using ClaimsTransfer.Journeys.Running;
using ClaimsTransfer.KmdOpus;
using ClaimsTransfer.LocalServers;
using ClaimsTransfer.OesIndsigt;
using ClaimsTransfer.OperationsConsole;
using ClaimsTransfer.Payments;
using ClaimsTransfer.Prisme;
using ClaimsTransfer.Routing;
using ClaimsTransfer.Sandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>A machine that was switched on again starts its services in any order: a PostgreSQL that takes connections and does not answer yet is waited for.</summary>
[TestFixture]
public sealed class When_a_service_starts_before_its_store
{
    private static readonly Dictionary<string, (Action<WebApplicationBuilder> Add, Action<WebApplication> Map)> Services = new(StringComparer.Ordinal)
    {
        ["sandbox"] = (builder => builder.AddSandbox(), app => app.MapSandbox()),
        ["ingest"] = (builder => builder.AddIngest(), app => app.MapIngest()),
        ["routing"] = (builder => builder.AddRouting(), app => app.MapRouting()),
        ["payments"] = (builder => builder.AddPayments(), app => app.MapPayments()),
        ["kmdopus"] = (builder => builder.AddKmdOpus(), app => app.MapKmdOpus()),
        ["prisme"] = (builder => builder.AddPrisme(), app => app.MapPrisme()),
        ["oesindsigt"] = (builder => builder.AddOesIndsigt(), app => app.MapOesIndsigt()),
        ["console"] = (builder => builder.AddOperationsConsole(), app => app.MapOperationsConsole()),
    };

    private LocalPostgres _store = null!;

    [OneTimeSetUp]
    public async Task StartStore() =>
        _store = await LocalPostgres.StartAsync(Path.Combine(Folders.New("late-store"), "postgres"), new LocalPostgresOptions(Fsync: false));

    [OneTimeTearDown]
    public async Task StopStore() => await _store.DisposeAsync();

    [TestCaseSource(nameof(Names))]
    public async Task it_waits_and_comes_up_with_it(string service)
    {
        var data = Folders.New($"late-store-{service}");
        await using var app = Compose(service, data);
        await SignalAsync("STOP");
        Task started;
        try
        {
            started = app.StartAsync();
            await Wait.ForAsync("the service says that it waits", () => Task.FromResult(started.IsCompleted || SaysThatItWaits(data)), TimeSpan.FromSeconds(60));
        }
        finally
        {
            await SignalAsync("CONT");
        }

        SaysThatItWaits(data).ShouldBeTrue();
        await started.WaitAsync(TimeSpan.FromSeconds(60));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        await Wait.ForAsync("the service is ready", async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, TimeSpan.FromSeconds(60));
        await app.StopAsync();
    }

    private static IEnumerable<string> Names() => Services.Keys;

    private static bool SaysThatItWaits(string data) =>
        Directory.Exists(Path.Combine(data, "logs"))
        && Directory.EnumerateFiles(Path.Combine(data, "logs")).Any(log => ReadShared(log).Contains("The store is not there yet", StringComparison.Ordinal));

    private static string ReadShared(string log)
    {
        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private WebApplication Compose(string service, string data)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Claims:Broker"] = "embedded";
        builder.Configuration["Claims:Store"] = $"{_store.Url}?timeout=1";
        builder.Configuration["Claims:Data"] = data;
        builder.Configuration["Claims:MasterKey"] = Convert.ToBase64String(new byte[32]);
        builder.Configuration["Claims:Municipalities"] = Path.Combine(Repository.Root, "deploy", "municipalities.yaml");
        builder.Configuration["Claims:Sandbox"] = "https://sandbox.invalid";
        builder.Configuration["Claims:Log"] = "file";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        Services[service].Add(builder);
        var app = builder.Build();
        app.MapDefaults();
        Services[service].Map(app);
        return app;
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_store.ProcessId}"]);
        await kill.WaitForExitAsync();
        kill.ExitCode.ShouldBe(0);
    }
}
