using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

/// <summary>Answers as a console does, with what a test says; keeps what it was asked.</summary>
internal sealed class ConsoleStandIn : IAsyncDisposable
{
    public const string Token = "0123456789abcdef";
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly ConcurrentDictionary<string, Func<string, IResult>> _answers = new(StringComparer.Ordinal);
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    private ConsoleStandIn(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public string Data => _folder.Path;

    /// <summary><c>POST /claims/…/release by anna: {"why":"…"}</c>.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    /// <param name="other">The address of another service of the system.</param>
    /// <param name="name">Which it is.</param>
    public static async Task<ConsoleStandIn> StartAsync(string? other = null, string name = "routing")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var console = new ConsoleStandIn(builder.Build());
        console._app.Map("/console/api/{**path}", console.AnswerAsync);
        await console._app.StartAsync();
        Directory.CreateDirectory(Path.Combine(console.Data, "console"));
        await File.WriteAllTextAsync(Path.Combine(console.Data, "console", "token"), Token + "\n");
        ServiceEndpoint[] services = [new("console", console.Url, Environment.ProcessId, "1"), .. other is null ? Array.Empty<ServiceEndpoint>() : [new(name, other, Environment.ProcessId, "1")]];
        new Endpoints("embedded", "embedded", console.Url, null, services).Write(console.Data);
        return console;
    }

    /// <param name="call"><c>GET /claims/DK-710100/1</c>.</param>
    public ConsoleStandIn Answers(string call, object answer) => Answers(call, _ => Results.Json(answer));

    public ConsoleStandIn Answers(string call, Func<string, IResult> answer)
    {
        _answers[call] = answer;
        return this;
    }

    public ConsoleStandIn Refuses(string call, HttpStatusCode status, string detail) => Answers(call, _ => Results.Problem(detail, statusCode: (int)status));

    public Task<Said> ClaimsAsync(params string[] arguments) => Claims.RunAsync([.. arguments, "--data", Data]);

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<IResult> AnswerAsync(HttpRequest request, string path)
    {
        if (request.Headers.Authorization != $"Bearer {Token}")
            return Results.Problem("Nobody is signed in.", statusCode: StatusCodes.Status401Unauthorized);
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        var call = $"{request.Method} /{path}";
        _asked.Enqueue($"{call} by {Uri.UnescapeDataString(request.Headers["X-Claims-Who"].ToString())}{(body.Length == 0 ? "" : $": {body}")}");
        return _answers.TryGetValue(call, out var answer) ? answer(body) : Results.NotFound();
    }
}
