using System.Diagnostics;
using ClaimsTransfer.Defaults.Hosting;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ClaimsTransfer.Defaults.Telemetry;

/// <summary>
/// OpenTelemetry's hosting package in a few lines: spans and figures of the services, ASP.NET Core, HttpClient, Npgsql and the runtime go to the OTLP endpoint of
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, spans also to a file when asked for. With neither, nothing is collected and nothing is paid.
/// </summary>
internal sealed class TelemetryExport(string service, Installation installation, bool toOtlp) : IHostedService, IDisposable
{
    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Every hop speaks W3C trace context, whatever the process was started with.
        Activity.DefaultIdFormat = ActivityIdFormat.W3C;
        var resource = ResourceBuilder.CreateDefault()
            .AddService($"claims-{service}", serviceNamespace: "claims-transfer", serviceInstanceId: installation.Instance);
        if (toOtlp || installation.Traces == "file")
            _traces = Traces(resource).Build();
        if (toOtlp)
            _metrics = OpenTelemetry.Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter("ClaimsTransfer.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql")
                .AddOtlpExporter()
                .Build();
        return Task.CompletedTask;
    }

    private TracerProviderBuilder Traces(ResourceBuilder resource)
    {
        var traces = OpenTelemetry.Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource("ClaimsTransfer.*", "Microsoft.AspNetCore", "System.Net.Http", "Npgsql");
        if (installation.Traces == "file")
            traces.AddProcessor(new BatchActivityExportProcessor(new TraceFile(Path.Combine(installation.Data, "traces", $"{service}-{installation.Instance}.ndjson")),
                maxQueueSize: 100_000, scheduledDelayMilliseconds: 1000, maxExportBatchSize: 5000));
        return toOtlp ? traces.AddOtlpExporter() : traces;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _traces?.ForceFlush(5000);
        _metrics?.ForceFlush(5000);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }
}
