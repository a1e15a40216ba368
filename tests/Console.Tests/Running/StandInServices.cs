using System.Collections.Concurrent;
using System.Text.Json;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Asking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.OperationsConsole.Tests.Running;

/// <summary>The other services on a real Kestrel, as far as the console asks them: what is on record, how claims stand, what a message would do.</summary>
internal sealed class StandInServices : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StandInServices(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public ConcurrentDictionary<Guid, RecordedMessage> Recorded { get; } = new();

    public ConcurrentDictionary<Guid, ClaimStanding> Standing { get; } = new();

    /// <summary>By name and message id.</summary>
    public Func<string, string?, object> Forecast { get; set; } = (_, _) => new { outcome = "apply", notes = new[] { Note.Of("claim.cancelled") } };

    public bool IsAway { get; set; }

    /// <summary>Claims of each municipality that ended before what is asked for.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<Guid>> Ended { get; } = new();

    /// <summary>What was to be erased, and by whom, in the order in which they were asked.</summary>
    public ConcurrentQueue<(string Service, Erasure Erasure)> Erasures { get; } = new();

    /// <summary>Claims of which it was said that everybody has erased them.</summary>
    public ConcurrentQueue<Erasure> Done { get; } = new();

    /// <summary>What a service needs a claim for; null: for nothing.</summary>
    public Func<string, Guid, Note?> Needs { get; set; } = (_, _) => null;

    /// <summary>The claims of a citizen that Ingest knows, by the number.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<(Guid ClaimId, string Municipality)>> Owed { get; } = new();

    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Bodies that came to be previewed.</summary>
    public ConcurrentQueue<string> Bodies { get; } = new();

    public static async Task<StandInServices> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var services = new StandInServices(app);
        app.Use(async (context, next) =>
        {
            services.Asked.Enqueue(context.Request.Path);
            if (services.IsAway)
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            else
                await next(context);
        });
        app.MapGet("/routing/claims/ended", (string municipality) => ApiJson(new { claimIds = services.Ended.GetValueOrDefault(municipality) ?? [] }));
        app.MapGet("/routing/accounting", () => ApiJson(new { municipalities = services.Ended.Keys.ToDictionary(code => code, _ => new { claims = 1 }) }));
        app.MapPost("/routing/erase/done", (JsonElement asked) =>
        {
            var erasure = asked.Deserialize<Erasure>(ServiceClient.Json)!;
            services.Done.Enqueue(erasure);
            services.Ended[erasure.Municipality] = [.. (services.Ended.GetValueOrDefault(erasure.Municipality) ?? []).Except(erasure.ClaimIds)];
            return Results.NoContent();
        });
        app.MapPost("/ingest/citizens/claims", (JsonElement asked) => ApiJson(new
        {
            claims = (services.Owed.GetValueOrDefault(asked.GetProperty("number").GetString()!) ?? []).Select(claim => new { claim.ClaimId, claim.Municipality }),
        }));
        app.MapPost("/routing/claims/standing", (JsonElement asked) => ApiJson(new { claims = Ids(asked, "claimIds").Where(services.Standing.ContainsKey).Select(id => services.Standing[id]) }));
        foreach (var path in (string[])["/ingest", "/routing", "/payments", "/connectors/{vendor}"])
        {
            app.MapPost($"{path}/messages/recorded", (JsonElement asked) => ApiJson(new { recorded = Ids(asked, "messageIds").Where(services.Recorded.ContainsKey).Select(id => services.Recorded[id]) }));
            app.MapPost($"{path}/erase", (HttpContext context, JsonElement asked) => ApiJson(services.Erase(context.Request.Path.Value!.Trim('/').Split('/')[^2], asked)));
            app.MapPost($"{path}/preview", (JsonElement asked) => ApiJson(new { forecasts = asked.GetProperty("messages").EnumerateArray().Select(services.ForecastOf).ToList() }));
        }

        await app.StartAsync();
        return services;
    }

    /// <summary>Handled, and its claim is at rest.</summary>
    public void Handled(int fee, string status = "Cancelled", string category = "Cancelled", int version = 1)
    {
        Recorded[Workbench.Message.MessageId(fee)] = new RecordedMessage(Workbench.Message.MessageId(fee), Workbench.Message.ClaimId(fee), "handled", null, "accepted", null);
        Standing[Workbench.Message.ClaimId(fee)] = new ClaimStanding { ClaimId = Workbench.Message.ClaimId(fee), Status = status, Category = category, Version = version };
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Erased Erase(string service, JsonElement asked)
    {
        var erasure = asked.Deserialize<Erasure>(ServiceClient.Json)!;
        Erasures.Enqueue((service, erasure));
        var kept = erasure.ClaimIds.Select(id => (Id: id, Why: Needs(service, id))).Where(claim => claim.Why is not null).Select(claim => new KeptClaim(claim.Id, claim.Why!)).ToList();
        return new Erased(kept, service == "payments" && erasure.Before is not null ? 2 : 0);
    }

    private object ForecastOf(JsonElement message)
    {
        Bodies.Enqueue(System.Text.Encoding.UTF8.GetString(message.GetProperty("body").GetBytesFromBase64()));
        return Forecast(message.GetProperty("name").GetString()!, message.TryGetProperty("messageId", out var id) ? id.GetString() : null);
    }

    private static IEnumerable<Guid> Ids(JsonElement asked, string name) => asked.GetProperty(name).EnumerateArray().Select(id => id.GetGuid()).ToList();

    private static IResult ApiJson(object value) => Results.Json(value, ServiceClient.Json);
}
