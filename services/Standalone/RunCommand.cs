using System.CommandLine;
using ClaimsTransfer.Cli;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.ConformanceKit.Commands;
using ClaimsTransfer.Standalone.Conforming;
using ClaimsTransfer.Standalone.Samples;

namespace ClaimsTransfer.Standalone;

/// <summary>The options of <c>deploy/run.sh</c>.</summary>
public static class RunCommand
{
    private const double DemoRate = 40;

    /// <summary>In the demo citizens pay without being told to.</summary>
    private const string DemoMoney = "pay=0.4,part=0.15,over=0.02,reverse=0.03,writeoff=0.03,collect=0.02,duplicate=0.05";

    private static readonly Option<string?> Claims = new("--claims") { Description = "Import this NDJSON file; - for standard input.", HelpName = "FILE|-" };
    private static readonly Option<bool> UntilDone = new("--until-done") { Description = "End when nothing is in flight; the exit code says whether the books balance." };
    private static readonly Option<string?> Report = new("--report") { Description = "Write the report there at the end.", HelpName = "OUT.json" };
    private static readonly Option<string?> Data = new("--data") { Description = "The data folder; given again, the run goes on where it stopped.", HelpName = "DIR" };
    private static readonly Option<string?> Municipalities = new("--municipalities") { Description = "Another municipalities.yaml.", HelpName = "FILE" };
    private static readonly Option<string?> Faults = new("--sandbox-faults") { Description = "How bad the stand-in debtor systems are: \"drop-reply=0.05,unavailable=0.02,down=0751\".", HelpName = "TEXT" };
    private static readonly Option<string?> Money = new("--sandbox-money") { Description = "What the stand-in debtor systems do with the claims they hold: \"pay=0.4,part=0.15,over=0.02,reverse=0.03,writeoff=0.03,collect=0.02,duplicate=0.05\".", HelpName = "TEXT" };
    private static readonly Option<string> Broker = new("--broker") { Description = "embedded, local (RabbitMQ from the installed package) or amqp(s)://…", DefaultValueFactory = _ => "embedded", HelpName = "URL" };
    private static readonly Option<string> Store = new("--store") { Description = "embedded, local (PostgreSQL from the installed package), postgres://… or sqlserver:…", DefaultValueFactory = _ => "embedded", HelpName = "URL" };
    private static readonly Option<string?> Instances = new("--instances") { Description = "Processes of a service, routing=2,ingest=2; one each otherwise.", HelpName = "LIST" };
    private static readonly Option<int?> Port = new("--port") { Description = "The console's port, which is everything's in one process; 5080 or a free one when absent." };
    private static readonly Option<bool> NoSamples = new("--no-samples") { Description = "Send no sample claims: only what you send yourself." };
    private static readonly Option<double> Rate = new("--rate") { Description = "Sample claims a second.", DefaultValueFactory = _ => DemoRate };

    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            "Runs the whole system with the stand-in debtor systems. Without options: in one process, with sample claims, until Ctrl-C.")
        {
            Claims, UntilDone, Report, Data, Municipalities, Faults, Money, Broker, Store, Instances, Port, NoSamples, Rate, GenerateCommand.Create(), ConformCommand.Create(OurConnector.All, TimeProvider.System),
        };
        root.SetAction((parsed, cancellation) => new Run(Read(parsed)).RunAsync(cancellation));
        return CommandLine.RunAsync(root, args);
    }

    private static RunSettings Read(ParseResult parsed)
    {
        var claims = parsed.GetValue(Claims);
        var untilDone = parsed.GetValue(UntilDone);
        if (claims is not null && claims != "-" && !File.Exists(claims))
            throw new CommandFailure($"--claims '{claims}': there is no such file.", "Give an NDJSON file, or - for standard input. A sample: deploy/claims generate --count 1000 > claims.ndjson", ExitCodes.Usage);
        if (parsed.GetValue(Municipalities) is { } file && !File.Exists(file))
            throw new CommandFailure($"--municipalities '{file}': there is no such file.", "Start from a copy of deploy/municipalities.yaml.", ExitCodes.Usage);
        if (parsed.GetValue(Report) is not null && !untilDone)
            throw new CommandFailure("--report is written when the run is done.", "Add --until-done, or ask a running system: deploy/claims report --json", ExitCodes.Usage);

        if (parsed.GetValue(Report) is { } report && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(report))))
            throw new CommandFailure($"--report '{report}': there is no folder for it.", "Make the folder first, or name a file in one that is there.", ExitCodes.Usage);

        var samples = claims is null && !untilDone && !parsed.GetValue(NoSamples);
        return new RunSettings
        {
            Claims = claims,
            UntilDone = untilDone,
            Report = parsed.GetValue(Report),
            Data = Path.GetFullPath(parsed.GetValue(Data) ?? DefaultData(samples)),
            Municipalities = parsed.GetValue(Municipalities) is { } given ? Path.GetFullPath(given) : null,
            SandboxFaults = parsed.GetValue(Faults),
            SandboxMoney = parsed.GetValue(Money) ?? (samples ? DemoMoney : null),
            Broker = parsed.GetRequiredValue(Broker),
            Store = parsed.GetRequiredValue(Store),
            Instances = ReadInstances(parsed.GetValue(Instances)),
            Port = ReadPort(parsed.GetValue(Port)),
            SamplesPerSecond = samples ? parsed.GetValue(Rate) : 0,
        };
    }

    /// <summary>The demo goes on where it stopped; a run on real input without a folder of its own starts from nothing.</summary>
    private static string DefaultData(bool samples) =>
        Path.Combine(DataFolder.Home, samples ? "demo" : $"run-{TimeProvider.System.GetUtcNow():yyyyMMdd-HHmmss}-{Environment.ProcessId}");

    private static int? ReadPort(int? port) =>
        port is < 1 or > 65_535 ? throw new CommandFailure($"--port {port} is no port.", "Good: 5080. Without --port one is taken that is free.", ExitCodes.Usage) : port;

    private static Dictionary<string, int> ReadInstances(string? text)
    {
        var instances = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=') is not [var service, var number] || !int.TryParse(number, out var count) || count is < 1 or > 20 || !Processes.Services.Names.Contains(service))
                throw new CommandFailure($"--instances '{part}' is not SERVICE=NUMBER.", $"Good: routing=2,ingest=2. Services: {string.Join(", ", Processes.Services.Names)}.", ExitCodes.Usage);
            instances[service] = count;
        }
        return instances;
    }
}
