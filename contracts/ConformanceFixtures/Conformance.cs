using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.ConformanceKit.Proving;
using ClaimsTransfer.ConformanceKit.Starting;
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
    private Workplace? _workplace;
    private Bench? _bench;

    /// <summary>The number of instructions in a row, another municipality …; the defaults are those of a full proof.</summary>
    protected virtual BenchOptions Options => new();

    /// <summary>Every check, in the order in which they must run: what was said and written is looked through last.</summary>
    public static IReadOnlyList<Check> Checks => AllChecks.InOrder;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        _workplace = new Workplace();
        var broker = await _workplace.BrokerAsync(Environment.GetEnvironmentVariable("CLAIMS_TEST_BROKER"), CancellationToken.None);
        var factory = new TFactory();
        _run = new ConformanceRun(factory, Options, TimeProvider.System, NullLoggerFactory.Instance);
        _bench = await Bench.OpenAsync(Options, factory, broker, _workplace.Folder, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (_bench is not null)
            await _bench.DisposeAsync();
        if (_workplace is not null)
            await _workplace.DisposeAsync();
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
