using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Defaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClaimsTransfer.Defaults.Hosting;

public static class DefaultsExtensions
{
    private const string Ready = "ready";

    private static readonly JsonSerializerOptions Health = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The service name of a process that holds them all.</summary>
    private const string EveryService = "standalone";

    /// <summary>
    /// What every service stands on: settings (<see cref="Installation"/>), <c>ITransport</c>, <c>IStores</c>, <c>IMunicipalities</c>, <c>ISealer</c>/<c>IUnsealer</c>,
    /// <c>TimeProvider</c>, telemetry, health. Adding it twice adds it once, so that Standalone can compose services.
    /// </summary>
    public static IHostApplicationBuilder AddDefaults(this IHostApplicationBuilder builder, string service)
    {
        if (builder.Services.Any(registered => registered.ServiceType == typeof(Installation)))
            return builder;

        var installation = InstallationSettings.Read(builder.Configuration);
        builder.Services.AddSingleton(installation);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = installation.ShutdownTimeout);

        builder.Services.AddSingleton<Loops>();
        builder.Services.AddSingleton(services =>
        {
            var time = services.GetRequiredService<TimeProvider>();
            return new WatchedTransport(
                TransportFactory.Create(installation, time, services.GetRequiredService<ILoggerFactory>()), services.GetRequiredService<Loops>(), time);
        });
        builder.Services.AddSingleton<ITransport>(services => services.GetRequiredService<WatchedTransport>());
        builder.Services.AddSingleton<IQueues>(services => services.GetRequiredService<WatchedTransport>());
        builder.Services.AddSingleton<IDeadLetterQueues>(services => services.GetRequiredService<WatchedTransport>());
        builder.Services.AddSingleton<IErrorQueues>(services => services.GetRequiredService<WatchedTransport>());
        builder.Services.AddSingleton<BatchConsumers>();
        builder.Services.AddSingleton<DeclaredQueues>();
        AddStorage(builder.Services, service, installation);
        builder.AddDoors(service, installation);
        builder.Services.AddSingleton(new DebtorCredentials(installation.CredentialFolder));
        builder.Services.AddSingleton(services => new DebtorCallers(installation.CredentialFolder, services.GetRequiredService<TimeProvider>()));
        builder.Services.Configure<KestrelServerOptions>(server => server.Limits.MaxRequestBodySize = Bound.RequestBytes);
        // Where a call goes is said by a setting, and by nobody who answers it: what it carries would go along.
        // An answer is held whole only up to a limit; whoever reads it as it comes counts by itself.
        builder.Services.ConfigureHttpClientDefaults(client => client.UseSocketsHttpHandler((handler, _) => handler.AllowAutoRedirect = false)
            .ConfigureHttpClient(http => http.MaxResponseContentBufferSize = Bound.AnswerBytes));

        if (builder.Configuration[StopWithParent.Variable] == "1")
            builder.Services.AddHostedService<StopWithParent>();
        builder.AddTelemetry(service, installation);
        // First in, last out: see Foundation.
        builder.Services.AddHostedService<Foundation>();
        builder.Services.AddSingleton<OwnFaults>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OwnFaults>());
        if (MakesKeys(service))
        {
            builder.Services.AddSingleton<KeyFolderCheck>();
            builder.Services.AddHostedService(services => services.GetRequiredService<KeyFolderCheck>());
        }

        builder.Services.AddHostedService<MunicipalityWatch>();
        AddLogging(builder, service, installation);
        AddHealth(builder.Services, service);
        return builder;
    }

    /// <summary>
    /// <c>/health/live</c>: the process answers. <c>/health/ready</c>: broker and store are reachable and every consumer consumes. <c>/queues</c>: what waits on the
    /// queues this process consumes. Only health is for everybody, under whatever name it is called, and says to them no more than whether; every other
    /// endpoint names a
    /// <see cref="Door"/>. Mapping it twice maps it once.
    /// </summary>
    public static WebApplication MapDefaults(this WebApplication app)
    {
        const string mapped = "claims.defaults";
        if (!((IApplicationBuilder)app).Properties.TryAdd(mapped, true))
            return app;

        app.Services.GetRequiredService<ServiceToken>().Prepare();
        DoorsExtensions.SayWhy(app);
        app.Use(DoorsExtensions.JsonOnlyAsync);
        app.MapGet("/queues", async (WatchedTransport transport, CancellationToken cancellation) =>
        {
            var depths = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach (var queue in transport.ConsumedQueues)
                depths[queue] = await transport.DepthAsync(queue, cancellation) ?? 0;
            return Results.Json(depths);
        }).RequireAuthorization(Door.Service);
        app.MapHealthChecks(HealthByAnyName.Live, new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous();
        app.MapHealthChecks(HealthByAnyName.Ready, new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync })
            .AllowAnonymous();
        return app;
    }

    private static void AddStorage(IServiceCollection services, string service, Installation installation)
    {
        services.AddSingleton<IStores>(provider => new Stores(installation, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new MunicipalitiesInForce(
            installation, provider.GetRequiredService<DeclaredQueues>().DeclareAsync, provider.GetRequiredService<ILogger<MunicipalitiesInForce>>()));
        services.AddSingleton<IMunicipalities>(provider => provider.GetRequiredService<MunicipalitiesInForce>());
        services.AddSingleton<MunicipalityChange>();
        // A service holds no more than it needs: Ingest seals, a vendor's connector opens its own municipalities, the console opens what a person may see, the others do neither.
        if (service is "ingest" or EveryService)
            services.AddSingleton<ISealer, Sealer>();
        if (service is "ingest" or "console" or EveryService)
            services.AddSingleton<MessageSealer>();
        // Only who seals makes keys: what another makes, the vendor that is to open it was never given.
        services.AddSingleton(provider => new KeyRing(
            installation.KeyFolder, MasterKey.Load(installation), time: provider.GetRequiredService<TimeProvider>(), opensOnly: !MakesKeys(service)));
        var vendor = Enum.TryParse<Vendor>(service.Replace("connector-", "", StringComparison.Ordinal), ignoreCase: true, out var named) ? named : (Vendor?)null;
        if (vendor is not null || service is "console" or EveryService)
            services.AddSingleton<IUnsealer>(provider => new Unsealer(provider.GetRequiredService<KeyRing>(), Serves(provider.GetRequiredService<IMunicipalities>(), vendor)));
    }

    private static bool MakesKeys(string service) => service is "ingest" or EveryService;

    private static Func<string, bool> Serves(IMunicipalities municipalities, Vendor? vendor) =>
        code => municipalities.Find(code) is { } municipality && (vendor is null || municipality.Vendor == vendor);

    private static void AddLogging(IHostApplicationBuilder builder, string service, Installation installation)
    {
        builder.Logging.ClearProviders();
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(services => new ContainedLoggers(new LoggerFactory(
            services.GetServices<ILoggerProvider>(), services.GetRequiredService<IOptionsMonitor<LoggerFilterOptions>>(),
            services.GetRequiredService<IOptions<LoggerFactoryOptions>>()))));
        // A request's path and query are not ours to log: only what goes wrong with one.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        if (installation.Log is "console" or "both")
            builder.Logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        if (installation.Log is "file" or "both")
            builder.Logging.Services.AddSingleton<ILoggerProvider>(services => new FileLog(
                Path.Combine(installation.Data, "logs", installation.Instance == "1" ? $"{service}.log" : $"{service}-{installation.Instance}.log"),
                services.GetRequiredService<TimeProvider>()));
    }

    private static void AddHealth(IServiceCollection services, string service)
    {
        services.AddHealthChecks()
            .AddCheck<TransportIsReady>("transport", tags: [Ready])
            .AddCheck<LoopsRun>("loops", tags: [Ready])
            .Add(new HealthCheckRegistration("faults", provider => provider.GetRequiredService<OwnFaults>(), null, [Ready]))
            .Add(new HealthCheckRegistration("store", provider => provider.GetRequiredService<StoreIsReady>(), null, [Ready], TimeSpan.FromSeconds(5)));
        services.AddSingleton(provider => new StoreIsReady(provider.GetRequiredService<IStores>(), service == EveryService ? "routing" : service.Replace('-', '_')));
    }

    /// <summary>What is wrong names folders, addresses and stores: whoever is none of ours hears only that something is.</summary>
    private static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        var checks = await DoorsExtensions.IsOursAsync(context)
            ? report.Entries.ToDictionary(entry => entry.Key, entry => new { status = entry.Value.Status.ToString(), entry.Value.Description })
            : null;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(JsonSerializer.Serialize(new { status = report.Status.ToString(), checks }, Health));
    }
}
