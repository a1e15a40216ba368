using ClaimsTransfer.ConformanceKit.DebtorSystems;

namespace ClaimsTransfer.ConformanceKit.Starting;

/// <summary>All that the kit needs of a vendor: how its connector is started, and what stands at the far end.</summary>
public interface IConnectorFactory
{
    /// <summary>The debtor system that the connector will call, opened before it starts.</summary>
    Task<IDebtorSystem> OpenDebtorSystemAsync(string municipality, CancellationToken cancellation);

    /// <summary>Starts the connector; returns when it has been started, not when it is ready. The kit starts it again after it has killed it, with the same <paramref name="start"/>.</summary>
    Task<IRunningConnector> StartAsync(ConnectorStart start, CancellationToken cancellation);
}

/// <summary>A connector that the kit has started. Disposing stops it in good order.</summary>
public interface IRunningConnector : IAsyncDisposable
{
    /// <summary>What it calls itself, name and version, for the result.</summary>
    string Version { get; }

    /// <summary>Whether the kit can kill it and start it again.</summary>
    bool CanBeKilled { get; }

    /// <summary>Ends it at once, in the middle of whatever it does.</summary>
    Task KillAsync();

    /// <summary>Completes when it has ended by itself, with what it said last: the kit then waits for nothing more.</summary>
    Task<string> Ended { get; }
}

/// <summary>What a connector is given.</summary>
/// <param name="Broker"><c>amqp(s)://user:password@host:port/vhost</c>.</param>
/// <param name="Keys">The folder of the municipality's sealing keys.</param>
/// <param name="KeysSecret">The file with the secret that opens them.</param>
/// <param name="Data">A folder of its own, the same after a restart.</param>
/// <param name="Municipalities">A <c>municipalities.yaml</c> with this one municipality.</param>
/// <param name="Said">Called with every line of its log; the kit looks for personal data there.</param>
public sealed record ConnectorStart(
    string Broker, string Municipality, Uri DebtorSystem, string Keys, string KeysSecret, string Data, string Municipalities, Action<string> Said)
{
    /// <summary>As environment variables, for a process.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["CLAIMS_BROKER"] = Broker,
        ["CLAIMS_MUNICIPALITY"] = Municipality,
        ["CLAIMS_MUNICIPALITIES"] = Municipalities,
        ["CLAIMS_KEYS"] = Keys,
        ["CLAIMS_MASTER_KEY_FILE"] = KeysSecret,
        ["CLAIMS_DATA"] = Data,
        ["CLAIMS_STORE"] = "embedded",
        ["CLAIMS_LOG"] = "console",
        ["CLAIMS_STOP_WITH_PARENT"] = "1",
        ["DEBTOR_SYSTEM_URL"] = DebtorSystem.ToString(),
    };
}

/// <summary>Implemented beside <see cref="IConnectorFactory"/> where the connector serves the municipalities of one vendor: as <c>municipalities.yaml</c> spells it.</summary>
public interface INamedVendor
{
    string Vendor { get; }
}
