using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.ConformanceKit.Proving;
using ClaimsTransfer.ConformanceKit.Starting;
using ClaimsTransfer.Defaults.Local;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace ClaimsTransfer.ConformanceFixtures;

/// <summary>
/// The kit as NUnit tests, one a check. A vendor derives from it once, for its <see cref="IConnectorFactory"/> with two members; the checks, their order and what they need come from here.
/// It needs RabbitMQ: the URL in <c>CLAIMS_TEST_BROKER</c>, else the installed package, started on a port of its own and gone afterwards.
/// </summary>
[NonParallelizable]
public abstract class Conformance<TFactory>
    where TFactory : IConnectorFactory, new()
{
    private ConformanceRun _run = null!;
    private LocalRabbitMq? _broker;
    private Bench? _bench;
    private string _folder = "";

    /// <summary>The number of instructions in a row, another municipality …; the defaults are those of a full proof.</summary>
    protected virtual BenchOptions Options => new();

    /// <summary>Every check, in the order in which they must run: what was said and written is looked through last.</summary>
    public static IReadOnlyList<Check> Checks => AllChecks.InOrder;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        _folder = LocalRabbitMq.NewFolder("claims-conformance-");
        var given = Environment.GetEnvironmentVariable("CLAIMS_TEST_BROKER");
        if (string.IsNullOrEmpty(given))
            _broker = await LocalRabbitMq.StartAsync(Path.Combine(_folder, "broker"));
        var factory = new TFactory();
        _run = new ConformanceRun(factory, Options, TimeProvider.System, NullLoggerFactory.Instance);
        _bench = await Bench.OpenAsync(Options, factory, _broker?.Uri ?? given!, _folder, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (_bench is not null)
            await _bench.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCaseSource(nameof(Checks))]
    public async Task The_connector_passes(Check check)
    {
        ArgumentNullException.ThrowIfNull(check);
        var result = await _run.RunAsync(_bench!, check, CancellationToken.None);
        if (result.Outcome != CheckOutcome.Passed)
            Assert.Fail($"{result.Name}\nexpected: {result.Expected}\ncame:     {result.Got}\nwhy:      {result.Why}\nsee:      {result.Where}");
    }
}
