using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace ClaimsTransfer.OperationsConsole.Claims;

/// <summary>
/// The saga's statuses in a fixed layout: where a claim is, the way it came, and where it can go from here. Drawn as text, with classes of <c>flow.css</c>; the page says the
/// same in words beside it.
/// </summary>
public sealed class SagaDiagram(SagaDefinition saga, Func<string, string> wordOf)
{
    private const int Wide = 132, High = 44, Column = 172, Row = 96, Margin = 14;

    /// <summary>Column and row of each status; one that is not here is drawn in a row of its own, so that a new status shows without a change here.</summary>
    private static readonly Dictionary<string, (int X, int Y)> Places = new(StringComparer.Ordinal)
    {
        ["OutOfScope"] = (0, 0), ["Held"] = (1, 0), ["Rejected"] = (2, 0), ["Unknown"] = (3, 0),
        ["Awaited"] = (0, 1), ["Sending"] = (1, 1), ["Sent"] = (2, 1), ["Transferred"] = (3, 1), ["PartlyCovered"] = (4, 1), ["Settled"] = (5, 1),
        ["Cancelled"] = (1, 2), ["Cancelling"] = (2, 2), ["Changing"] = (3, 2), ["InCollection"] = (4, 2), ["WrittenOff"] = (5, 2), ["Credited"] = (0, 2),
    };

    /// <summary>The statuses that can follow.</summary>
    public IReadOnlyList<string> NextOf(string status) => [.. saga.Transitions.Where(transition => transition.From == status).Select(transition => transition.To).Distinct()];

    /// <summary>The way through the statuses, each time it changed.</summary>
    public static IReadOnlyList<string> WayOf(IReadOnlyList<TimelineLine> timeline)
    {
        var way = new List<string>();
        foreach (var line in timeline)
        {
            if (way.Count == 0)
                way.Add(line.From);
            if (line.To != way[^1])
                way.Add(line.To);
        }

        return way;
    }

    /// <param name="label">What the picture shows, for those who do not see it.</param>
    public string Draw(string current, IReadOnlyList<string> way, string label)
    {
        var extra = saga.Statuses.Where(status => !Places.ContainsKey(status.Name)).Select((status, n) => (status.Name, Place: (X: n % 6, Y: 3 + (n / 6)))).ToDictionary(pair => pair.Name, pair => pair.Place);
        var places = saga.Statuses.ToDictionary(status => status.Name, status => Places.TryGetValue(status.Name, out var place) ? place : extra[status.Name]);
        var (columns, rows) = (places.Values.Max(place => place.X) + 1, places.Values.Max(place => place.Y) + 1);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg class="saga" role="img" aria-label="{HtmlEncoder.Default.Encode(label)}" viewBox="0 0 {(columns * Column) - Column + Wide + (2 * Margin)} {(rows * Row) - Row + High + (2 * Margin)}">""");
        svg.Append("""<defs><marker id="saga-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker></defs>""");
        var walked = way.Zip(way.Skip(1)).ToHashSet();
        foreach (var (from, to) in saga.Transitions.Select(transition => (transition.From, transition.To)).Distinct().Where(pair => pair.From == current && !walked.Contains(pair)))
            Edge(svg, places, from, to, "saga-next");
        foreach (var (from, to) in walked)
            Edge(svg, places, from, to, "saga-walked");
        foreach (var status in saga.Statuses)
        {
            var (x, y) = Corner(places[status.Name]);
            var css = status.Name == current ? "saga-here" : way.Contains(status.Name) ? "saga-been" : "saga-state";
            svg.Append(CultureInfo.InvariantCulture, $"""<g class="{css}"><rect x="{x}" y="{y}" width="{Wide}" height="{High}" rx="6"/><text x="{x + (Wide / 2)}" y="{y + (High / 2) + 5}" text-anchor="middle">{HtmlEncoder.Default.Encode(wordOf(status.Name))}</text></g>""");
        }

        return svg.Append("</svg>").ToString();
    }

    private static (int X, int Y) Corner((int X, int Y) place) => (Margin + (place.X * Column), Margin + (place.Y * Row));

    /// <summary>From border to border, bent a little to its right: there and back are two lines, and a long way does not run through what lies between.</summary>
    private static void Edge(StringBuilder svg, Dictionary<string, (int X, int Y)> places, string from, string to, string css)
    {
        if (!places.TryGetValue(from, out var a) || !places.TryGetValue(to, out var b) || a == b)
            return;
        var (ax, ay) = Corner(a);
        var (bx, by) = Corner(b);
        double fromX = ax + (Wide / 2), fromY = ay + (High / 2), toX = bx + (Wide / 2), toY = by + (High / 2);
        var (dx, dy) = (toX - fromX, toY - fromY);
        var length = Math.Sqrt((dx * dx) + (dy * dy));
        var isLong = a.Y == b.Y && Math.Abs(a.X - b.X) > 1;
        var bend = isLong ? 58 : 14;
        var (midX, midY) = (((fromX + toX) / 2) - (dy / length * bend), ((fromY + toY) / 2) + (dx / length * bend));
        var (startX, startY) = Border(fromX, fromY, midX, midY);
        var (endX, endY) = Border(toX, toY, midX, midY);
        svg.Append(CultureInfo.InvariantCulture, $"""<path class="{css}" d="M{startX:0.#} {startY:0.#} Q{midX:0.#} {midY:0.#} {endX:0.#} {endY:0.#}" marker-end="url(#saga-arrow)"/>""");
    }

    /// <summary>Where the line from a box's middle towards a point leaves the box.</summary>
    private static (double X, double Y) Border(double x, double y, double towardsX, double towardsY)
    {
        var (dx, dy) = (towardsX - x, towardsY - y);
        var scale = Math.Min(dx == 0 ? double.MaxValue : (Wide / 2.0) / Math.Abs(dx), dy == 0 ? double.MaxValue : (High / 2.0) / Math.Abs(dy));
        return (x + (dx * scale), y + (dy * scale));
    }
}
