using Spectre.Console;

namespace ClaimsTransfer.Cli.Running;

/// <summary>A citizen's CPR number. It is asked for, or read from standard input: an argument stands in the machine's list of processes.</summary>
public static class CitizenNumber
{
    public static string? Read() => Console.IsInputRedirected ? Console.In.ReadLine()?.Trim() : AnsiConsole.Prompt(new TextPrompt<string>("CPR number of the citizen:").Secret());
}
