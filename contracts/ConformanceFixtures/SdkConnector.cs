using ClaimsTransfer.ConformanceKit.Starting;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Hosting;
using ClaimsTransfer.Defaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConformanceFixtures;

/// <summary>
/// A connector on the SDK, run inside the test process. Killing it leaves its work behind without finishing any of it: what a real kill does, the kit's command shows, which
/// ends a process.
/// </summary>
public sealed class SdkConnector : IRunningConnector
{
    private readonly WebApplication _app;
    private bool _isEnded;

    private SdkConnector(WebApplication app, string version)
    {
        _app = app;
        Version = version;
    }

    public string Version { get; }

    public bool CanBeKilled => true;

    public Task<string> Ended { get; } = new TaskCompletionSource<string>().Task;

    /// <param name="vendor">As in <c>municipalities.yaml</c>.</param>
    /// <param name="add">What the vendor's program adds beside: its own clients and options.</param>
    /// <param name="map">The vendor's own endpoints, where debtor systems push.</param>
    public static async Task<SdkConnector> StartAsync<TConnector>(
        string vendor, ConnectorStart start, CancellationToken cancellation, Action<WebApplicationBuilder>? add = null, Action<WebApplication>? map = null)
        where TConnector : class, IConnector
    {
        ArgumentNullException.ThrowIfNull(start);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Claims:Broker"] = start.Broker,
            ["Claims:Store"] = "embedded",
            ["Claims:Data"] = start.Data,
            ["Claims:Municipalities"] = start.Municipalities,
            ["Claims:Keys"] = start.Keys,
            ["Claims:MasterKeyFile"] = start.KeysSecret,
            ["Claims:Log"] = "console",
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        add?.Invoke(builder);
        builder.AddConnector<TConnector>(vendor);
        builder.Logging.ClearProviders();
        builder.Logging.Services.AddSingleton<ILoggerProvider>(new SaidLines(start.Said));
        var app = builder.Build();
        app.MapDefaults();
        app.MapConnector(vendor);
        map?.Invoke(app);
        await app.StartAsync(cancellation);
        var name = typeof(TConnector).Assembly.GetName();
        return new SdkConnector(app, $"{name.Name} {name.Version?.ToString(3)}");
    }

    public async Task KillAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        try
        {
            await _app.StopAsync(atOnce.Token);
        }
        catch (Exception cut) when (cut is OperationCanceledException or AggregateException)
        {
            // That its services could not finish is what a kill is for.
        }

        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isEnded)
            await _app.StopAsync();
        await EndAsync();
    }

    private async Task EndAsync()
    {
        if (_isEnded)
            return;
        _isEnded = true;
        await _app.DisposeAsync();
    }

    /// <summary>Hands every line of the log on, with what an exception says: the kit looks through it.</summary>
    private sealed class SaidLines(Action<string> said) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Line(categoryName, said);

        public void Dispose()
        {
            // Nothing is held.
        }

        private sealed class Line(string category, Action<string> said) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel))
                    said($"{logLevel} {category} {formatter(state, exception)} {exception}");
            }
        }
    }
}
