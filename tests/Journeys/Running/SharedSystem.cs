using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Journeys.Running;

/// <summary>
/// One running system for the journeys that send claims of their own and look: started by the first that asks, with every log and trace. Each leaves the sandbox without faults; the
/// last, which is ordered so, kills it.
/// </summary>
internal sealed class SharedSystem : IAsyncDisposable
{
    /// <summary>Of every claim that is not a sample.</summary>
    public const string Cpr = "0101011234";

    private static readonly ConcurrentDictionary<string, Lazy<Task<SharedSystem>>> Started = new(StringComparer.Ordinal);

    private readonly WebApplication _fbs;

    private SharedSystem(string data, Command run, RunningSystem system, WebApplication fbs) => (Data, Run, System, _fbs) = (data, run, system, fbs);

    public string Data { get; }

    public Command Run { get; }

    public RunningSystem System { get; }

    public HttpClient Http => System.Http;

    /// <param name="how">embedded, or servers: RabbitMQ and PostgreSQL.</param>
    public static Task<SharedSystem> ForAsync(string how) => Started.GetOrAdd(how, key => new Lazy<Task<SharedSystem>>(() => StartAsync(key))).Value;

    /// <summary>kill -9: queues and files stay as they are.</summary>
    public static async Task KillAsync(string how)
    {
        if (!Started.TryRemove(how, out var started))
            return;
        var shared = await started.Value;
        shared.Run.Kill();
        await shared.Run.EndAsync(TimeSpan.FromSeconds(30));
        await shared.DisposeAsync();
    }

    public static async Task EndAllAsync()
    {
        foreach (var started in Started.Values)
            await (await started.Value).DisposeAsync();
    }

    /// <summary>As JSON; null: 404.</summary>
    public async Task<JsonNode?> GetAsync(string service, string path)
    {
        using var answer = await Http.GetAsync(System.Address(service, path));
        return answer.StatusCode == HttpStatusCode.NotFound ? null : JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    }

    public async Task<HttpStatusCode> PostAsync(string service, string path, HttpContent content)
    {
        using (content)
        {
            using var answer = await Http.PostAsync(System.Address(service, path), content);
            return answer.StatusCode;
        }
    }

    public Task<HttpStatusCode> PostAsync(string service, string path, JsonNode body) =>
        PostAsync(service, path, new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeNames.Application.Json));

    /// <summary>What waits for a person, as the console tells programs.</summary>
    public async Task<IReadOnlyList<JsonNode>> NeedsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, System.Address("console", "/console/api/overview"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(Data, "console", "token"))).Trim());
        using var answer = await Http.SendAsync(request);
        return [.. JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!["needs"]!.AsArray().Select(need => need!)];
    }

    /// <summary><c>deploy/claims</c> on this system; what it said.</summary>
    public async Task<string> ClaimsAsync(int expected, params string[] arguments)
    {
        await using var command = Command.Claims([.. arguments, "--data", Data]);
        var code = await command.EndAsync(TimeSpan.FromMinutes(2));
        Assert.That(code, Is.EqualTo(expected), command.Said);
        return command.Said;
    }

    public async ValueTask DisposeAsync()
    {
        System.Dispose();
        await Run.DisposeAsync();
        await _fbs.DisposeAsync();
    }

    private static async Task<SharedSystem> StartAsync(string how)
    {
        var data = Folders.New($"shared-{how}");
        var fbs = await UnfriendlyFbsAsync();
        string[] servers = how == "embedded" ? [] : ["--broker", "local", "--store", "local"];
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CLAIMS_TRACES"] = "file", ["Logging__LogLevel__Default"] = "Debug", ["Routing__VersionGapAfter"] = "00:00:03", ["Payments__FbsUrl"] = fbs.Urls.First(),
        };
        var run = Command.Run(settings, ["--no-samples", "--data", data, .. servers]);
        return new SharedSystem(data, run, await Wait.ForSystemAsync(data, run), fbs);
    }

    /// <summary>FBS's payment interface, as a stand-in whose answer is the patron's number: 404 is that, 405 does not allow it, 408 is a status of its own; any other registers.</summary>
    private static async Task<WebApplication> UnfriendlyFbsAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var fbs = builder.Build();
        fbs.MapPost("/external/v1/{agency}/patron/{patron:long}/payment", (long patron, JsonObject order) => patron == 404 ? Results.NotFound() : Results.Json(
            new JsonArray([.. order["feeIds"]!.AsArray().Select(fee => new JsonObject
            {
                ["orderId"] = (string)order["orderId"]!, ["feeId"] = (long)fee!, ["confirmationId"] = "c-1",
                ["paymentStatus"] = patron switch { 405 => "paymentNotAllowedByClient", 408 => "feeClosed", _ => "paymentRegistered" },
            })])));
        await fbs.StartAsync();
        return fbs;
    }
}
