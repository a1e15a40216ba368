using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace ClaimsTransfer.Defaults.Tests.Municipalities;

/// <summary>A running service's municipalities, on a data folder of its own.</summary>
public abstract class MunicipalitiesFixture
{
    protected const string Copenhagen = """
        - { code: "0101", name: København, cvr: "64942212", vendor: KmdOpus, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson, ratePerSecond: 200 }
        """;

    protected const string Aarhus = """
        - { code: "0751", name: Aarhus, cvr: "55133018", vendor: Prisme, stage: Planned, cutover: 2020-11-01, minorPolicy: GuardianPays }
        """;

    private TemporaryFolder _folder = null!;

    protected string Data => _folder.Path;

    protected string Given => Path.Combine(Data, "given", "municipalities.yaml");

    protected Installation Installation { get; set; } = null!;

    protected MunicipalitiesInForce InForce { get; private set; } = null!;

    protected MunicipalityChange Change { get; private set; } = null!;

    protected LinesOf<MunicipalitiesInForce> Lines { get; private set; } = null!;

    /// <summary>What was prepared before it came into force, and whether that works.</summary>
    protected List<string> Prepared { get; } = [];

    protected Exception? PreparationFails { get; set; }

    [SetUp]
    public void Begin()
    {
        _folder = new TemporaryFolder();
        Prepared.Clear();
        PreparationFails = null;
        Directory.CreateDirectory(Path.GetDirectoryName(Given)!);
        File.WriteAllText(Given, Yaml(Copenhagen, Aarhus));
        Installation = new Installation { Data = Data, Municipalities = Given };
        Start();
    }

    [TearDown]
    public void End()
    {
        InForce.Dispose();
        _folder.Dispose();
    }

    protected static string Yaml(params string[] entries) => string.Join('\n', entries) + "\n";

    protected void Start()
    {
        Lines = new LinesOf<MunicipalitiesInForce>();
        InForce = new MunicipalitiesInForce(Installation, PrepareAsync, Lines);
        Change = new MunicipalityChange(Installation, InForce, new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 6, 54, 3, TimeSpan.Zero)));
    }

    private Task PrepareAsync(IReadOnlyCollection<Municipality> municipalities, CancellationToken cancellation)
    {
        if (PreparationFails is { } failure)
            return Task.FromException(failure);
        Prepared.AddRange(municipalities.Select(municipality => municipality.Code));
        return Task.CompletedTask;
    }

    /// <summary>The log as text.</summary>
    protected sealed class LinesOf<T> : ILogger<T>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (All)
                All.Add(formatter(state, exception));
        }
    }
}
