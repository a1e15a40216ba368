using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Running;

/// <summary>The whole service on a real Kestrel, with the embedded broker and store in a folder of its own.</summary>
internal sealed class RoutingServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication _app = null!;

    public HttpClient Client { get; private set; } = null!;

    public static async Task<RoutingServer> StartAsync()
    {
        var server = new RoutingServer();
        var municipalities = Path.Combine(server._folder.Path, "municipalities.yaml");
        await File.WriteAllTextAsync(municipalities, """
            - { code: "0101", name: København, cvr: "64942212", vendor: KmdOpus, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }
            """);
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([
            new("CLAIMS_DATA", server._folder.Path), new("CLAIMS_LOG", "file"), new("CLAIMS_BROKER", "embedded"), new("CLAIMS_STORE", "embedded"), new("CLAIMS_MUNICIPALITIES", municipalities),
        ]);
        builder.AddRouting();
        server._app = builder.Build();
        server._app.MapDefaults();
        server._app.MapRouting();
        await server._app.StartAsync();
        server.Client = new HttpClient(server._app.Services.GetRequiredService<ServiceHttp>().Handler()) { BaseAddress = new Uri(server._app.Urls.First()) };
        return server;
    }

    public Task PublishAsync(params IClaimMessage[] messages) => _app.Services.GetRequiredService<ITransport>().PublishAsync(
        [.. messages.Select(message => new OutgoingMessage(
            EventName.Of(message), message.MessageId, JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.GetTypeInfo(message.GetType())!)))],
        CancellationToken.None);

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync(path))!;

    public static async Task EventuallyAsync(Func<Task<bool>> isSo, string what)
    {
        for (var look = 0; look < 300; look++)
        {
            if (await isSo())
                return;
            await Task.Delay(100);
        }

        throw new ShouldAssertException($"After half a minute: {what}");
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
