using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Running;

/// <summary>The whole service on a real Kestrel, with the embedded broker and store in a folder of its own; København's settled claims go to FBS's interface.</summary>
internal sealed class PaymentsServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication _app = null!;

    public HttpClient Client { get; private set; } = null!;

    public IQueues Queues => _app.Services.GetRequiredService<IQueues>();

    public static async Task<PaymentsServer> StartAsync(string fbsUrl, params (string Key, string Value)[] settings)
    {
        var server = new PaymentsServer();
        await File.WriteAllTextAsync(Path.Combine(server._folder.Path, "municipalities.yaml"), """
            - code: "0101"
              name: København
              cvr: "64942212"
              vendor: KmdOpus
              stage: Live
              cutover: 2020-11-01
              minorPolicy: GuardianPays
              paymentsToFbs: Interface
            """);
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([
            new("CLAIMS_DATA", server._folder.Path), new("CLAIMS_LOG", "file"), new("CLAIMS_BROKER", "embedded"), new("CLAIMS_STORE", "embedded"),
            new("CLAIMS_MUNICIPALITIES", Path.Combine(server._folder.Path, "municipalities.yaml")), new("Payments:FbsUrl", fbsUrl), new("Payments:SweepInterval", "00:00:00.1"),
        ]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));
        builder.AddPayments();
        server._app = builder.Build();
        server._app.MapDefaults();
        server._app.MapPayments();
        await server._app.StartAsync();
        server.Client = new HttpClient(server._app.Services.GetRequiredService<ServiceHttp>().Handler()) { BaseAddress = new Uri(server._app.Urls.First()) };
        return server;
    }

    public Task PublishAsync(params IMessage[] messages) => _app.Services.GetRequiredService<ITransport>().PublishAsync(
        [.. messages.Select(message => new OutgoingMessage(
            Outbound.NameOf(message), message.MessageId, JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.GetTypeInfo(message.GetType())!)))],
        CancellationToken.None);

    public Task PublishAsync(OutgoingMessage message) => _app.Services.GetRequiredService<ITransport>().PublishAsync([message], CancellationToken.None);

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync(path))!;

    /// <summary>Looks until it is so; what runs in the background takes its time on a busy machine.</summary>
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
