using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Prisme.Transport;

/// <summary>Chooses the transport by the endpoint's scheme.</summary>
public sealed class FileTransports(PrismeOptions options) : IDisposable
{
    private readonly SftpConnections connections = new(options);

    public IFileTransport Of(DebtorSystem system) => system.Endpoint.Scheme switch
    {
        "file" => new FolderTransport(system.Endpoint.LocalPath),
        "sftp" when options.KeyFile.Length == 0 || options.KnownHostsFile.Length == 0 => throw new PermanentException(
            $"Municipality {system.Municipality} has an SFTP endpoint: set {PrismeOptions.Section}:KeyFile and {PrismeOptions.Section}:KnownHostsFile."),
        "sftp" => new SftpTransport(SftpAddress.Of(system.Endpoint), connections, options),
        _ => throw new PermanentException(
            $"Municipality {system.Municipality} has the endpoint scheme '{system.Endpoint.Scheme}'; Prisme takes sftp://user@host:22/folder or file:///folder."),
    };

    public void Dispose() => connections.Dispose();
}
