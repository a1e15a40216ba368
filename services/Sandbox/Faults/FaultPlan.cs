using System.Globalization;

namespace ClaimsTransfer.Sandbox.Faults;

/// <summary>
/// How bad the stand-ins are, as the text <c>drop-reply=0.05,unavailable=0.02,reject=0.01,duplicate-receipt=0.05,late-receipt=2s,slow=50ms,cut-file=0.05,poison=0.05,down=0751+0101,blind</c>
/// says. Shares are between 0 and 1. A new fault is one property, one line in <see cref="Kinds"/>, and the place that asks for it.
/// </summary>
public sealed record FaultPlan
{
    public static readonly FaultPlan None = new();

    public const string Example = "drop-reply=0.05,unavailable=0.02,reject=0.01,duplicate-receipt=0.05,late-receipt=2s,slow=50ms,cut-file=0.05,poison=0.05,down=0751+0101,blind";

    /// <summary>Share of calls that are carried out, after which the connection is cut without a reply.</summary>
    public double DropReply { get; init; }

    /// <summary>Share of calls answered 503 before anything is done.</summary>
    public double Unavailable { get; init; }

    /// <summary>Share of claims whose registration is refused; never a change of a registered claim.</summary>
    public double Reject { get; init; }

    /// <summary>Share of receipts that are sent twice.</summary>
    public double DuplicateReceipt { get; init; }

    /// <summary>How long after the booking its receipt is ready.</summary>
    public TimeSpan LateReceipt { get; init; }

    /// <summary>How long each call takes before anything is done.</summary>
    public TimeSpan Slow { get; init; }

    /// <summary>Share of what tells of entries that breaks off: Prisme's payment files (half of them cut in the middle, half with wrong totals), Indsigt's pages, Opus's pushes.</summary>
    public double CutFile { get; init; }

    /// <summary>
    /// Share of claims that are answered with what nobody understands, on submission, by receipt and to a question. About half of them are booked all the same. Lifted, the truth is told.
    /// </summary>
    public double Poison { get; init; }

    /// <summary>Municipalities whose debtor system answers nothing at all.</summary>
    public IReadOnlySet<string> Down { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The debtor systems do not honour our reference: whatever arrives is booked, also the second time.</summary>
    public bool Blind { get; init; }

    private static readonly Dictionary<string, Kind> Kinds = new(StringComparer.Ordinal)
    {
        ["drop-reply"] = Share((plan, share) => plan with { DropReply = share }, plan => plan.DropReply),
        ["unavailable"] = Share((plan, share) => plan with { Unavailable = share }, plan => plan.Unavailable),
        ["reject"] = Share((plan, share) => plan with { Reject = share }, plan => plan.Reject),
        ["duplicate-receipt"] = Share((plan, share) => plan with { DuplicateReceipt = share }, plan => plan.DuplicateReceipt),
        ["late-receipt"] = Delay((plan, delay) => plan with { LateReceipt = delay }, plan => plan.LateReceipt),
        ["slow"] = Delay((plan, delay) => plan with { Slow = delay }, plan => plan.Slow),
        ["cut-file"] = Share((plan, share) => plan with { CutFile = share }, plan => plan.CutFile),
        ["poison"] = Share((plan, share) => plan with { Poison = share }, plan => plan.Poison),
        ["down"] = new Kind("down=0751 or down=0751+0101", ReadDown, plan => plan.Down.Count == 0 ? null : string.Join('+', plan.Down.Order(StringComparer.Ordinal))),
        ["blind"] = new Kind("blind", (plan, value) => value is "" or "true" ? plan with { Blind = true } : null, plan => plan.Blind ? "" : null),
    };

    /// <summary>Reads the text; on a fault of its own answers what is wrong, with the value as it came and a good example.</summary>
    public static bool TryParse(string? text, out FaultPlan plan, out string error)
    {
        plan = None;
        error = "";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, value) = item.Split('=', 2, StringSplitOptions.TrimEntries) is [var left, var right] ? (left, right) : (item, "");
            if (!Kinds.TryGetValue(name, out var kind))
            {
                error = $"Unknown fault '{name}'. Known: {string.Join(", ", Kinds.Keys)}. Example: {Example}";
                return false;
            }

            if (!seen.Add(name))
            {
                error = $"Fault '{name}' is given twice. Give it once: {kind.Example}";
                return false;
            }

            if (kind.Read(plan, value) is not { } next)
            {
                error = $"Fault '{name}' has the value '{value}', which does not fit. Example: {kind.Example}";
                return false;
            }

            plan = next;
        }

        return true;
    }

    public static FaultPlan Parse(string? text) => TryParse(text, out var plan, out var error) ? plan : throw new FormatException(error);

    /// <summary>The text that gives this plan again; empty for none.</summary>
    public override string ToString() => string.Join(',', Kinds
        .Select(kind => (kind.Key, Value: kind.Value.Write(this)))
        .Where(kind => kind.Value is not null)
        .Select(kind => kind.Value is "" ? kind.Key : $"{kind.Key}={kind.Value}"));

    private sealed record Kind(string Example, Func<FaultPlan, string, FaultPlan?> Read, Func<FaultPlan, string?> Write);

    private static Kind Share(Func<FaultPlan, double, FaultPlan> set, Func<FaultPlan, double> get) => new(
        "0.05 (a share between 0 and 1)",
        (plan, value) => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1
            ? set(plan, share) : null,
        plan => get(plan) is 0 ? null : get(plan).ToString(CultureInfo.InvariantCulture));

    private static Kind Delay(Func<FaultPlan, TimeSpan, FaultPlan> set, Func<FaultPlan, TimeSpan> get) => new(
        "50ms, 2s or 1m (at most 10m)",
        (plan, value) => ReadDelay(value) is { } delay ? set(plan, delay) : null,
        plan => get(plan) == TimeSpan.Zero ? null : $"{get(plan).TotalMilliseconds.ToString(CultureInfo.InvariantCulture)}ms");

    private static TimeSpan? ReadDelay(string value)
    {
        var unit = value.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.');
        if (!double.TryParse(value[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            return null;
        var milliseconds = unit switch { "ms" => count, "s" => count * 1_000, "m" => count * 60_000, _ => -1 };
        return milliseconds is >= 0 and <= 600_000 ? TimeSpan.FromMilliseconds(milliseconds) : null;
    }

    private static FaultPlan? ReadDown(FaultPlan plan, string value)
    {
        var codes = value.Split('+', StringSplitOptions.TrimEntries);
        return codes.All(code => code.Length == 4 && code.All(char.IsAsciiDigit))
            ? plan with { Down = codes.ToHashSet(StringComparer.Ordinal) } : null;
    }
}
