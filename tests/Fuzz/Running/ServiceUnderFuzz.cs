using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Fuzz.Running;

/// <summary>A whole service on a real Kestrel with an embedded store of its own. What it subscribes is called directly, and what it publishes is taken and forgotten.</summary>
internal sealed class ServiceUnderFuzz : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly HandlersOnly transport = new();
    private readonly LeakLog log = new();
    private WebApplication app = null!;

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => app.Services;

    public string Folder => folder.Path;

    public Uri Url => new(app.Urls.First());

    /// <summary>The address that was added last.</summary>
    public Uri CallbackUrl => new(app.Urls.Last());

    /// <summary>A logged CPR number, with what stands around it; null: none.</summary>
    public string? TakeLeak() => log.TakeLeak();

    /// <summary>What was last complained of in the log.</summary>
    public string? LastError => log.Last;

    public static async Task<ServiceUnderFuzz> StartAsync(Action<WebApplicationBuilder> add, Action<WebApplication> map, params (string Key, string Value)[] settings)
    {
        var service = new ServiceUnderFuzz();
        var municipalities = Path.Combine(service.folder.Path, "municipalities.yaml");
        await File.WriteAllTextAsync(municipalities, """
            - { code: "0101", name: København, cvr: "64942212", vendor: KmdOpus, stage: Live, cutover: 2020-11-01, minorPolicy: GuardianPays, paymentsToFbs: Interface }
            - { code: "0751", name: Aarhus, cvr: "55133018", vendor: Prisme, stage: Live, cutover: 2020-11-01, minorPolicy: GuardianPays }
            - { code: "0376", name: Guldborgsund, cvr: "29188599", vendor: OesIndsigt, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }
            """);
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([
            new("CLAIMS_DATA", service.folder.Path), new("CLAIMS_LOG", "file"), new("CLAIMS_BROKER", "embedded"), new("CLAIMS_STORE", "embedded"), new("CLAIMS_MUNICIPALITIES", municipalities),
        ]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));
        add(builder);
        // Registered last, they are what everybody gets; of the log, nobody reads more than what must not stand in it.
        builder.Services.AddSingleton<ITransport>(service.transport);
        builder.Logging.ClearProviders().AddProvider(service.log);
        service.app = builder.Build();
        service.app.MapDefaults();
        map(service.app);
        await service.app.StartAsync();
        service.Client = new HttpClient(service.app.Services.GetRequiredService<ServiceHttp>().Handler()) { BaseAddress = service.Url, Timeout = TimeSpan.FromMinutes(5) };
        return service;
    }

    /// <summary>As the broker delivers to the queue, alone.</summary>
    /// <returns>The dead letter that it became; null: it was taken.</returns>
    public async Task<DeadLetter?> DeliverAsync(string queue, Delivery delivery) => (await transport.Handlers[queue]([delivery], CancellationToken.None)).SingleOrDefault();

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        folder.Dispose();
    }

    private sealed class HandlersOnly : ITransport
    {
        public Dictionary<string, BatchHandler> Handlers { get; } = new(StringComparer.Ordinal);

        public bool IsHealthy => true;

        public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation) => Task.CompletedTask;

        public Task<ISubscription> SubscribeAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation)
        {
            Handlers[queue.Name] = handler;
            return Task.FromResult<ISubscription>(new Running());
        }

        public Task<long?> DepthAsync(string queue, CancellationToken cancellation) => Task.FromResult<long?>(0);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private sealed class Running : ISubscription
        {
            public bool IsConsuming => true;

            public Task PauseAsync(CancellationToken cancellation) => Task.CompletedTask;

            public Task ResumeAsync(CancellationToken cancellation) => Task.CompletedTask;

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
