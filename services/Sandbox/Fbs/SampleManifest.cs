namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>What was generated, in the words of the report: what a journey must end in.</summary>
public sealed class SampleManifest
{
    private readonly SortedDictionary<string, MunicipalitySample> municipalities = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> malformedByKind = new(StringComparer.Ordinal);
    private readonly Dictionary<SampleCategory, int> lines = [];

    public int Lines => lines.Values.Sum();

    public int Claims => lines.GetValueOrDefault(SampleCategory.Claim);

    public int Changes => lines.GetValueOrDefault(SampleCategory.Change);

    public int Duplicates => lines.GetValueOrDefault(SampleCategory.Duplicate);

    public int Malformed => lines.GetValueOrDefault(SampleCategory.Malformed);

    public IReadOnlyDictionary<string, int> MalformedByKind => malformedByKind;

    /// <summary>By code.</summary>
    public IReadOnlyDictionary<string, MunicipalitySample> Municipalities => municipalities;

    /// <summary>The claims' amounts when all lines have arrived, cancelled ones included.</summary>
    public long AmountOre => municipalities.Values.Sum(municipality => municipality.AmountOre);

    public static SampleManifest Of(IEnumerable<SampleLine> lines)
    {
        var manifest = new SampleManifest();
        foreach (var line in lines)
            manifest.Count(line);
        return manifest;
    }

    /// <summary>Counts a line on its way out.</summary>
    public void Count(SampleLine line)
    {
        lines[line.Category] = lines.GetValueOrDefault(line.Category) + 1;
        if (line.MalformedKind is { } kind)
            malformedByKind[kind] = malformedByKind.GetValueOrDefault(kind) + 1;
        if (line.Claim is not { } claim)
            return;
        var before = municipalities.GetValueOrDefault(claim.Municipality, new MunicipalitySample(0, 0, 0, 0, 0, 0));
        municipalities[claim.Municipality] = new MunicipalitySample(
            before.Claims + 1,
            before.AmountOre + claim.AmountOre,
            before.Cancelled + (claim.IsCancelled ? 1 : 0),
            before.CancelledOre + (claim.IsCancelled ? claim.AmountOre : 0),
            before.Children + (claim.Age < 18 ? 1 : 0),
            before.ChildrenWithoutGuardian + (claim is { Age: < 18, HasGuardian: false } ? 1 : 0));
    }
}

/// <param name="ChildrenWithoutGuardian">Also at the end, cancelled ones included.</param>
public sealed record MunicipalitySample(int Claims, long AmountOre, int Cancelled, long CancelledOre, int Children, int ChildrenWithoutGuardian);
