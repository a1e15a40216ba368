namespace ClaimsTransfer.Prisme.Transport;

/// <summary>A plain folder: Prisme's transfer folder mounted here, or the sandbox's.</summary>
public sealed class FolderTransport(string root) : IFileTransport
{
    private string In => Path.Combine(root, Folders.In);

    private string Out => Path.Combine(root, Folders.Out);

    public async Task<Handover> DeliverAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var temporary = Path.Combine(In, name + Folders.Temporary);
        try
        {
            await using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await file.WriteAsync(content, cancellation);
                file.Flush(flushToDisk: true);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new Handover.NotDelivered(Directory.Exists(In) ? "the folder ind takes no files" : "there is no folder ind");
        }

        try
        {
            File.Move(temporary, Path.Combine(In, name), overwrite: true);
            return new Handover.Delivered();
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Handover.NotDelivered("the folder ind was taken away");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new Handover.Uncertain("the file could not be renamed");
        }
    }

    public Task<IReadOnlyList<string>> TidyAndListAsync(IReadOnlyList<string> takenIn, CancellationToken cancellation)
    {
        foreach (var name in takenIn)
        {
            try
            {
                File.Move(Path.Combine(Out, name), Path.Combine(root, Folders.Archive, name), overwrite: true);
            }
            catch (FileNotFoundException)
            {
                // Moved already: this reading was done once before.
            }
        }

        IReadOnlyList<string> names = [.. Directory.EnumerateFiles(Out).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        return Task.FromResult(names);
    }

    public async Task<IReadOnlyList<FetchedFile>> FetchAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var fetched = new List<FetchedFile>(names.Count);
        foreach (var name in names)
        {
            try
            {
                fetched.Add(new FetchedFile(name, await File.ReadAllBytesAsync(Path.Combine(Out, name), cancellation)));
            }
            catch (FileNotFoundException)
            {
                // Another instance has taken it in since it was listed.
            }
        }

        return fetched;
    }

    public async Task CopyAsync(string name, string path, CancellationToken cancellation)
    {
        await using var from = new FileStream(Path.Combine(Out, name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        await using var to = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await from.CopyToAsync(to, cancellation);
    }
}
