using ClaimsTransfer.Cli.Report;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ClaimsTransfer.Standalone.Live;

/// <summary>The table in a terminal: the municipalities that have claims, as many as fit, and the rest in one row.</summary>
internal sealed class LiveTable(Rates rates, TimeProvider time)
{
    /// <summary>Title, borders, heading, the rows of the rest, of what named none, and of the total, a caption of two lines, and the prompt's line.</summary>
    private const int LinesAround = 12;
    private const int FewestRows = 3;
    private const int WideEnough = 150;

    /// <summary>Below, what most claims never are is left to the total's difference.</summary>
    private const int WideEnoughForAll = 100;

    private static readonly (string Heading, bool IsRare, Func<Figures, string> Of)[] Columns =
    [
        ("accepted", false, f => $"{f.Accepted:N0}"),
        ("in flight", false, f => f.InFlight == 0 ? "·" : $"[yellow]{f.InFlight:N0}[/]"),
        ("transferred", false, f => $"[green]{f.Transferred:N0}[/]"),
        ("rejected", false, f => Red(f.Rejected)),
        ("held", true, f => Count(f.Held)),
        ("refused", false, f => Red(f.Refused)),
        ("other", true, f => Count(f.OutOfScope + f.Cancelled + f.Unknown + f.DeadLettered)),
        ("settled", true, f => Count(f.Settled)),
        ("paid kr.", false, f => f.CoveredOre == 0 ? "·" : $"[green]{(f.CoveredOre - f.ReversedOre) / 100m:N0}[/]"),
    ];

    // In the order they came up: a row that is shown keeps its place, instead of changing places with its neighbours every second.
    private readonly List<string> _shown = [];

    public IRenderable Draw(BooksReport report, int width, int height)
    {
        var withClaims = report.Municipalities.Where(entry => entry.Value.Lines > 0).ToDictionary(StringComparer.Ordinal);
        var room = Math.Max(FewestRows, height - LinesAround);
        _shown.AddRange(withClaims.Keys.Except(_shown, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList());
        var shown = _shown.Take(room).Order(StringComparer.Ordinal).ToList();
        var rest = _shown.Skip(room).ToList();

        var narrow = width < WideEnough;
        var columns = Columns.Where(column => !column.IsRare || width >= WideEnoughForAll).ToList();
        var table = new Table().Border(narrow ? TableBorder.None : TableBorder.Rounded).Title($"Claims on their way, and money back · {time.GetUtcNow():HH:mm:ss} UTC · Ctrl-C stops");
        table.AddColumn(Column(narrow ? "code" : "municipality"));
        foreach (var column in columns)
            table.AddColumn(Column(column.Heading).RightAligned());
        table.AddColumn(Column("claims/s").RightAligned());
        foreach (var code in shown.Where(withClaims.ContainsKey))
            table.AddRow(Row(code, withClaims[code], rates.Of(code)));
        if (rest.Count > 0)
            table.AddRow(Row($"{rest.Count} others", Figures.Sum(rest.Where(withClaims.ContainsKey).Select(code => withClaims[code])), rest.Sum(rates.Of)));
        if (report.Unattributed.Lines > 0)
            table.AddRow(Row("none named", report.Unattributed, 0));
        table.AddEmptyRow();
        table.AddRow(Row("[bold]total[/]", report.Total, rates.Of("total")));
        if (!report.Identities.Hold)
            table.Caption($"[red]{Markup.Escape(report.Failures[0])}{(report.Failures.Count > 1 ? $" And {report.Failures.Count - 1} more" : "")}[/] deploy/claims report has the books.");
        return table;

        // Of one width, whatever the figures: the columns do not move.
        TableColumn Column(string heading) => narrow
            ? new TableColumn(heading).NoWrap().Padding(0, 0, 1, 0)
            : new TableColumn(heading).NoWrap().Width(Math.Max(heading.Length + 1, 9));

        string[] Row(string name, Figures f, double rate) => [name, .. columns.Select(column => column.Of(f)), $"{rate:0.0}"];
    }

    private static string Count(long count) => count == 0 ? "·" : $"{count:N0}";

    private static string Red(long count) => count == 0 ? "·" : $"[red]{count:N0}[/]";
}
