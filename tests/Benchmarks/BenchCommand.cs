using System.CommandLine;
using ClaimsTransfer.Benchmarks.Measuring;
using ClaimsTransfer.Benchmarks.Sides;

namespace ClaimsTransfer.Benchmarks;

/// <summary><c>claims bench</c>.</summary>
internal static class BenchCommand
{
    private static readonly Option<int> Claims = Count("--claims", 20_000, "Claims measured in a round on each side");
    private static readonly Option<int> Warmup = Count("--warmup", 20_000, "Claims carried before them and not counted");
    private static readonly Option<int> Rounds = Count("--rounds", 5, "Rounds; the sides go in turn, every other time backwards");
    private static readonly Option<int> Municipalities = Count("--municipalities", 6, "Municipalities the claims are spread over");
    private static readonly Option<bool> Smoke = new("--smoke") { Description = "A few hundred claims, only to see that the sides still complete" };
    private static readonly Option<Side[]> Sides = new("--sides")
    {
        Description = "Which sides are measured, all when absent", AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<string?> Before = new("--before") { Description = "A checkout of an earlier commit in which tests/Benchmarks was built: it is measured too" };
    private static readonly Option<string?> Json = new("--json") { Description = "Where the report for programs is written (bench.json in CLAIMS_HOME when absent)" };
    private static readonly Option<bool> Statements = new("--statements") { Description = "Also show what the database was asked, most expensive first" };
    private static readonly Option<string?> Data = new("--data") { Description = "Folder for the servers' data and the services' logs (a temporary one when absent)" };

    public static async Task<int> RunAsync(string[] args)
    {
        var command = new RootCommand(
            "How fast claims go from submit-claim to claim-transferred on a RabbitMQ and a PostgreSQL of its own: this product, one process a service, on both of its "
            + "transports, against MassTransit without our features and a ceiling by hand. The ratios are the figures that count (tests/Benchmarks/README.md).")
        {
            Claims, Warmup, Rounds, Municipalities, Sides, Before, Smoke, Statements, Json, Data,
        };
        command.SetAction(UntilStoppedAsync);
        try
        {
            var parsed = command.Parse(args);
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or TimeoutException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }

    private static async Task<int> UntilStoppedAsync(ParseResult given, CancellationToken cancellation)
    {
        try
        {
            return await RunAsync(given, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return 130;
        }
    }

    private static async Task<int> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        using var folder = new BenchFolder(given.GetValue(Data));
        var before = given.GetValue(Before) is { } tree ? Built.Of(tree) : null;
        var settings = given.GetValue(Smoke)
            ? BenchSettings.Smoke(SidesOf(given, before), folder.Path) with { Before = before }
            : new BenchSettings(
                given.GetValue(Claims), given.GetValue(Warmup), given.GetValue(Rounds), given.GetValue(Municipalities), SidesOf(given, before), folder.Path)
            {
                Before = before, Statements = given.GetValue(Statements),
            };
        var report = await Bench.RunAsync(settings, Console.Out, cancellation);
        new PrintedReport(report, Console.Out).Print();
        var json = Path.GetFullPath(given.GetValue(Json) ?? Path.Combine(Environment.GetEnvironmentVariable("CLAIMS_HOME") ?? ".", "bench.json"));
        Directory.CreateDirectory(Path.GetDirectoryName(json)!);
        await JsonReport.WriteAsync(report, json, TimeProvider.System.GetUtcNow(), cancellation);
        await Console.Out.WriteLineAsync($"For programs: {json}");
        return 0;
    }

    private static IReadOnlyList<Side> SidesOf(ParseResult given, string? before)
    {
        IReadOnlyList<Side> asked = given.GetValue(Sides) is { Length: > 0 } some ? [.. some.Distinct()] : [.. Enum.GetValues<Side>().Where(side => side != Side.Before)];
        if (asked.Contains(Side.Before) && before is null)
            throw new InvalidOperationException("--sides names Before: say with --before where an earlier commit was built.");
        return before is null || asked.Contains(Side.Before) ? asked : [.. asked, Side.Before];
    }

    private static Option<int> Count(string name, int otherwise, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1_000_000)
                result.AddError($"{name} takes a number from 1 to 1000000, {otherwise} for example.");
        });
        return option;
    }
}
