using System.Diagnostics;
using ClaimsTransfer.Defaults.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ClaimsTransfer.Defaults.Telemetry;

internal static class TelemetryExtensions
{
    /// <summary>
    /// Spans and figures of the services, ASP.NET Core, HttpClient, the stores and the runtime go to the OTLP endpoint of <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, spans also
    /// to a file when asked for. With neither, nothing is collected and nothing is paid.
    /// </summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder, string service, Installation installation)
    {
        // Every hop speaks W3C trace context, whatever the process was started with.
        Activity.DefaultIdFormat = ActivityIdFormat.W3C;
        var (toOtlp, toFile) = (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]), installation.Traces == "file");
        if (!toOtlp && !toFile)
            return;
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService($"claims-{service}", serviceNamespace: "claims-transfer", serviceInstanceId: installation.Instance))
            .WithTracing(traces =>
            {
                traces.AddSource("ClaimsTransfer.*").AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddSqlClientInstrumentation().AddNpgsql();
                traces.AddProcessor(new WithoutQueries());
                if (toFile)
                    traces.AddProcessor(new BatchActivityExportProcessor(new TraceFile(Path.Combine(installation.Data, "traces", $"{service}-{installation.Instance}.ndjson")),
                        maxQueueSize: 100_000, scheduledDelayMilliseconds: 1000, maxExportBatchSize: 5000));
                if (toOtlp)
                    traces.AddOtlpExporter();
            });
        if (toOtlp)
            telemetry.WithMetrics(metrics => metrics
                .AddMeter("ClaimsTransfer.*")
                .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation().AddSqlClientInstrumentation().AddNpgsqlInstrumentation()
                .AddOtlpExporter());
    }

    /// <summary>What somebody typed into an address is in no span: queries go, whichever instrumentation wrote them.</summary>
    private sealed class WithoutQueries : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.GetTagItem("url.query") is not null)
                data.SetTag("url.query", null);
            if (data.GetTagItem("url.full") is string full && full.IndexOf('?', StringComparison.Ordinal) is var query and >= 0)
                data.SetTag("url.full", full[..query]);
        }
    }
}
