using System.Collections.Concurrent;
using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Notes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

/// <summary>Stands in for Routing: takes its queue, and fails at every message until it is mended; answers what the console asks of it.</summary>
internal sealed class RoutingStandIn : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, Guid> _handled = new();
    private readonly ConcurrentQueue<string> _operations = new();
    private readonly WebApplication _app;

    private RoutingStandIn(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public bool IsMended { get; set; }

    /// <summary>What becomes of claims.</summary>
    public string Status { get; set; } = "Transferred";

    /// <summary>Operations that came straight, past the console.</summary>
    public IReadOnlyCollection<string> Operations => _operations;

    public IReadOnlyDictionary<Guid, Guid> Handled => _handled;

    public static async Task<RoutingStandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var routing = new RoutingStandIn(builder.Build());
        routing.Map();
        await routing._app.StartAsync();
        return routing;
    }

    public Task<ISubscription> ListenAsync(ITransport transport) => transport.SubscribeAsync(Topology.Routing, (batch, _) => Task.FromResult(Handle(batch)), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private IReadOnlyList<DeadLetter> Handle(IReadOnlyList<Delivery> batch)
    {
        var dead = new List<DeadLetter>();
        foreach (var delivery in batch)
        {
            var body = JsonDocument.Parse(delivery.Body).RootElement;
            if (!IsMended)
                dead.Add(new DeadLetter(delivery, body.GetProperty("municipality").GetString() == "0101"
                    ? new PermanentException("The version is none.")
                    : new InvalidOperationException("Nobody \u001b[31mforesaw this.")));
            else
                _handled[Guid.Parse(delivery.MessageId!)] = body.GetProperty("claimId").GetGuid();
        }

        return dead;
    }

    private void Map()
    {
        _app.MapPost("/routing/preview", (JsonElement asked) => new { forecasts = asked.GetProperty("messages").EnumerateArray().Select(_ => new { outcome = "apply", notes = new[] { Note.Of("claim.received") } }) });
        _app.MapPost("/routing/messages/recorded", (JsonElement asked) => new
        {
            recorded = Ids(asked, "messageIds").Where(_handled.ContainsKey).Select(id => new { messageId = id, claimId = _handled[id], verdict = "Applied" }),
        });
        _app.MapPost("/routing/claims/standing", (JsonElement asked) => new
        {
            claims = Ids(asked, "claimIds").Where(_handled.Values.Contains).Select(id => new { claimId = id, status = Status, category = Status }),
        });
        _app.MapPost("/routing/claims/{agency}/{feeId:long}/operations", (string agency, long feeId, JsonElement asked) =>
        {
            _operations.Enqueue($"{agency} {feeId} {asked.GetProperty("operation")} by {asked.GetProperty("who")}: {asked.GetProperty("why")}");
            return Results.Accepted();
        });
    }

    private static IEnumerable<Guid> Ids(JsonElement asked, string name) => asked.GetProperty(name).EnumerateArray().Select(id => id.GetGuid());
}
