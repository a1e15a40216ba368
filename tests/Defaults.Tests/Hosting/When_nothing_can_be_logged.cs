using System.Diagnostics;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Telemetry;
using ClaimsTransfer.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Hosting;

/// <summary>Whoever logs does not fail by it, and what is lost is counted.</summary>
public sealed class When_nothing_can_be_logged
{
    [Test]
    public void A_logger_that_throws_and_an_object_without_a_text_harm_nobody()
    {
        using var folder = new TemporaryFolder();
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["CLAIMS_DATA"] = folder.Path;
        builder.AddDefaults("routing");
        builder.Services.AddSingleton<ILoggerProvider>(new Throwing());
        using var host = builder.Build();
        var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("test");
        var typed = host.Services.GetRequiredService<ILogger<When_nothing_can_be_logged>>();
        using var lost = new Counted();

        Should.NotThrow(() => log.Log(LogLevel.Error, new EventId(1), "text", null, (text, _) => text));
        Should.NotThrow(() => typed.Log(LogLevel.Error, new EventId(1), new Mute(), new InvalidOperationException(), (mute, _) => mute.ToString()!));
        Should.NotThrow(() => log.BeginScope(new Mute()));
        Should.NotThrow(() => log.IsEnabled(LogLevel.Error));

        lost.Of("log").ShouldBe(3, "one line of each logger, and the scope");
    }

    [Test]
    public void Spans_that_cannot_be_written_do_not_end_the_process()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "traces");
        // Where the file should be is a folder: it cannot be opened, by nobody.
        Directory.CreateDirectory(file);
        using var traces = new TraceFile(file);
        using var span = new Activity("test").Start();
        using var lost = new Counted();

        traces.Export(new Batch<Activity>([span], 1)).ShouldBe(ExportResult.Failure);

        lost.Of("traces").ShouldBe(1);
    }

    private sealed class Mute
    {
        public override string ToString() => throw new InvalidOperationException("no text");
    }

    private sealed class Throwing : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => throw new InvalidOperationException("no scope");

        public bool IsEnabled(LogLevel logLevel) => throw new InvalidOperationException("no answer");

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("no place");

        public void Dispose()
        {
        }
    }

    /// <summary>What was counted as lost on this thread.</summary>
    private sealed class Counted : IDisposable
    {
        private readonly System.Diagnostics.Metrics.MeterListener _listener = new();
        private readonly Dictionary<string, long> _counts = [];

        public Counted()
        {
            var thread = Environment.CurrentManagedThreadId;
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "claims.telemetry_lost")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
            {
                if (Environment.CurrentManagedThreadId == thread)
                    _counts[(string)tags[0].Value!] = Of((string)tags[0].Value!) + count;
            });
            _listener.Start();
        }

        public long Of(string what) => _counts.GetValueOrDefault(what);

        public void Dispose() => _listener.Dispose();
    }
}
