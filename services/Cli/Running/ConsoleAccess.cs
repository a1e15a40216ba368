using System.CommandLine;

namespace ClaimsTransfer.Cli.Running;

/// <summary>How a command signs in to the console: with a token, and the name of whoever sits at the terminal.</summary>
public sealed class ConsoleAccess(WhereOptions where)
{
    public const string TokenVariable = "CLAIMS_TOKEN";

    private readonly Option<string?> _token = new("--token")
    {
        Description = $"The console's token, or a JWT of your identity provider; {TokenVariable} keeps it off the command line. With --data it is read from DATA/console/token.",
        Recursive = true, HelpName = "TOKEN",
    };

    private readonly Option<string> _who = new("--who")
    {
        Description = "Who, for the audit log; your user name when absent.", DefaultValueFactory = _ => Environment.UserName, Recursive = true, HelpName = "NAME",
    };

    /// <summary>A reason that must be given.</summary>
    public static Option<string> Reason() => new("--reason") { Description = "Why; kept for good. No names or CPR numbers.", Required = true, HelpName = "WHY" };

    public void AddTo(Command command)
    {
        AddTokenTo(command);
        command.Add(_who);
    }

    /// <summary>Where a command above it takes the token.</summary>
    public void AddWhoTo(Command command) => command.Add(_who);

    /// <summary>Where <c>--who</c> asks for something else.</summary>
    public void AddTokenTo(Command command) => command.Add(_token);

    public string Who(ParseResult parsed) => parsed.GetValue(_who) is { Length: > 0 } who ? who : Environment.UserName;

    /// <summary>The console of the system that the command is about.</summary>
    /// <exception cref="CommandFailure">There is none, or no token for it.</exception>
    public ConsoleApi Open(RunningSystem system, ParseResult parsed)
    {
        if (system.ConsoleUrl is null)
            throw new CommandFailure($"No console runs in {system.Where}.", "deploy/run.sh starts one with everything else; deploy/claims doctor shows what runs.");
        return new ConsoleApi(system, Token(parsed), Who(parsed));
    }

    /// <summary>Null: no console runs, or nothing was given to sign in with at an address that may not even have one.</summary>
    public ConsoleApi? TryOpen(RunningSystem system, ParseResult parsed) =>
        system.ConsoleUrl is null || (!where.KnowsData(parsed) && Given(parsed) is null) ? null : Open(system, parsed);

    private string Token(ParseResult parsed)
    {
        if (!where.KnowsData(parsed))
            return Given(parsed) ?? throw new CommandFailure("The console wants to know who calls.", $"Give its token: {TokenVariable}=… or --token …; it stands in console/token of the system's data folder.", ExitCodes.Usage);
        if (parsed.GetValue(_token) is { Length: > 0 } token)
            return Clean(token);
        var path = Path.Combine(where.Data(parsed), "console", "token");
        try
        {
            return File.Exists(path)
                ? Clean(File.ReadAllText(path))
                : Given(parsed) ?? throw new CommandFailure($"There is no token in {path}.", $"The console makes it when it starts. On another machine, give it: {TokenVariable}=… or --token …");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The token in {path} could not be read: {failure.Message}", "Only whoever runs the console may read it: run the command as that user, or ask for an account in the console.");
        }
    }

    private string? Given(ParseResult parsed) =>
        parsed.GetValue(_token) is { Length: > 0 } token ? Clean(token)
        : Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } set ? Clean(set)
        : null;

    private static string Clean(string token)
    {
        var clean = token.Trim();
        return clean.Length > 0 && clean.All(letter => char.IsAscii(letter) && !char.IsControl(letter) && letter != ' ')
            ? clean
            : throw new CommandFailure("What was given as the token is none.", "It is one word, such as the line in DATA/console/token.", ExitCodes.Usage);
    }
}
