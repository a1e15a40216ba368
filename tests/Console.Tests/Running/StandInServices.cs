using System.Collections.Concurrent;
using System.Text.Json;
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
        app.MapPost("/routing/claims/standing", (JsonElement asked) => ApiJson(new { claims = Ids(asked, "claimIds").Where(services.Standing.ContainsKey).Select(id => services.Standing[id]) }));
        foreach (var path in (string[])["/ingest", "/routing", "/payments", "/connectors/{vendor}"])
        {
            app.MapPost($"{path}/messages/recorded", (JsonElement asked) => ApiJson(new { recorded = Ids(asked, "messageIds").Where(services.Recorded.ContainsKey).Select(id => services.Recorded[id]) }));
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

    private object ForecastOf(JsonElement message)
    {
        Bodies.Enqueue(System.Text.Encoding.UTF8.GetString(message.GetProperty("body").GetBytesFromBase64()));
        return Forecast(message.GetProperty("name").GetString()!, message.TryGetProperty("messageId", out var id) ? id.GetString() : null);
    }

    private static IEnumerable<Guid> Ids(JsonElement asked, string name) => asked.GetProperty(name).EnumerateArray().Select(id => id.GetGuid()).ToList();

    private static IResult ApiJson(object value) => Results.Json(value, ServiceClient.Json);
}
