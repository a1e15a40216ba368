using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Ingest;
using ClaimsTransfer.KmdOpus;
using ClaimsTransfer.OesIndsigt;
using ClaimsTransfer.OperationsConsole;
using ClaimsTransfer.Payments;
using ClaimsTransfer.Prisme;
using ClaimsTransfer.Routing;
using ClaimsTransfer.Sandbox;
using ClaimsTransfer.Standalone.Processes;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration.Memory;

namespace ClaimsTransfer.Standalone.Embedded;

/// <summary>Every service in this process, on one port, with the embedded broker and store.</summary>
public sealed class EmbeddedSystem : IStartedSystem
{
    private const int MostStarts = 4;
    private readonly WebApplication _app;
    private readonly string _data;
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EmbeddedSystem(WebApplication app, string data)
    {
        _app = app;
        _data = data;
        // Nobody but us stops it in order; when it stops by itself, a service has failed for good.
        app.Lifetime.ApplicationStopping.Register(() => _broken.TrySetException(
            new CommandFailure("A service failed and ended the process.", "The log says which and why: DATA/logs/standalone.log")));
    }

    public Task Broken => _broken.Task;

    public static async Task<EmbeddedSystem> StartAsync(RunSettings settings, CancellationToken cancellation)
    {
        for (var start = 1; ; start++)
        {
            var port = Ports.For(settings);
            try
            {
                return await StartAsync(settings, $"http://127.0.0.1:{port}", cancellation);
            }
            catch (IOException failure) when (failure.InnerException is AddressInUseException)
            {
                // Free when it was looked for, and another run's by the time everything else had started.
                if (settings.Port is not null || start == MostStarts)
                    throw Ports.Taken(port);
            }
        }
    }

    private static async Task<EmbeddedSystem> StartAsync(RunSettings settings, string url, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = RunSettings.RehearsalDefaults(settings.Data) });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["CLAIMS_DATA"] = settings.Data,
            ["CLAIMS_BROKER"] = "embedded",
            ["CLAIMS_STORE"] = "embedded",
            ["CLAIMS_SANDBOX"] = url,
            ["CLAIMS_LOG"] = "file",
            ["CLAIMS_RUN"] = $"{Guid.NewGuid():N}",
            ["CLAIMS_MUNICIPALITIES"] = settings.Municipalities ?? builder.Configuration["CLAIMS_MUNICIPALITIES"],
            ["Connectors:KmdOpus:CallbackListen"] = builder.Configuration["Connectors:KmdOpus:CallbackListen"] ?? $"http://127.0.0.1:{Ports.ForCallbacks(settings.Data, "1")}",
            ["Sandbox:Faults"] = settings.SandboxFaults ?? builder.Configuration["Sandbox:Faults"],
            ["Sandbox:Money"] = settings.SandboxMoney ?? builder.Configuration["Sandbox:Money"],
            ["Payments:Connectors:All"] = url,
            ["Console:Services:All"] = url,
        });
        builder.WebHost.UseUrls(url);
        builder.Services.AddSingleton<IHostLifetime, OwnLifetime>();

        var app = Compose(builder);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception failure)
        {
            // Kestrel starts last: the services hold the data folder until they have stopped.
            if (failure.InnerException is AddressInUseException)
                await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
            throw;
        }
        new Endpoints("embedded", "embedded", url, url, [.. Services.Names.Select(name => new ServiceEndpoint(name, url, Environment.ProcessId, "1"))]).Write(settings.Data);
        return new EmbeddedSystem(app, settings.Data);
    }

    public async ValueTask DisposeAsync()
    {
        _broken.TrySetResult();
        Endpoints.Remove(_data);
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static WebApplication Compose(WebApplicationBuilder builder)
    {
        try
        {
            builder.AddDefaults("standalone");
            builder.AddIngest();
            builder.AddRouting();
            builder.AddPayments();
            builder.AddKmdOpus();
            builder.AddPrisme();
            builder.AddOesIndsigt();
            builder.AddSandbox();
            builder.AddOperationsConsole();

            var app = builder.Build();
            app.MapDefaults();
            app.MapIngest();
            app.MapRouting();
            app.MapPayments();
            app.MapKmdOpus();
            app.MapPrisme();
            app.MapOesIndsigt();
            app.MapSandbox();
            app.MapOperationsConsole();
            return app;
        }
        catch (Exception fault) when (fault is InvalidOperationException or PermanentException)
        {
            throw new CommandFailure(fault.Message, "All settings: deploy/SETTINGS.md");
        }
    }

    /// <summary>Ctrl-C belongs to the run, which stops the system itself.</summary>
    private sealed class OwnLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
