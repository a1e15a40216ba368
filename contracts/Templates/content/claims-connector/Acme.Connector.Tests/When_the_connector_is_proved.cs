using ClaimsTransfer.ConformanceFixtures;
using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.ConformanceKit.DebtorSystems;
using ClaimsTransfer.ConformanceKit.Starting;
using Microsoft.Extensions.DependencyInjection;

namespace Acme.Connector.Tests;

/// <summary>The whole conformance kit, a test a check. A test system of your own takes the stand-in's place when there is one.</summary>
[TestFixture] // Not for decoration: NUnit looks for tests only in assemblies that use something of it themselves.
public sealed class When_the_connector_is_proved : Conformance<ConnectorFactory>
{
    /// <summary>Fewer in a row than the ten thousand that a signed result has: the same proof, for every build.</summary>
    protected override BenchOptions Options => new() { Many = 1_000 };
}

public sealed class ConnectorFactory : IConnectorFactory, INamedVendor
{
    public string Vendor => DebtorSystemConnector.Vendor;

    // VENDOR: your own test system, looked into through a few calls: QueriedDebtorSystem.OpenAsync.
    public async Task<IDebtorSystem> OpenDebtorSystemAsync(string municipality, CancellationToken cancellation) =>
        await StandInDebtorSystem.StartAsync(municipality, TimeProvider.System, cancellation);

    public async Task<IRunningConnector> StartAsync(ConnectorStart start, CancellationToken cancellation) =>
        await SdkConnector.StartAsync<DebtorSystemConnector>(Vendor, start, cancellation, add: builder => builder.Services.AddSingleton<DebtorSystemClient>());
}
