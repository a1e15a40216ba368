using System.Globalization;
using System.Text;
using ClaimsTransfer.Defaults.Notes;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Running;

/// <summary>How a terminal shows what a service says. A debtor system's own words may be among it, and must not steer the terminal.</summary>
public static class Shown
{
    /// <summary>Progress and questions: beside the output, which may be read by a program.</summary>
    public static IAnsiConsole Aside { get; } = MakeAside();

    /// <summary>What services note, in English.</summary>
    public static NoteTexts Notes { get; } = new(NoteTexts.English, ore => $"{Kroner(ore)} kr.");

    /// <summary>Whether somebody sits there who can be asked.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    public static string Kroner(long ore) => (ore / 100m).ToString("N2", CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>On one line.</summary>
    public static string Line(string? text) => Clean(text ?? "", ' ');

    /// <summary>Its lines kept.</summary>
    public static string Lines(string? text) => Clean(text ?? "", '\n');

    public static Text Cell(string? text) => new(Line(text));

    public static Text Cell(long number) => new(number.ToString("N0", CultureInfo.InvariantCulture));

    public static Table Table(params ReadOnlySpan<string> headings)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in headings)
            table.AddColumn(heading is "kr." or "count" ? new TableColumn(heading).RightAligned().NoWrap() : new TableColumn(heading));
        return table;
    }

    /// <summary>yes, or not.</summary>
    public static bool Ask(string question)
    {
        Console.Error.Write($"{question} [y/N] ");
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes" or "ja" or "j";
    }

    private static string Clean(string text, char lineEnd)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var letter in text)
            clean.Append(letter == '\n' ? lineEnd : char.IsControl(letter) ? ' ' : letter);
        return clean.ToString().Trim();
    }

    private static IAnsiConsole MakeAside()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected)
        {
            console.Profile.Capabilities.Ansi = false;
            console.Profile.Capabilities.Interactive = false;
            console.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
            console.Profile.Width = 400;
        }

        return console;
    }
}
