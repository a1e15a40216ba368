using System.Globalization;

namespace ClaimsTransfer.OperationsConsole.Workflows;

/// <summary>A state's box.</summary>
public sealed record DiagramBox(string Status, string Category, double X, double Y);

/// <summary>A line between two boxes, as an SVG path.</summary>
/// <param name="Both">It leads both ways.</param>
public sealed record DiagramLine(string From, string To, string Path, bool Both);

/// <summary>
/// The saga as a picture: states we know have their place, from what has just come at the top to what has ended at the bottom; a state that is new stands in a row of its own
/// until somebody gives it one.
/// </summary>
public sealed record SagaDiagram(IReadOnlyList<DiagramBox> Boxes, IReadOnlyList<DiagramLine> Lines, double Width, double Height)
{
    public const double BoxWidth = 164, BoxHeight = 46;
    private const double Column = 214, Row = 104, Margin = 12;

    private static readonly Dictionary<string, (double Column, double Row)> Places = new(StringComparer.Ordinal)
    {
        ["Awaited"] = (1, 0), ["Held"] = (0, 1), ["OutOfScope"] = (3, 1), ["Sending"] = (1, 1), ["Rejected"] = (0, 2), ["Sent"] = (1, 2), ["Unknown"] = (2, 2), ["Changing"] = (0, 3),
        ["Transferred"] = (1, 3), ["Cancelling"] = (3, 3), ["PartlyCovered"] = (1, 4), ["InCollection"] = (2, 4), ["Settled"] = (1, 5), ["WrittenOff"] = (0, 5), ["Cancelled"] = (3, 4), ["Credited"] = (3, 5),
    };

    public static SagaDiagram Of(SagaDefinition saga)
    {
        var strangers = 0;
        var boxes = saga.Statuses.Select(status =>
        {
            var (column, row) = Places.TryGetValue(status.Name, out var place) ? place : (strangers++ % 4, 6 + (strangers / 5));
            return new DiagramBox(status.Name, status.Category, Margin + (column * Column), Margin + (row * Row));
        }).ToList();
        var at = boxes.ToDictionary(box => box.Status, StringComparer.Ordinal);
        var pairs = saga.Transitions.Where(step => step.From != step.To && at.ContainsKey(step.From) && at.ContainsKey(step.To)).Select(step => (step.From, step.To)).ToHashSet();
        var lines = pairs.Where(pair => !pairs.Contains((pair.To, pair.From)) || string.CompareOrdinal(pair.From, pair.To) < 0)
            .Select(pair => new DiagramLine(pair.From, pair.To, Between(at[pair.From], at[pair.To]), pairs.Contains((pair.To, pair.From)))).ToList();
        return new SagaDiagram(boxes, lines, boxes.Max(box => box.X) + BoxWidth + Margin, boxes.Max(box => box.Y) + BoxHeight + Margin);
    }

    /// <summary>From edge to edge, bent to the side where a straight line would run through the boxes between.</summary>
    private static string Between(DiagramBox from, DiagramBox to)
    {
        var ((x1, y1), (x2, y2)) = (Middle(from), Middle(to));
        var (dx, dy) = (x2 - x1, y2 - y1);
        var length = Math.Sqrt((dx * dx) + (dy * dy));
        var isLong = Math.Abs(dx) > Column * 1.4 || Math.Abs(dy) > Row * 1.4;
        var bend = isLong ? 0.22 * length : 0.04 * length;
        var (cx, cy) = (((x1 + x2) / 2) + (dy / length * bend), ((y1 + y2) / 2) - (dx / length * bend));
        var ((sx, sy), (ex, ey)) = (Edge(x1, y1, cx, cy), Edge(x2, y2, cx, cy));
        return string.Create(CultureInfo.InvariantCulture, $"M {sx:0.#} {sy:0.#} Q {cx:0.#} {cy:0.#} {ex:0.#} {ey:0.#}");
    }

    private static (double X, double Y) Middle(DiagramBox box) => (box.X + (BoxWidth / 2), box.Y + (BoxHeight / 2));

    /// <summary>Where the line from a box's middle towards a point leaves the box.</summary>
    private static (double X, double Y) Edge(double x, double y, double towardsX, double towardsY)
    {
        var (dx, dy) = (towardsX - x, towardsY - y);
        var scale = Math.Min(dx == 0 ? double.MaxValue : (BoxWidth / 2) / Math.Abs(dx), dy == 0 ? double.MaxValue : (BoxHeight / 2) / Math.Abs(dy));
        return (x + (dx * scale), y + (dy * scale));
    }
}
