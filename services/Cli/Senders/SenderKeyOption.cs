using System.CommandLine;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Senders;

/// <summary>
/// As whom a command sends claims. Without a key it is the installation's own: for every agency, without limits, on record as <c>operations</c>.
/// </summary>
public sealed class SenderKeyOption
{
    public const string Variable = "CLAIMS_SENDER_KEY";

    private readonly Option<string?> _file = new("--key-file")
    {
        Description = $"Send as the sender whose key stands in this file ({Variable} holds the key itself); without either as the installation's own.", HelpName = "FILE",
    };

    public void AddTo(Command command) => command.Add(_file);

    /// <exception cref="CommandFailure">There is no key in the file.</exception>
    public RunningSystem Find(WhereOptions where, ParseResult parsed)
    {
        var key = parsed.GetValue(_file) is { Length: > 0 } file ? Read(file) : Environment.GetEnvironmentVariable(Variable)?.Trim();
        var system = where.Find(parsed);
        return string.IsNullOrEmpty(key) ? system : system.As(key);
    }

    private static string Read(string file)
    {
        try
        {
            var key = File.ReadAllText(file).Trim();
            return key.StartsWith("claims_", StringComparison.Ordinal) && key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')
                ? key
                : throw new CommandFailure($"--key-file '{file}' holds no sender's key.", "claims senders add NAME --agencies LIST --to FILE writes one.", ExitCodes.Usage);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"--key-file '{file}' could not be read: {failure.Message}", "Only its owner may read it: run the command as that user.", ExitCodes.Usage);
        }
    }
}
