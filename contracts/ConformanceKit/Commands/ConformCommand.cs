using System.CommandLine;
using System.Globalization;
using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.ConformanceKit.Proving;
using ClaimsTransfer.ConformanceKit.Starting;
using ClaimsTransfer.Defaults.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaimsTransfer.ConformanceKit.Commands;

/// <summary>
/// <c>claims conform</c>: runs the kit against a connector, in any language, and writes what it found; <c>conform checks</c> lists the checks; <c>conform verify</c> is the gate.
/// </summary>
public sealed class ConformCommand
{
    /// <summary>A check did not pass, or the gate stays closed.</summary>
    public const int NotPassed = 7;

    private const int Usage = 2;
    private const string Amqp = "amqp";

    private readonly Option<string> _connector;
    private readonly Option<string> _municipality = new("--municipality") { Description = "Whom the kit plays; four digits. 9999 is nobody's.", DefaultValueFactory = _ => "9999", HelpName = "CODE" };
    private readonly Option<string?> _broker = new("--broker") { Description = "amqp(s)://…; a RabbitMQ of its own, from the installed package, when absent.", HelpName = "URL" };
    private readonly Option<string?> _start = new("--start") { Description = "The command that starts the connector; it is told what it needs by environment variables. Without it the connector must run already, and what needs it killed or heard cannot be checked.", HelpName = "COMMAND" };
    private readonly Option<string?> _query = new("--query") { Description = "The vendor's own test system, looked into through the query member; the kit's stand-in when absent.", HelpName = "URL" };
    private readonly Option<string?> _version = new("--connector-version") { Description = "What the result calls the connector, name and version.", HelpName = "TEXT" };
    private readonly Option<string[]> _levels = new("--level") { Description = "Only these levels: Core, Change, Money, Trouble, Privacy. The gate asks for all.", AllowMultipleArgumentsPerToken = true, HelpName = "LEVEL" };
    private readonly Option<string[]> _checks = new("--check") { Description = "Only these checks, by name.", AllowMultipleArgumentsPerToken = true, HelpName = "NAME" };
    private readonly Option<int> _many = new("--many") { Description = "Instructions in a row; the gate asks for 10000.", DefaultValueFactory = _ => GateTerms.Many };
    private readonly Option<int> _run = new("--run") { Description = "Another number makes other claims, for a test system that keeps those of earlier runs.", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _waivers = new("--waivers") { Description = "A JSON file of checks that may fail, each with a reason and an expiry date.", HelpName = "FILE" };
    private readonly Option<string?> _json = new("--json") { Description = "Write the signed result there.", HelpName = "FILE" };
    private readonly Option<string?> _html = new("--html") { Description = "Write the result as a page there.", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--signing-key") { Description = "EC private key in PEM that signs the result; made on first use. conformance.key beside the result when absent.", HelpName = "FILE" };
    private readonly IReadOnlyDictionary<string, Func<string, IConnectorFactory>> _known;
    private readonly TimeProvider _time;

    private ConformCommand(IReadOnlyDictionary<string, Func<string, IConnectorFactory>> known, TimeProvider time)
    {
        _known = known;
        _time = time;
        _connector = new Option<string>("--connector") { Description = $"{string.Join(", ", [Amqp, .. known.Keys])}: amqp is any connector that speaks the wire.", DefaultValueFactory = _ => Amqp, HelpName = "NAME" };
    }

    /// <param name="known">Connectors that are started by name, given a folder for what they need beside them.</param>
    public static Command Create(IReadOnlyDictionary<string, Func<string, IConnectorFactory>> known, TimeProvider time)
    {
        var conform = new ConformCommand(known, time);
        var command = new Command("conform", "Prove a connector: the kit plays Routing and the debtor system, and says what the connector did otherwise than expected.")
        {
            conform._connector, conform._municipality, conform._broker, conform._start, conform._query, conform._version, conform._levels, conform._checks, conform._many, conform._run,
            conform._waivers, conform._json, conform._html, conform._key,
        };
        command.SetAction((parsed, cancellation) => GuardedAsync(() => conform.RunAsync(parsed, cancellation)));
        command.Add(Checks());
        command.Add(VerifyCommand.Create(time));
        return command;
    }

    internal static async Task<int> GuardedAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (ConformanceUsageException fault)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return Usage;
        }
    }

    private static Command Checks()
    {
        var command = new Command("checks", "Every check: what is expected, why it matters, and where the wire documents say so.");
        command.SetAction(_ =>
        {
            foreach (var check in AllChecks.InOrder)
                Console.Out.WriteLine($"{check.Name}\n  {check.Expected}\n  {check.Why}\n  See {check.Where}\n");
            return 0;
        });
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);
        var waivers = parsed.GetValue(_waivers) is { } file ? Waiver.Read(file, today) : [];
        var checks = Chosen(parsed);
        var options = OptionsOf(parsed);
        TellWaivers(waivers, today);
        var json = parsed.GetValue(_json);
        using var key = ResultSigner.KeyOf(parsed.GetValue(_key) ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(json ?? "result.json"))!, "conformance.key"));

        await using var workplace = new Workplace();
        var factory = FactoryOf(parsed, workplace.Folder);
        var broker = await BrokerAsync(workplace, parsed.GetValue(_broker), cancellation);
        var run = new ConformanceRun(factory, options, _time, NullLoggerFactory.Instance);
        var result = await run.RunAsync(checks, waivers, broker, workplace.Folder, Tell, cancellation);
        result = ResultSigner.Sign(result, key);
        if (json is not null)
            await File.WriteAllTextAsync(json, result.ToJson() + "\n", cancellation);
        if (parsed.GetValue(_html) is { } html)
            await File.WriteAllTextAsync(html, ResultPage.Of(result), cancellation);
        await Console.Out.WriteLineAsync(
            $"{result.Connector}: {result.Count(CheckOutcome.Passed)} passed, {result.Count(CheckOutcome.Failed)} failed, {result.Count(CheckOutcome.NotRun)} could not be run, {result.Count(CheckOutcome.Waived)} waived");
        return result.Passed ? 0 : NotPassed;
    }

    private IReadOnlyList<Check> Chosen(ParseResult parsed)
    {
        var levels = (parsed.GetValue(_levels) ?? []).Select(text => Enum.TryParse<Level>(text, ignoreCase: true, out var level) && Enum.IsDefined(level)
            ? level : throw new ConformanceUsageException($"--level '{text}' is none of {string.Join(", ", Enum.GetNames<Level>())}.")).ToHashSet();
        var names = (parsed.GetValue(_checks) ?? []).ToHashSet(StringComparer.Ordinal);
        if (names.FirstOrDefault(name => AllChecks.InOrder.All(check => check.Name != name)) is { } unknown)
            throw new ConformanceUsageException($"--check '{unknown}': there is no such check. claims conform checks lists them.");
        return [.. AllChecks.InOrder.Where(check => (levels.Count == 0 || levels.Contains(check.Level)) && (names.Count == 0 || names.Contains(check.Name)))];
    }

    private BenchOptions OptionsOf(ParseResult parsed)
    {
        var code = parsed.GetRequiredValue(_municipality);
        if (code.Length != 4 || !code.All(char.IsAsciiDigit))
            throw new ConformanceUsageException($"--municipality '{code}' is not a code of four digits; 9999 is a good one.");
        var many = parsed.GetValue(_many);
        if (many < 1)
            throw new ConformanceUsageException($"--many {many.ToString(CultureInfo.InvariantCulture)}: send at least one instruction; 10000 is the full proof.");
        var run = parsed.GetValue(_run);
        if (run is < 1 or > 1_000_000)
            throw new ConformanceUsageException($"--run {run.ToString(CultureInfo.InvariantCulture)} is not a number from 1 to 1000000.");
        return new BenchOptions { Municipality = code, Many = many, Run = run };
    }

    private IConnectorFactory FactoryOf(ParseResult parsed, string folder)
    {
        var connector = parsed.GetRequiredValue(_connector);
        if (connector != Amqp)
        {
            return _known.TryGetValue(connector, out var make)
                ? make(folder)
                : throw new ConformanceUsageException($"--connector '{connector}' is none of {string.Join(", ", [Amqp, .. _known.Keys])}. A connector of your own is amqp, with --start \"its command\".");
        }

        var start = parsed.GetValue(_start);
        if (start is null && parsed.GetValue(_broker) is null)
            throw new ConformanceUsageException("Say how the connector starts, --start \"node connector.js\"; or name the broker that it is connected to already, --broker amqp://user:password@host:5672/%2F.");
        var query = parsed.GetValue(_query);
        if (query is not null && !(Uri.TryCreate(query, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw new ConformanceUsageException($"--query '{Installation.Redacted(query)}' is not an http URL; http://127.0.0.1:8080/kit is one.");
        return new CommandFactory(start, query is null ? null : new Uri(query), parsed.GetValue(_version) ?? "unnamed connector", _time);
    }

    private static async Task<string> BrokerAsync(Workplace workplace, string? named, CancellationToken cancellation)
    {
        try
        {
            return await workplace.BrokerAsync(named, cancellation);
        }
        catch (InvalidOperationException fault)
        {
            throw new ConformanceUsageException($"{fault.Message}\nOr name a broker: --broker amqp://user:password@host:5672/%2F");
        }
    }

    private static void TellWaivers(IReadOnlyList<Waiver> waivers, DateOnly today)
    {
        foreach (var waiver in waivers)
            Console.Out.WriteLine($"{(waiver.HasExpired(today) ? "EXPIRED" : "waived")} {waiver.Check} until {waiver.Expires:yyyy-MM-dd}: {waiver.Reason}");
    }

    private static void Tell(CheckResult check)
    {
        var word = check.Outcome switch { CheckOutcome.Passed => "passed ", CheckOutcome.Waived => "waived ", CheckOutcome.NotRun => "NOT RUN", _ => "FAILED " };
        Console.Out.WriteLine($"{word} {check.Name} ({check.Seconds.ToString("0.0", CultureInfo.InvariantCulture)} s)");
        if (check.Outcome != CheckOutcome.Passed)
            Console.Out.WriteLine($"        expected: {check.Expected}\n        came:     {check.Got}\n        why:      {check.Why}\n        see:      {check.Where}");
    }
}
