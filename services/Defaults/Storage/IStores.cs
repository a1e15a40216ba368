namespace ClaimsTransfer.Defaults.Storage;

/// <summary>Opens the store of a service: a schema of its own on the installation's engine (embedded: a file of its own).</summary>
public interface IStores
{
    IStore Open(string schema);
}
