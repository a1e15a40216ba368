using ClaimsTransfer.Benchmarks.Measuring;
using ClaimsTransfer.Benchmarks.Sides;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Benchmarks;

/// <summary>Runs the rounds. Each has a broker and a database of its own, so that no queue, binding or row of another distorts it.</summary>
internal static class Bench
{
    public static async Task<BenchReport> RunAsync(BenchSettings settings, TextWriter progress, CancellationToken cancellation)
    {
        var municipalities = BenchMunicipalities.Choose(settings.Municipalities);
        var claims = Feed.Generate(settings.Warmup + settings.Claims, [.. municipalities.Select(municipality => municipality.Code)]);
        var report = new BenchReport(settings);
        for (var round = 1; round <= settings.Rounds; round++)
        {
            // They take turns in going first, so that a machine that gets slower or faster favours neither.
            foreach (var side in round % 2 == 1 ? settings.Sides : settings.Sides.Reverse())
            {
                await progress.WriteLineAsync($"Round {round} of {settings.Rounds}, {side} …");
                report.Add(await RoundAsync(settings, round, side, $"round-{round}-{side}".ToLowerInvariant(), municipalities, claims, cancellation));
            }
        }
        return report;
    }

    private static async Task<Measured> RoundAsync(
        BenchSettings settings, int round, Side side, string name, IReadOnlyList<Municipality> municipalities, IReadOnlyList<FeedMessage> claims, CancellationToken cancellation)
    {
        var folder = Path.Combine(settings.Data, name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        Measured measured;
        await using (var servers = await Servers.StartAsync(folder, settings.Statements, cancellation))
        await using (var services = await SideServices.StartAsync(side, settings, servers, municipalities, cancellation))
        {
            measured = await MeasureAsync(settings, round, side, servers, services, claims, cancellation);
            await SideServices.CheckAsync(side, servers, services, claims.Count, cancellation);
        }
        // Only a round that failed leaves its logs behind.
        Directory.Delete(folder, recursive: true);
        return measured;
    }

    private static async Task<Measured> MeasureAsync(
        BenchSettings settings, int round, Side side, Servers servers, Services services, IReadOnlyList<FeedMessage> claims, CancellationToken cancellation)
    {
        await using var arrivals = await Arrivals.ListenAsync(servers.Broker, !SideServices.IsOurs(side), cancellation);
        await using var feed = await Feed.ConnectAsync(servers.Broker, cancellation);
        await feed.PublishAsync(claims.Take(settings.Warmup), cancellation);
        await arrivals.UntilAsync(settings.Warmup, settings.Patience, servers, services, cancellation);

        var processes = services.Processes.Append(new("rabbitmq", servers.BrokerPid)).Append(new("postgresql", servers.StorePid)).Append(new("feed and count", Environment.ProcessId)).ToList();
        var commits = await servers.CommitsAsync(cancellation);
        if (settings.Statements)
            await servers.ForgetStatementsAsync(cancellation);
        var before = CpuTimes.Of(processes);
        var machineBefore = MachineTimes.Now();
        var began = TimeProvider.System.GetTimestamp();
        await feed.PublishAsync(claims.Skip(settings.Warmup), cancellation);
        await arrivals.UntilAsync(claims.Count, settings.Patience, servers, services, cancellation);
        var elapsed = TimeProvider.System.GetElapsedTime(began, arrivals.LastAt);
        var cpu = CpuTimes.Of(processes).Since(before);
        var noise = MachineTimes.Now().NoiseSince(machineBefore, cpu);
        return new Measured(round, side, settings.Claims, elapsed, cpu, await servers.CommitsAsync(cancellation) - commits)
        {
            Noise = noise,
            Repeated = arrivals.Repeated,
            Statements = settings.Statements ? await servers.StatementsAsync(cancellation) : [],
        };
    }
}
