using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Hosting;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Ingest;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments;
using ClaimsTransfer.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Shouldly;
using static ClaimsTransfer.Isolation.Tests.Broker.IsolatedBroker;

namespace ClaimsTransfer.Isolation.Tests.Broker;

/// <summary>Ingest, Routing, Payments and KMD Opus's connector, each with its own user and data folder, on the broker with the definitions.</summary>
internal sealed class IsolatedSystem : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("claims-isolated-").FullName;
    private readonly byte[] _masterKey = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32);
    private readonly string _transport;
    private readonly List<WebApplication> _services = [];
    private readonly Dictionary<string, HttpClient> _clients = [];
    private IConnection _fbs = null!;
    private IChannel _speaking = null!;

    private IsolatedSystem(string transport) => _transport = transport;

    public BookingDebtorSystem Debtor { get; private set; } = null!;

    public IEntryInbox Entries { get; private set; } = null!;

    /// <summary>The file that every service looks at.</summary>
    private string File => Path.Combine(_folder, "municipalities.yaml");

    /// <param name="transport">By what all of them speak to the broker.</param>
    public static async Task<IsolatedSystem> StartAsync(string transport = Transports.Default)
    {
        await IsolatedBroker.StartAsync();
        var system = new IsolatedSystem(transport);
        system.Configure(MunicipalitiesText);
        await system.AddAsync(BrokerUsers.Ingest, "ingest", builder => builder.AddIngest(), app => app.MapIngest());
        await system.AddAsync(BrokerUsers.Routing, "routing", builder => builder.AddRouting(), app => app.MapRouting());
        await system.AddAsync(BrokerUsers.Payments, "payments", builder => builder.AddPayments(), app => app.MapPayments());
        var connector = await system.AddAsync("vendor-kmdopus", "kmdopus", builder => builder.AddConnector<BookingDebtorSystem>("KmdOpus"), app => app.MapConnector("KmdOpus"));
        system.Debtor = (BookingDebtorSystem)connector.Services.GetRequiredKeyedService<IConnector>("KmdOpus");
        system.Entries = connector.Services.GetRequiredService<IEntryInbox>();
        system._fbs = await ConnectAsAsync(BrokerUsers.Fbs);
        system._speaking = await ConfirmingAsync(system._fbs);
        return system;
    }

    /// <summary>Replaces the file while everything runs.</summary>
    public void Configure(string municipalities)
    {
        System.IO.File.WriteAllText($"{File}.new", municipalities);
        System.IO.File.Move($"{File}.new", File, overwrite: true);
    }

    /// <summary>As FBS says it: plain JSON, by its own user.</summary>
    public async Task SubmitAsync(string municipality, int feeId)
    {
        var body = $$"""
            {"messageId":"{{DeterministicId.Of(ClaimOf(municipality, feeId), "fbs")}}","occurredAt":"2026-11-22T06:54:00Z","agency":"{{AgencyOf(municipality)}}","feeId":{{feeId}},"version":1,
             "type":"fee","reason":"Gebyr (for sent)","amountOre":7000,"currency":"DKK","createdOn":"2026-10-22","dueOn":"2026-11-22",
             "borrower":{"cpr":"0101701234","name":"Bo Eksempel"},"materials":[]}
            """;
        await _speaking.BasicPublishAsync(MessageNames.SubmitClaim, "", mandatory: true, new BasicProperties { DeliveryMode = DeliveryModes.Persistent }, Encoding.UTF8.GetBytes(body));
    }

    public static string AgencyOf(string municipality) => $"DK-7{municipality[1..]}00";

    public static Guid ClaimOf(string municipality, int feeId) => DeterministicId.OfClaim(AgencyOf(municipality), feeId);

    public async Task<string?> StatusAsync(string municipality, int feeId) => (string?)(await FindAsync("routing", $"/routing/claims/{AgencyOf(municipality)}/{feeId}"))?["status"];

    public async Task UntilAsync(string municipality, int feeId, string status)
    {
        string? last = null;
        await UntilAsync(async () => (last = await StatusAsync(municipality, feeId)) == status, () => $"the claim is {last}, not {status}");
    }

    public async Task<JsonNode?> FindAsync(string service, string path)
    {
        using var answer = await _clients[service].GetAsync(path);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        if (!answer.IsSuccessStatusCode)
            throw new ShouldAssertException($"{service} answers {(int)answer.StatusCode} to {path}: {string.Join('\n', System.IO.File.ReadLines(Directory.GetFiles(Path.Combine(_folder, service, "logs")).First()).TakeLast(3))}");
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>How often a service has not believed a sender, by reason.</summary>
    public async Task<IReadOnlyList<(string Sender, string Municipality, string Message, string Reason, long Count)>> RefusalsAsync(string service) =>
    [
        .. (await FindAsync(service, $"/{service}/senders"))!["refusals"]!.AsArray()
            .Select(one => ((string)one!["sender"]!, (string)one["municipality"]!, (string)one["message"]!, (string)one["reason"]!, (long)one["count"]!)),
    ];

    public static async Task<JsonNode?> NextAsync(IChannel channel, string queue, Func<BasicGetResult, bool> isIt)
    {
        JsonNode? found = null;
        await UntilAsync(
            async () =>
            {
                while (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
                {
                    if (!isIt(message))
                        continue;
                    found = JsonNode.Parse(message.Body.Span);
                    return true;
                }

                return false;
            },
            () => $"nothing of the kind came to {queue}");
        return found;
    }

    public static async Task UntilAsync(Func<Task<bool>> isSo, Func<string> what)
    {
        for (var look = 0; look < 600; look++)
        {
            if (await isSo())
                return;
            await Task.Delay(50);
        }

        throw new ShouldAssertException($"After half a minute: {what()}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
        await _speaking.DisposeAsync();
        await _fbs.DisposeAsync();
        foreach (var service in _services)
        {
            await service.StopAsync();
            await service.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<WebApplication> AddAsync(string user, string name, Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Claims:Broker"] = UriOf(user);
        // Debian's broker is 3.10: what holds here is our own check of senders.
        builder.Configuration["Claims:AllowOlderBroker"] = "true";
        builder.Configuration["Claims:Transport"] = _transport;
        builder.Configuration["Claims:Data"] = Path.Combine(_folder, name);
        builder.Configuration["Claims:Keys"] = Path.Combine(_folder, "keys");
        builder.Configuration["Claims:MasterKey"] = Convert.ToBase64String(_masterKey);
        builder.Configuration["Claims:Municipalities"] = File;
        builder.Configuration["Claims:Sandbox"] = "https://sandbox.invalid";
        builder.Configuration["Claims:Log"] = "file";
        builder.Configuration["Connectors:SweepInterval"] = "00:00:00.100";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        add(builder);
        var app = builder.Build();
        app.MapDefaults();
        map(app);
        await app.StartAsync();
        _services.Add(app);
        _clients[name] = new HttpClient(app.Services.GetRequiredService<ServiceHttp>().Handler()) { BaseAddress = new Uri(app.Urls.First()) };
        return app;
    }
}
