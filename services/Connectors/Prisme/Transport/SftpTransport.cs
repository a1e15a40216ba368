using ClaimsTransfer.Defaults.Reading;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace ClaimsTransfer.Prisme.Transport;

/// <summary>Prisme's folders over SFTP.</summary>
internal sealed class SftpTransport(SftpAddress address, SftpConnections connections, PrismeOptions options) : IFileTransport
{
    public async Task<Handover> DeliverAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var target = Remote(Folders.In, name);
        var renaming = new OneOf();
        try
        {
            await WithinAsync(async (client, limit) =>
            {
                using var file = new MemoryStream(content.ToArray(), writable: false);
                await client.UploadFileAsync(file, target + Folders.Temporary, limit);
                // Whoever waited may have given up meanwhile, and said that nothing happened.
                if (!renaming.Take())
                    throw new OperationCanceledException(limit);
                await RenameAsync(client, target + Folders.Temporary, target, limit);
                return true;
            }, cancellation);
            return new Handover.Delivered();
        }
        catch (IOException fault) when (fault.InnerException is SftpPathNotFoundException)
        {
            return new Handover.NotDelivered("there is no folder ind");
        }
        catch (IOException fault)
        {
            // Under its temporary name Prisme passes the file over, so before the renaming began nothing can have happened.
            return renaming.Take() ? new Handover.NotDelivered(fault.Message) : new Handover.Uncertain(fault.Message);
        }
    }

    public Task<IReadOnlyList<string>> TidyAndListAsync(IReadOnlyList<string> takenIn, CancellationToken cancellation) => WithinAsync<IReadOnlyList<string>>(async (client, limit) =>
    {
        foreach (var name in takenIn)
        {
            try
            {
                await RenameAsync(client, Remote(Folders.Out, name), Remote(Folders.Archive, name), limit);
            }
            catch (SftpPathNotFoundException)
            {
                // Moved already: this reading was done once before.
            }
        }

        var names = new List<string>();
        await foreach (var file in client.ListDirectoryAsync(Remote(Folders.Out), limit))
        {
            if (!file.IsDirectory)
                names.Add(file.Name);
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }, cancellation);

    public Task<IReadOnlyList<FetchedFile>> FetchAsync(IReadOnlyList<string> names, CancellationToken cancellation) => WithinAsync<IReadOnlyList<FetchedFile>>(async (client, limit) =>
    {
        var fetched = new List<FetchedFile>(names.Count);
        foreach (var name in names)
        {
            if (fetched.Sum(file => (long)(file.Content?.Length ?? 0)) >= Bound.FileBytes)
                break;
            try
            {
                using var content = new MemoryStream();
                await using var bounded = new BoundedStream(content, Bound.FileBytes);
                await client.DownloadFileAsync(Remote(Folders.Out, name), bounded, limit);
                fetched.Add(new FetchedFile(name, content.ToArray()));
            }
            catch (BeyondBoundException)
            {
                fetched.Add(new FetchedFile(name, null));
            }
            catch (SftpPathNotFoundException)
            {
                // Another instance has taken it in since it was listed.
            }
        }

        return fetched;
    }, cancellation);

    /// <summary>A large file may take long, but may not stand still.</summary>
    public async Task CopyAsync(string name, string path, CancellationToken cancellation)
    {
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        whole.CancelAfter(options.ExtractTimeout);
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(whole.Token);
        stalled.CancelAfter(options.TransferTimeout);
        await connections.UseAsync(address, async (client, limit) =>
        {
            await using var to = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            await using var bounded = new BoundedStream(to, Bound.ListBytes);
            await client.DownloadFileAsync(Remote(Folders.Out, name), bounded, new Progress(() => stalled.CancelAfter(options.TransferTimeout)), limit);
            return true;
        }, stalled.Token);
    }

    private async Task<T> WithinAsync<T>(Func<SftpClient, CancellationToken, Task<T>> step, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.TransferTimeout);
        return await connections.UseAsync(address, step, limit.Token);
    }

    /// <summary>
    /// In one step and over what has the name: a file of the same name is the same file, sent before. SFTP's own rename, for servers without OpenSSH's, refuses
    /// where there is one.
    /// </summary>
    private static async Task RenameAsync(SftpClient client, string from, string to, CancellationToken cancellation)
    {
        try
        {
            client.RenameFile(from, to, isPosix: true);
        }
        catch (NotSupportedException)
        {
            await client.RenameFileAsync(from, to, cancellation);
        }
    }

    private string Remote(string folder, string? name = null) => name is null ? $"{address.Folder}/{folder}" : $"{address.Folder}/{folder}/{name}";

    /// <summary>Told on the thread that copies, where <see cref="Progress{T}"/> would queue it.</summary>
    private sealed class Progress(Action more) : IProgress<DownloadFileProgressReport>
    {
        public void Report(DownloadFileProgressReport value) => more();
    }

    /// <summary>Of two who take it, one gets it.</summary>
    private sealed class OneOf
    {
        private int taken;

        public bool Take() => Interlocked.Exchange(ref taken, 1) == 0;
    }
}
