using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>What FBS is to send. All shares are of <see cref="Count"/>, between 0 and 1; the same options give the same lines, byte for byte.</summary>
public sealed record SampleOptions
{
    /// <summary>Distinct, valid claims.</summary>
    public int Count { get; init; } = 1_000;

    /// <summary>Another seed gives other claims under other fee ids: samples of different seeds can be mixed.</summary>
    public int Seed { get; init; } = 1;

    public IReadOnlyList<string> Municipalities { get; init; } = ["0101", "0147", "0461", "0561", "0751", "0851"];

    /// <summary>Lines sent again unchanged.</summary>
    public double Duplicates { get; init; }

    /// <summary>Lines that must be refused; the kinds of <see cref="MalformedLines"/> take turns.</summary>
    public double Malformed { get; init; }

    /// <summary>Claims whose borrower is a minor.</summary>
    public double Children { get; init; } = 0.05;

    /// <summary>Of the children's claims, those without a guardian.</summary>
    public double WithoutGuardian { get; init; } = 1 / 3.0;

    public double Organisations { get; init; } = 0.01;

    /// <summary>Claims that are adjusted (once or twice, versions 2 and 3).</summary>
    public double Adjusted { get; init; }

    /// <summary>Claims that are cancelled, some after an adjustment.</summary>
    public double Cancelled { get; init; }

    /// <summary>Claims whose liable party changes; a child without guardian gets one.</summary>
    public double LiablePartyChanged { get; init; }

    /// <summary>Claims created years ago, before any municipality's cut-over.</summary>
    public double Old { get; init; }

    /// <summary>How many claims away from its own place a change may come, before or after.</summary>
    public int Disorder { get; init; } = 100;

    /// <summary>The day the youngest claim is created.</summary>
    public DateOnly Today { get; init; } = new(2026, 11, 22);

    /// <summary>The journey of the tests: 5 % duplicates, 3 % malformed, 5 % children of whom a third have no guardian, changes out of order.</summary>
    public static SampleOptions Journey(int count, int seed = 1) => new()
    {
        Count = count, Seed = seed, Duplicates = 0.05, Malformed = 0.03, Children = 0.05, Adjusted = 0.06, Cancelled = 0.04, LiablePartyChanged = 0.02,
    };

    /// <summary>Some live municipalities of every vendor.</summary>
    public static IReadOnlyList<string> Choose(IMunicipalities municipalities, int perVendor = 3) =>
    [
        .. municipalities.All.Where(municipality => municipality.Stage == Stage.Live).GroupBy(municipality => municipality.Vendor).OrderBy(group => group.Key)
            .SelectMany(group => group.Select(municipality => municipality.Code).Order(StringComparer.Ordinal).Take(perVendor)),
    ];
}
