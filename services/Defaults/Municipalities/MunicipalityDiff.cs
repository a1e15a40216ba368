using System.Globalization;
using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>What one municipalities' file says otherwise than another, in the words of the file, and what follows from it.</summary>
public sealed record MunicipalityDiff(
    IReadOnlyList<DifferingMunicipality> Added, IReadOnlyList<DifferingMunicipality> Removed, IReadOnlyList<DifferingMunicipality> Changed)
{
    private static readonly (string Name, Func<Municipality, string?> Of)[] Fields =
    [
        ("code", m => m.Code), ("name", m => m.Name), ("cvr", m => m.Cvr), ("vendor", m => $"{m.Vendor}"), ("stage", m => $"{m.Stage}"),
        ("cutover", m => m.Cutover.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("minorPolicy", m => $"{m.MinorPolicy}"),
        ("childMaxAge", m => Text(m.ChildMaxAge)), ("minimumAmountOre", m => Text(m.MinimumAmountOre)), ("ratePerSecond", m => m.RatePerSecond is { } rate ? Text(rate) : null),
        ("concurrency", m => Text(m.Concurrency)), ("endpoint", m => m.Endpoint), ("paymentsToFbs", m => $"{m.PaymentsToFbs}"),
        ("retentionYears", m => Text(m.RetentionYears)),
    ];

    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count == 0;

    /// <summary>Why it cannot be applied as it is; empty: it can.</summary>
    public IReadOnlyList<string> Refusals => [.. All.Select(municipality => municipality.Refusal).OfType<string>()];

    internal IEnumerable<DifferingMunicipality> All => [.. Added, .. Removed, .. Changed];

    /// <summary>A value that is left out and one that says the default are the same; so is another order.</summary>
    /// <param name="gate">Asked where a municipality would go live.</param>
    public static MunicipalityDiff Between(IReadOnlyCollection<Municipality> before, IReadOnlyCollection<Municipality> after, IGoLiveGate? gate = null)
    {
        var (then, now) = (before.ToDictionary(m => m.Code, StringComparer.Ordinal), after.ToDictionary(m => m.Code, StringComparer.Ordinal));
        var differing = then.Keys.Union(now.Keys).Order(StringComparer.Ordinal).Select(code => (Before: then.GetValueOrDefault(code), After: now.GetValueOrDefault(code)))
            .Where(pair => pair.Before != pair.After).ToList();
        return new MunicipalityDiff(
            [.. differing.Where(pair => pair.Before is null).Select(pair => Of(pair, gate))],
            [.. differing.Where(pair => pair.After is null).Select(pair => Of(pair, gate))],
            [.. differing.Where(pair => pair is { Before: not null, After: not null }).Select(pair => Of(pair, gate))]);
    }

    private static DifferingMunicipality Of((Municipality? Before, Municipality? After) pair, IGoLiveGate? gate)
    {
        var (before, after) = pair;
        var either = after ?? before!;
        return new DifferingMunicipality(
            either.Code, either.Name,
            [
                .. from field in Fields
                   let old = before is null ? null : field.Of(before)
                   let @new = after is null ? null : field.Of(after)
                   where old != @new
                   select new DifferingField(field.Name, Shown(old), Shown(@new)),
            ],
            [.. Consequences.Of(before, after)], Consequences.RefusalOf(before, after, gate));
    }

    // The endpoint that stood there before may hold a password.
    private static string? Shown(string? value) => value?.Contains("://", StringComparison.Ordinal) == true ? Installation.Redacted(value) : value;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <param name="Name">As the newer file says it.</param>
/// <param name="Refusal">Why this cannot be applied as it is; null: it can.</param>
public sealed record DifferingMunicipality(string Code, string Name, IReadOnlyList<DifferingField> Fields, IReadOnlyList<Consequence> Consequences, string? Refusal);

/// <param name="Field">The file's key.</param>
/// <param name="Before">Null: not there.</param>
/// <param name="After">Null: not there any more.</param>
public sealed record DifferingField(string Field, string? Before, string? After)
{
    public override string ToString() => $"{Field} {Before ?? "(none)"} → {After ?? "(none)"}";
}
