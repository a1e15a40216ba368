using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using ClaimsTransfer.OperationsConsole.Pages.Frame;

namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>How claims are spread over what can become of them: one bar, its parts in the order of their way, with classes of <c>flow.css</c>. The figures stand beside it.</summary>
internal static class FlowBar
{
    private const double Width = 200;

    /// <summary>A part that is there is seen, however small.</summary>
    private const double Least = 3;

    public static string Draw(RoutingFigures figures, ITexts texts)
    {
        (string Name, long Count)[] parts =
        [
            ("Transferred", figures.Transferred), ("InFlight", figures.InFlight), ("Held", figures.Held), ("Rejected", figures.Rejected), ("Unknown", figures.Unknown),
            ("DeadLettered", figures.DeadLettered), ("OutOfScope", figures.OutOfScope), ("Cancelled", figures.Cancelled),
        ];
        var present = parts.Where(part => part.Count > 0).ToList();
        var total = present.Sum(part => part.Count);
        var words = present.Count == 0 ? texts["overview.noClaims"] : string.Join(", ", present.Select(part => $"{texts[$"claims.category.{part.Name}"]} {Danish.Count(part.Count)}"));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg class="flow-bar" role="img" aria-label="{HtmlEncoder.Default.Encode(words)}" viewBox="0 0 {Width} 12" preserveAspectRatio="none">""");
        svg.Append(CultureInfo.InvariantCulture, $"""<rect class="flow-none" width="{Width}" height="12"/>""");
        var free = Width - (Least * present.Count);
        double x = 0;
        foreach (var (name, count) in present)
        {
            var width = Least + (free * count / total);
            svg.Append(CultureInfo.InvariantCulture, $"""<rect class="flow-{name}" x="{x:0.##}" width="{width:0.##}" height="12"/>""");
            x += width;
        }

        return svg.Append("</svg>").ToString();
    }
}
