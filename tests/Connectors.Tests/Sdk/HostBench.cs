using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Entries;
using ClaimsTransfer.ConnectorSdk.Hosting;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

/// <summary>A connector as it really runs: on the embedded broker and store, with Kestrel on loopback.</summary>
internal sealed class HostBench : IAsyncDisposable
{
    /// <summary>The municipalities it starts with.</summary>
    public const string Municipalities = """
        - { code: "0101", name: København, cvr: "64942212", vendor: KmdOpus, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }
        - { code: "0751", name: Aarhus, cvr: "55133018", vendor: KmdOpus, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }
        - { code: "0461", name: Odense, cvr: "35209115", vendor: Prisme, stage: Test, cutover: 2020-11-01, minorPolicy: HoldForPerson }
        - { code: "0851", name: Aalborg, cvr: "29189420", vendor: KmdOpus, stage: Planned, cutover: 2020-11-01, minorPolicy: HoldForPerson }

        """;

    private readonly string _data;
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    private HostBench(string data) => _data = data;

    public ConcurrentQueue<TransferReported> Reports { get; } = new();

    public ConcurrentQueue<CoverageRegistered> Coverage { get; } = new();

    public ForgetfulDebtorSystem Debtor { get; private set; } = null!;

    /// <summary>Odense's, which can list the claims it holds; København's and Aarhus's cannot.</summary>
    public ListingDebtorSystem Listing { get; private set; } = null!;

    public IReceiptInbox Inbox => _app.Services.GetRequiredService<IReceiptInbox>();

    public ICallerRefusals CallerRefusals => _app.Services.GetRequiredKeyedService<ICallerRefusals>("KmdOpus");

    public IEntryInbox EntryInbox => _app.Services.GetRequiredService<IEntryInbox>();

    /// <summary>The connector's log of entries, as another process sees it.</summary>
    public IEntryLog EntryLog => new SqlEntryLog(_app.Services.GetRequiredService<IStores>().Open("connector_kmdopus"));

    public ITransport Transport => _app.Services.GetRequiredService<ITransport>();

    public static async Task<HostBench> StartAsync(string data)
    {
        var bench = new HostBench(data);
        await bench.ConfigureAsync(Municipalities);
        await bench.StartAsync();
        return bench;
    }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Claims:Data"] = _data;
        builder.Configuration["Claims:Municipalities"] = Path.Combine(_data, "municipalities.yaml");
        builder.Configuration["Claims:Sandbox"] = "https://sandbox.invalid";
        builder.Configuration["Claims:Log"] = "file";
        builder.Configuration["Connectors:SweepInterval"] = "00:00:00.100";
        builder.Configuration["Connectors:KmdOpus:RetryAfter"] = "00:00:00.200";
        builder.Configuration["Connectors:KmdOpus:LongestPause"] = "00:00:02";
        builder.Configuration["Connectors:KmdOpus:CallTimeout"] = "00:00:05";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddConnector<ForgetfulDebtorSystem>("KmdOpus");
        builder.AddConnector<ListingDebtorSystem>("Prisme");
        _app = builder.Build();
        _app.MapDefaults();
        _app.MapConnector("KmdOpus");
        _app.MapConnector("Prisme");
        Debtor = (ForgetfulDebtorSystem)_app.Services.GetRequiredKeyedService<IConnector>("KmdOpus");
        Listing = (ListingDebtorSystem)_app.Services.GetRequiredKeyedService<IConnector>("Prisme");
        await _app.StartAsync();
        _http = new HttpClient(_app.Services.GetRequiredService<ServiceHttp>().Handler()) { BaseAddress = new Uri(_app.Urls.First()) };
        await Transport.SubscribeAsync(Topology.Routing, (batch, _) =>
        {
            foreach (var delivery in batch.Where(delivery => delivery.Name == MessageNames.TransferReported))
                Reports.Enqueue(JsonSerializer.Deserialize(delivery.Body.Span, MessageJson.Default.TransferReported)!);
            foreach (var delivery in batch.Where(delivery => delivery.Name == MessageNames.CoverageRegistered))
                Coverage.Enqueue(JsonSerializer.Deserialize(delivery.Body.Span, MessageJson.Default.CoverageRegistered)!);
            return Task.FromResult<IReadOnlyList<DeadLetter>>([]);
        }, CancellationToken.None);
    }

    /// <summary>Replaces the file, as a person or the console would, while the connector runs.</summary>
    public async Task ConfigureAsync(string municipalities)
    {
        var path = Path.Combine(_data, "municipalities.yaml");
        await File.WriteAllTextAsync($"{path}.new", municipalities);
        File.Move($"{path}.new", path, overwrite: true);
    }

    public async Task StopAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public IReadOnlyList<TransferClaim> Registers(string municipality, int from, int count)
    {
        // Sealed elsewhere, as it is: the connector's own ring makes no keys.
        using var keys = new KeyRing(Path.Combine(_data, "keys"), MasterKey.Load(_app.Services.GetRequiredService<Installation>()));
        var identity = new Sealer(keys).Seal(municipality, new OpenIdentity(IdentityKind.Person, "0101701234", "Test Borger"));
        return [.. Enumerable.Range(from, count).Select(feeId =>
        {
            var claim = DeterministicId.OfClaim($"DK-7{municipality[1..]}00", feeId);
            return new TransferClaim(
                DeterministicId.Of(claim, "message"), DateTimeOffset.UnixEpoch, claim, municipality, $"DK-7{municipality[1..]}00", feeId, 1, DeterministicId.Of(claim, "register"),
                InstructionKind.Register, null, $"F{feeId}", ClaimType.Fee, "Gebyr", 7000, new DateOnly(2026, 10, 22), null, new Debtor(DebtorKind.Borrower, identity), [], false);
        })];
    }

    public Task PublishAsync(IReadOnlyList<TransferClaim> claims) => Transport.PublishAsync(
        [.. claims.Select(claim => new OutgoingMessage(
            MessageNames.TransferClaim, claim.MessageId, JsonSerializer.SerializeToUtf8Bytes(claim, MessageJson.Default.TransferClaim), claim.Municipality))],
        CancellationToken.None);

    public Task<JsonElement> LanesAsync() => _http.GetFromJsonAsync<JsonElement>("/connectors/KmdOpus");

    public async Task<JsonElement> LaneAsync(string municipality) =>
        (await LanesAsync()).EnumerateArray().Single(lane => lane.GetProperty("municipality").GetString() == municipality);

    public Task<HttpResponseMessage> PostAsync(string path) => _http.PostAsync(path, null);

    public Task<HttpResponseMessage> PostAsync(string path, JsonNode body) => _http.PostAsJsonAsync(path, body);

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(path);

    /// <summary>Returns with the headers; the body is still to be read.</summary>
    public Task<HttpResponseMessage> BeginGetAsync(string path) => _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);

    public int ReportsOf(string municipality) => Reports.Where(report => report.Municipality == municipality).Select(report => report.InstructionId).Distinct().Count();

    public async ValueTask DisposeAsync() => await StopAsync();
}
