using System.Collections.Concurrent;
using System.Xml.Linq;
using ClaimsTransfer.Sandbox.Opus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Sandbox.Tests.Opus;

/// <summary>A municipality's callback: takes what fits the profile, unless a test says otherwise.</summary>
internal sealed class Callback : IAsyncDisposable
{
    private WebApplication app = null!;

    /// <summary>The entries as they came, call by call, also those of calls that were not answered 200.</summary>
    public ConcurrentQueue<IReadOnlyList<XElement>> Calls { get; } = new();

    public ConcurrentQueue<XElement> Taken { get; } = new();

    public ConcurrentQueue<string> DoNotFit { get; } = new();

    /// <summary>What the next calls are answered with.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>It takes calls and never answers.</summary>
    public bool Hangs { get; set; }

    public string Address => $"{app.Urls.First()}/callback";

    public static async Task<Callback> StartAsync()
    {
        var callback = new Callback();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        callback.app = builder.Build();
        callback.app.MapPost("/callback", (Delegate)callback.TakeAsync);
        await callback.app.StartAsync();
        return callback;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        body.Position = 0;
        var (envelope, error) = OpusXml.Read(body);
        if (envelope is null)
        {
            DoNotFit.Enqueue(error ?? "?");
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        }

        var document = OpusDocuments.Content(envelope);
        if (document.Name.LocalName != "DaekningAfskrivning")
            return Results.Ok();
        var entries = document.Elements().ToList();
        Calls.Enqueue(entries);
        if (Hangs)
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        if (Status != StatusCodes.Status200OK)
            return Results.StatusCode(Status);
        foreach (var entry in entries)
            Taken.Enqueue(entry);
        return Results.Ok();
    }
}
