using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ClaimsTransfer.Benchmarks.Measuring;

/// <summary>The report for programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task WriteAsync(BenchReport report, string path, DateTimeOffset at, CancellationToken cancellation)
    {
        var settings = report.Settings;
        var sides = settings.Sides;
        var written = new
        {
            at,
            settings = new { settings.Claims, settings.Warmup, settings.Rounds, settings.Municipalities, sides = Names(sides) },
            machine = new { cores = Environment.ProcessorCount, system = RuntimeInformation.OSDescription, framework = RuntimeInformation.FrameworkDescription },
            clients = new { massTransit = VersionOf(typeof(MassTransit.IBus)), rabbitMq = VersionOf(typeof(RabbitMQ.Client.IChannel)), npgsql = VersionOf(typeof(Npgsql.NpgsqlConnection)) },
            quietEnough = report.Doubts.Count == 0,
            doubts = report.Doubts,
            sides = sides.Select(side => new
            {
                side = side.ToString(),
                claimsPerSecond = report.Median(side, round => round.PerSecond),
                spread = report.Spread(side),
                cpuSecondsPerThousand = report.Of(side)[0].Cpu.Seconds.ToDictionary(process => process.Key, process => report.Median(side, round => round.CpuPerThousand(process.Key))),
                writesPerClaim = report.Median(side, round => (double)round.Commits / round.Claims),
            }),
            ratios = from of in sides from to in sides where of != to select Shown(report.RatioOf(of, to)!),
            targets = Target.All.Select(target => target.Verdict(report)).OfType<string>(),
            rounds = report.Rounds.Select(round => new
            {
                round.Round,
                side = round.Side.ToString(),
                claimsPerSecond = round.PerSecond,
                seconds = round.Elapsed.TotalSeconds,
                cpuSeconds = round.Cpu.Seconds.ToDictionary(process => process.Key, process => process.Value),
                round.Noise,
            }),
        };
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(written, Json) + "\n", cancellation);
    }

    private static object Shown(Ratio ratio) => new { of = ratio.Of.ToString(), to = ratio.To.ToString(), ratio.Median, ratio.Lowest, ratio.Highest };

    private static IEnumerable<string> Names(IEnumerable<Side> sides) => sides.Select(side => side.ToString());

    private static string? VersionOf(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
