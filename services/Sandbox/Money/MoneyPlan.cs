using System.Globalization;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>What becomes of a claim in its debtor system. Each claim draws one lot.</summary>
public enum Lot { None, Pay, Part, Over, Reverse, WriteOff, Collect }

/// <summary>
/// What the debtor systems do to the claims they hold, as the text <c>pay=0.4,part=0.15,over=0.02,reverse=0.03,writeoff=0.03,collect=0.02,duplicate=0.05</c> says. All are
/// shares between 0 and 1 of the claims, which may sum to 1 at most; <c>duplicate</c> is one of the entries.
/// </summary>
public sealed record MoneyPlan
{
    public static readonly MoneyPlan None = new();

    public const string Example = "pay=0.4,part=0.15,over=0.02,reverse=0.03,writeoff=0.03,collect=0.02,duplicate=0.05";

    /// <summary>Paid in full, sometimes in two payments.</summary>
    public double Pay { get; init; }

    /// <summary>Part paid and left open, with a reminder fee and interest, of which some are paid too.</summary>
    public double Part { get; init; }

    /// <summary>One payment of more than is owed.</summary>
    public double Over { get; init; }

    /// <summary>Paid in full, and then the coverage is taken back.</summary>
    public double Reverse { get; init; }

    /// <summary>Sometimes part paid first, then the rest is written off and the account closed.</summary>
    public double WriteOff { get; init; }

    /// <summary>Sent to state collection; half are recalled later.</summary>
    public double Collect { get; init; }

    /// <summary>Share of entries that are sent twice.</summary>
    public double Duplicate { get; init; }

    private static readonly Dictionary<string, Share> Shares = new(StringComparer.Ordinal)
    {
        ["pay"] = new(Lot.Pay, plan => plan.Pay, (plan, share) => plan with { Pay = share }),
        ["part"] = new(Lot.Part, plan => plan.Part, (plan, share) => plan with { Part = share }),
        ["over"] = new(Lot.Over, plan => plan.Over, (plan, share) => plan with { Over = share }),
        ["reverse"] = new(Lot.Reverse, plan => plan.Reverse, (plan, share) => plan with { Reverse = share }),
        ["writeoff"] = new(Lot.WriteOff, plan => plan.WriteOff, (plan, share) => plan with { WriteOff = share }),
        ["collect"] = new(Lot.Collect, plan => plan.Collect, (plan, share) => plan with { Collect = share }),
        ["duplicate"] = new(Lot.None, plan => plan.Duplicate, (plan, share) => plan with { Duplicate = share }),
    };

    /// <summary>The lot of a claim that drew a number from 0 to below 1.</summary>
    public Lot LotOf(double drawn)
    {
        foreach (var share in Shares.Values.Where(share => share.Lot != Lot.None))
        {
            drawn -= share.Get(this);
            if (drawn < 0)
                return share.Lot;
        }

        return Lot.None;
    }

    /// <summary>Reads the text; on a fault of its own answers what is wrong, with the value as it came and a good example.</summary>
    public static bool TryParse(string? text, out MoneyPlan plan, out string error)
    {
        var read = None;
        plan = None;
        error = "";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, value) = item.Split('=', 2, StringSplitOptions.TrimEntries) is [var left, var right] ? (left, right) : (item, "");
            if (!Shares.TryGetValue(name, out var share))
                error = $"Unknown share '{name}'. Known: {string.Join(", ", Shares.Keys)}. Example: {Example}";
            else if (!seen.Add(name))
                error = $"Share '{name}' is given twice. Give it once: {name}=0.05";
            else if (!double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number is not (>= 0 and <= 1))
                error = $"Share '{name}' has the value '{value}', which does not fit. Example: {name}=0.05 (a share between 0 and 1)";
            else
                read = share.Set(read, number);
            if (error.Length > 0)
                return false;
        }

        var sum = Shares.Values.Where(share => share.Lot != Lot.None).Sum(share => (decimal)share.Get(read));
        if (sum > 1)
        {
            error = $"The shares of claims sum to {sum.ToString(CultureInfo.InvariantCulture)}, and each claim draws one lot: they may sum to 1 at most. Example: {Example}";
            return false;
        }

        plan = read;
        return true;
    }

    public static MoneyPlan Parse(string? text) => TryParse(text, out var plan, out var error) ? plan : throw new FormatException(error);

    /// <summary>The text that gives this plan again; empty for none.</summary>
    public override string ToString() => string.Join(',', Shares
        .Where(share => share.Value.Get(this) != 0)
        .Select(share => $"{share.Key}={share.Value.Get(this).ToString(CultureInfo.InvariantCulture)}"));

    /// <param name="Lot">None: not a share of claims.</param>
    private sealed record Share(Lot Lot, Func<MoneyPlan, double> Get, Func<MoneyPlan, double, MoneyPlan> Set);
}
