using System.Net;
using System.Text.Json;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Sandbox.Money;
using ClaimsTransfer.Sandbox.Opus;
using ClaimsTransfer.Sandbox.Tests.Money;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Running;

/// <summary>The whole sandbox on a real server and in real time, with its money on; started again on the same data as often as a test wants.</summary>
internal sealed class RunningSandbox(string money, string faults = "") : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private WebApplication? app;

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => app!.Services;

    public DebtorLedger Ledger => Services.GetRequiredService<DebtorLedger>();

    public string PrismeFolder(string municipality, string name) => Path.Combine(folder.Path, "sandbox", "prisme", municipality, name);

    public static async Task<RunningSandbox> StartAsync(string money, string faults = "")
    {
        var sandbox = new RunningSandbox(money, faults);
        await sandbox.StartAsync();
        return sandbox;
    }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Claims:Data"] = folder.Path, ["Claims:Log"] = "file", ["Sandbox:Faults"] = faults, ["Sandbox:Money"] = money, ["CLAIMS_RUN"] = "one",
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddSandbox();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapDefaults();
        app.MapSandbox();
        await app.StartAsync();
        Client = new HttpClient(app.Services.GetRequiredService<ServiceHttp>().Handler()) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public async Task StopAsync()
    {
        if (app is null)
            return;
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        app = null;
    }

    public Task RegisterAsync(int count, Vendor vendor, string municipality, string? replyTo = null) => Ledger.TakeAsync(
        [.. Enumerable.Range(1, count).Select(number => MoneyBench.Register(number, vendor, municipality) with { ReplyTo = replyTo })], CancellationToken.None);

    /// <summary>As a call of the municipality's connector would.</summary>
    public void Learn(string municipality, string address) => Services.GetRequiredService<OpusCallbacks>().Learn(municipality, address);

    /// <summary>Every entry that the municipality's debtor system has booked.</summary>
    public async Task<Dictionary<string, MoneyEntry>> BookedAsync(string municipality)
    {
        var entries = new Dictionary<string, MoneyEntry>(StringComparer.Ordinal);
        await foreach (var claim in Ledger.ReadAsync(municipality, CancellationToken.None))
        {
            foreach (var entry in await Services.GetRequiredService<MoneyLedger>().EntriesAsync(municipality, claim.Reference, CancellationToken.None))
                entries.Add(entry.EntryId, entry);
        }

        return entries;
    }

    public async Task<long> PendingAsync(string municipality)
    {
        using var summary = JsonDocument.Parse(await Client.GetStringAsync("/sandbox/ledger/summary"));
        return summary.RootElement.GetProperty(municipality).GetProperty("moneyPending").GetInt64();
    }

    public async Task FaultsAsync(string text)
    {
        using var response = await Client.PostAsync("/sandbox/faults", new StringContent(text));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    public static async Task EventuallyAsync(string what, Func<Task<bool>> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(60), what);
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Dispose();
    }
}
