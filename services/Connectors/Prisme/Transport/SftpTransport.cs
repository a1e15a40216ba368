using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Prisme.Transport;

/// <summary>Prisme's folders over SFTP. A session a step: there is no connection to keep alive between two files.</summary>
public sealed class SftpTransport(SftpAddress address, PrismeOptions options) : IFileTransport
{
    private readonly SftpSession session = new(address, options);
    private readonly SftpSession longSession = new(address, options with { TransferTimeout = options.ExtractTimeout });

    public async Task<Handover> DeliverAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        using var work = new WorkFolder(options.WorkFolder);
        var local = await work.WriteAsync(name, content, cancellation);
        var target = Remote(Folders.In, name);
        SftpResult result;
        try
        {
            result = await session.RunAsync(
                [$"put {Quoted(local)} {Quoted(target + Folders.Temporary)}", $"rename {Quoted(target + Folders.Temporary)} {Quoted(target)}"], cancellation);
        }
        catch (TransientException notStarted)
        {
            return new Handover.NotDelivered(notStarted.Message);
        }

        if (result.Done)
            return new Handover.Delivered();
        // Under its temporary name Prisme passes the file over, so before the renaming began nothing can have happened.
        return result.Began("rename") ? new Handover.Uncertain(result.Reason) : new Handover.NotDelivered(result.Reason);
    }

    public async Task<IReadOnlyList<string>> TidyAndListAsync(IReadOnlyList<string> takenIn, CancellationToken cancellation)
    {
        var tidy = takenIn.Select(name => $"-rename {Quoted(Remote(Folders.Out, name))} {Quoted(Remote(Folders.Archive, name))}");
        var result = await session.RunAsync([.. tidy, $"ls -1 {Quoted(Remote(Folders.Out))}"], cancellation);
        if (!result.Done)
            throw new IOException($"Prisme's folder {Folders.Out} could not be listed: {result.Reason}");
        return [.. result.Echo.Where(l => !l.StartsWith("sftp> ", StringComparison.Ordinal)).Select(l => l[(l.LastIndexOf('/') + 1)..]).Order(StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<FetchedFile>> FetchAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        if (names.Count == 0)
            return [];
        using var work = new WorkFolder(options.WorkFolder);
        var result = await session.RunAsync([.. names.Select(n => $"-get {Quoted(Remote(Folders.Out, n))} {Quoted(work.PathOf(n))}")], cancellation);
        if (!result.Done)
            throw new IOException($"Prisme's files could not be fetched: {result.Reason}");
        var fetched = new List<FetchedFile>(names.Count);
        foreach (var name in names.Where(n => File.Exists(work.PathOf(n))))
            fetched.Add(new FetchedFile(name, await File.ReadAllBytesAsync(work.PathOf(name), cancellation)));
        return fetched;
    }

    public async Task CopyAsync(string name, string path, CancellationToken cancellation)
    {
        var result = await longSession.RunAsync([$"get {Quoted(Remote(Folders.Out, name))} {Quoted(path)}"], cancellation);
        if (!result.Done)
            throw new IOException($"Prisme's file could not be fetched: {result.Reason}");
    }

    private string Remote(string folder, string? name = null) => name is null ? $"{address.Folder}/{folder}" : $"{address.Folder}/{folder}/{name}";

    private static string Quoted(string path) => $"\"{path}\"";
}
