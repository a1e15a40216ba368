using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

/// <summary>FBS and the connectors as they answer by HTTP, on a real server; what they answer, and where they break off, is the test's.</summary>
internal sealed class OtherSystems : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtherSystems(WebApplication app)
    {
        _app = app;
        app.MapGet("/connectors/{vendor}/municipalities/{code}/accounts", (HttpContext context, string vendor, string code) => Accounts(context, code));
        app.MapGet("/open-claims/{code}", (HttpContext context, string code) => OpenClaims(context, code));
        app.MapGet("/external/{agency}/patron/{patron:long}/fees/v2", (HttpContext context, string agency, long patron) => Fees(context, agency, patron));
    }

    public string Url => _app.Urls.First();

    public Func<HttpContext, string, Task> Accounts { get; set; } = (_, _) => Task.CompletedTask;

    public Func<HttpContext, string, Task> OpenClaims { get; set; } = (_, _) => Task.CompletedTask;

    public Func<HttpContext, string, long, Task> Fees { get; set; } = (_, _, _) => Task.CompletedTask;

    public static async Task<OtherSystems> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.UseRouting();
        var systems = new OtherSystems(app);
        await app.StartAsync();
        return systems;
    }

    public static Func<HttpContext, string, Task> Lines(IEnumerable<string> lines) => (context, _) => WriteAsync(context, lines);

    /// <summary>Sends the lines, and then the connection is gone.</summary>
    public static Func<HttpContext, string, Task> BreaksAfter(IEnumerable<string> lines) => async (context, _) =>
    {
        await WriteAsync(context, lines);
        await context.Response.Body.FlushAsync();
        // The other side has the beginning in hand before the rest is gone.
        await Task.Delay(200);
        context.Abort();
    };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task WriteAsync(HttpContext context, IEnumerable<string> lines)
    {
        context.Response.ContentType = "application/x-ndjson";
        foreach (var line in lines)
            await context.Response.WriteAsync(line + "\n");
    }
}
