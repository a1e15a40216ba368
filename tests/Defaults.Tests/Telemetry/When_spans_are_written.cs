using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Telemetry;

/// <summary>A whole host of a service that is asked over HTTP and stopped.</summary>
[NonParallelizable]
public sealed class When_spans_are_written
{
    private const string Cpr = "0101011234";

    [Test]
    public async Task every_span_is_in_the_file_after_a_stop_and_none_has_a_query()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder, "--Claims:Traces=file");

        var spans = await File.ReadAllLinesAsync(Path.Combine(folder.Path, "traces", "ingest-1.ndjson"));
        var asked = spans.Where(span => span.Contains("\"Client\"", StringComparison.Ordinal) && span.Contains("/health/live", StringComparison.Ordinal)).ShouldHaveSingleItem();
        var answered = spans.Where(span => span.Contains("\"Server\"", StringComparison.Ordinal)).ShouldHaveSingleItem();
        answered.ShouldContain("\"http.route\":\"/health/live\"");
        answered.ShouldContain("\"name\":\"GET /health/live\"");
        TraceOf(answered).ShouldBe(TraceOf(asked));
        spans.ShouldAllBe(span => !span.Contains(Cpr) && !span.Contains('?') && !span.Contains("url.query"));
    }

    [Test]
    public async Task with_no_place_to_go_nothing_is_collected()
    {
        using var folder = new TemporaryFolder();

        await RunAsync(folder, "", services =>
        {
            services.GetService<TracerProvider>().ShouldBeNull();
            services.GetService<MeterProvider>().ShouldBeNull();
        });

        Directory.Exists(Path.Combine(folder.Path, "traces")).ShouldBeFalse();
    }

    private static string TraceOf(string span) => span[..span.IndexOf("\"span\"", StringComparison.Ordinal)];

    private static async Task RunAsync(TemporaryFolder folder, string argument, Action<IServiceProvider>? look = null)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", $"--Claims:Data={folder.Path}", "--Claims:Log=file", .. argument.Length > 0 ? new[] { argument } : []]);
        builder.AddDefaults("ingest");
        await using var app = builder.Build();
        app.MapDefaults();
        await app.StartAsync();
        look?.Invoke(app.Services);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var client = new HttpClient();
        (await client.GetAsync(new Uri($"{address}/health/live?name={Cpr}"))).IsSuccessStatusCode.ShouldBeTrue();
        await app.StopAsync();
    }
}
