namespace ClaimsTransfer.Defaults.Storage;

/// <summary>Opens the store of a service: a schema of its own on the installation's engine (embedded: a file of its own).</summary>
public interface IStores
{
    IStore Open(string schema);

    /// <summary>Whether every store that this process keeps takes what it is given, now.</summary>
    /// <exception cref="Messaging.TransientException">One does not: says which, and why.</exception>
    Task ProbeAsync(CancellationToken cancellation) => Task.CompletedTask;
}
