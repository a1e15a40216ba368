using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Http;

/// <summary>The whole service on a real Kestrel, with the embedded broker and store in a folder of its own.</summary>
internal sealed class IngestServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private IReadOnlyList<KeyValuePair<string, string?>> _settings = [];
    private WebApplication _app = null!;

    public HttpClient Client { get; private set; } = null!;
    /// <summary>Shows nothing of itself.</summary>
    public HttpClient Anybody { get; private set; } = null!;

    public string Folder => _folder.Path;
    public string Token => _app.Services.GetRequiredService<ServiceToken>().TryIssue("test").ShouldNotBeNull();
    public ITransport Transport => _app.Services.GetRequiredService<ITransport>();
    public IQueues Queues => _app.Services.GetRequiredService<IQueues>();

    public static async Task<IngestServer> StartAsync(params IReadOnlyList<KeyValuePair<string, string?>> settings)
    {
        var server = new IngestServer { _settings = settings };
        await server.RunAsync();
        return server;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await RunAsync();
    }

    public Task<HttpResponseMessage> PostAsync(string body, string path = "/claims", string type = "application/json", string? importId = null, long? firstLine = null) =>
        PostAsync(new ByteArrayContent(Encoding.UTF8.GetBytes(body)), path, type, importId, firstLine);

    public async Task<HttpResponseMessage> PostAsync(HttpContent content, string path, string type, string? importId = null, long? firstLine = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (importId is not null)
            request.Headers.Add("X-Import-Id", importId);
        if (firstLine is not null)
            request.Headers.Add("X-Import-First-Line", $"{firstLine}");
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<List<JsonNode>> LinesAsync(string body, string? importId = null, long? firstLine = null)
    {
        using var response = await PostAsync(body, type: "application/x-ndjson", importId: importId, firstLine: firstLine);
        response.IsSuccessStatusCode.ShouldBeTrue($"{response.StatusCode}");
        var text = await response.Content.ReadAsStringAsync();
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync(path))!;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (TestContext.CurrentContext.Result.FailCount > 0 && Directory.Exists(Path.Combine(Folder, "logs")))
        {
            foreach (var log in Directory.EnumerateFiles(Path.Combine(Folder, "logs")))
                TestContext.Out.WriteLine(await File.ReadAllTextAsync(log));
        }
        _folder.Dispose();
    }

    private async Task RunAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([
            new("CLAIMS_DATA", Folder), new("CLAIMS_LOG", "file"), new("CLAIMS_BROKER", "embedded"), new("CLAIMS_STORE", "embedded"),
            new("Logging:LogLevel:Default", "Debug"),
        ]);
        builder.Configuration.AddInMemoryCollection(_settings);
        builder.AddIngest();
        _app = builder.Build();
        _app.MapDefaults();
        _app.MapIngest();
        await _app.StartAsync();
        Anybody = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
        Client = new HttpClient(_app.Services.GetRequiredService<ServiceHttp>().Handler()) { BaseAddress = new Uri(_app.Urls.First()), Timeout = TimeSpan.FromMinutes(5) };
    }

    private async Task StopAsync()
    {
        Client.Dispose();
        Anybody.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
