using System.Globalization;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary>What a chart shows: the same steps for every line.</summary>
/// <param name="Labels">One a step: <c>14.00</c>.</param>
public sealed record Chart(IReadOnlyList<string> Labels, IReadOnlyList<ChartLine> Lines);

/// <param name="Values">One a step.</param>
public sealed record ChartLine(string Name, IReadOnlyList<long> Values);

/// <summary>
/// <c>&lt;data-chart caption="…" chart="Model.Chart" kind="Line" /&gt;</c>: drawn on the server, as a picture with a name; every figure stands in the table below it. Lines
/// differ by dash as well as by colour.
/// </summary>
[HtmlTargetElement("data-chart", Attributes = "caption,chart", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class DataChartTagHelper(ITexts texts) : TagHelper
{
    private const double Width = 800, Height = 240, Left = 96, Right = 8, Top = 14, Bottom = 34;
    private const int MostLabels = 6;

    public enum ChartKind { Line, Bar }

    public string Caption { get; set; } = "";

    public Chart Chart { get; set; } = new([], []);

    public ChartKind Kind { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.AddClass("data-chart");
        var top = Ceiling(Chart.Lines.SelectMany(line => line.Values).DefaultIfEmpty(0).Max());
        var svg = Html.Element("svg", null).With("viewBox", $"0 0 {Number(Width)} {Number(Height)}").With("role", "img").With("aria-label", Caption);
        Axes(svg, top);
        foreach (var (n, line) in Chart.Lines.Index())
            svg.InnerHtml.AppendHtml(Kind == ChartKind.Line ? Line(line, n, top) : Bars(line, n, top));
        var legend = Html.Element("ul", "data-chart-legend");
        foreach (var (n, line) in Chart.Lines.Index())
            legend.InnerHtml.AppendHtml(Html.Element("li", null, Key(n), line.Name));
        output.Write("figure", Html.Element("figcaption", null, Caption), svg, Chart.Lines.Count > 1 ? legend : null,
            Html.Element("details", "data-chart-table", Html.Element("summary", null, texts["frame.asTable"]), Table()));
    }

    private void Axes(TagBuilder svg, long top)
    {
        foreach (var value in new[] { 0, top / 2, top }.Distinct())
        {
            var y = Y(value, top);
            svg.InnerHtml.AppendHtml(Html.Element("line", "chart-grid").With("x1", Number(Left)).With("x2", Number(Width - Right)).With("y1", Number(y)).With("y2", Number(y)));
            svg.InnerHtml.AppendHtml(Html.Element("text", "chart-text", Danish.Count(value)).With("x", Number(Left - 6)).With("y", Number(y + 4)).With("text-anchor", "end"));
        }

        var every = Math.Max(1, (int)Math.Ceiling(Chart.Labels.Count / (double)MostLabels));
        for (var n = 0; n < Chart.Labels.Count; n += every)
            svg.InnerHtml.AppendHtml(Html.Element("text", "chart-text", Chart.Labels[n]).With("x", Number(X(n))).With("y", Number(Height - 8)).With("text-anchor", "middle"));
    }

    private TagBuilder Line(ChartLine line, int n, long top) => Html.Element("polyline", $"chart-line chart-{n % 4}")
        .With("points", string.Join(' ', line.Values.Select((value, step) => $"{Number(X(step))},{Number(Y(value, top))}")));

    private TagBuilder Bars(ChartLine line, int n, long top)
    {
        var group = Html.Element("g", $"chart-bar chart-{n % 4}");
        var width = Step * 0.8 / Chart.Lines.Count;
        foreach (var (step, value) in line.Values.Index())
        {
            group.InnerHtml.AppendHtml(Html.Element("rect", null).With("x", Number(X(step) - (Step * 0.4) + (n * width))).With("width", Number(width))
                .With("y", Number(Y(value, top))).With("height", Number(Y(0, top) - Y(value, top))));
        }
        return group;
    }

    private TagBuilder Key(int n) => Html.Element("svg", "chart-key", Kind == ChartKind.Line
        ? Html.Element("line", $"chart-line chart-{n % 4}").With("x1", "0").With("x2", "32").With("y1", "6").With("y2", "6")
        : Html.Element("g", $"chart-bar chart-{n % 4}", Html.Element("rect", null).With("width", "32").With("height", "12"))).With("viewBox", "0 0 32 12").With("aria-hidden", "true");

    private TagBuilder Table()
    {
        var head = Html.Element("tr", null, Html.Element("th", null, "").With("scope", "col").With("aria-label", texts["frame.step"]));
        foreach (var line in Chart.Lines)
            head.InnerHtml.AppendHtml(Html.Element("th", null, line.Name).With("scope", "col"));
        var body = Html.Element("tbody", null);
        foreach (var (step, label) in Chart.Labels.Index())
        {
            var row = Html.Element("tr", null, Html.Element("th", null, label).With("scope", "row"));
            foreach (var line in Chart.Lines)
                row.InnerHtml.AppendHtml(Html.Element("td", "number", Danish.Count(line.Values.ElementAtOrDefault(step))));
            body.InnerHtml.AppendHtml(row);
        }
        return Html.Element("div", "table--responsive-scroll", Html.Element("table", "table table--compact",
            Html.Element("caption", "sr-only", Caption), Html.Element("thead", null, head), body)).With("tabindex", "0").With("role", "region").With("aria-label", Caption);
    }

    private double Step => (Width - Left - Right) / Math.Max(1, Chart.Labels.Count);

    private double X(int step) => Left + (Step * (step + 0.5));

    private static double Y(long value, long top) => Height - Bottom - ((Height - Top - Bottom) * value / top);

    /// <summary>The next of 2, 4, 6, 10, 20, 40, … above.</summary>
    private static long Ceiling(long value)
    {
        long power = 1;
        while (power * 10 < value)
            power *= 10;
        return new[] { 2, 4, 6, 10 }.Select(step => step * power).First(step => step >= value);
    }

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
