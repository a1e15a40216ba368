using System.CommandLine;

namespace ClaimsTransfer.Benchmarks;

/// <summary><c>claims bench</c>.</summary>
internal static class BenchCommand
{
    private static readonly Option<int> Claims = Count("--claims", 20_000, "Claims measured in a round on each side");
    private static readonly Option<int> Warmup = Count("--warmup", 20_000, "Claims carried before them and not counted");
    private static readonly Option<int> Rounds = Count("--rounds", 3, "Rounds; the two sides take turns in going first");
    private static readonly Option<int> Municipalities = Count("--municipalities", 6, "Municipalities the claims are spread over");
    private static readonly Option<bool> Smoke = new("--smoke") { Description = "A few hundred claims, only to see that both sides still complete" };
    private static readonly Option<Side?> Only = new("--only") { Description = "Measure one side alone, for looking into it" };
    private static readonly Option<bool> Statements = new("--statements") { Description = "Also show what the database was asked, most expensive first" };
    private static readonly Option<string?> Data = new("--data") { Description = "Folder for the servers' data and the services' logs (a temporary one when absent)" };

    public static async Task<int> RunAsync(string[] args)
    {
        var command = new RootCommand(
            "How fast claims go from submit-claim to claim-transferred on a RabbitMQ and a PostgreSQL of its own: this product, one process a service, against plain "
            + "per-message MassTransit consumers with one transaction a message. The ratio is the figure that counts.")
        {
            Claims, Warmup, Rounds, Municipalities, Smoke, Only, Statements, Data,
        };
        command.SetAction(RunAsync);
        try
        {
            var parsed = command.Parse(args);
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or TimeoutException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }

    private static async Task<int> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        using var folder = new BenchFolder(given.GetValue(Data));
        var sides = given.GetValue(Only) is { } only ? [only] : Enum.GetValues<Side>();
        var settings = given.GetValue(Smoke)
            ? new BenchSettings(Claims: 300, Warmup: 100, Rounds: 1, Municipalities: 3, sides, folder.Path)
            : new BenchSettings(given.GetValue(Claims), given.GetValue(Warmup), given.GetValue(Rounds), given.GetValue(Municipalities), sides, folder.Path)
            {
                Statements = given.GetValue(Statements),
            };
        var report = await Bench.RunAsync(settings, Console.Out, cancellation);
        if (given.GetValue(Smoke))
            report.PrintRatio(Console.Out);
        else
            report.Print(Console.Out);
        return 0;
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
