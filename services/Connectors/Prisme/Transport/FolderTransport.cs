using ClaimsTransfer.Defaults.Reading;

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
            if (fetched.Sum(file => (long)(file.Content?.Length ?? 0)) >= Bound.FileBytes)
                break;
            try
            {
                await using var lying = Open(name);
                using var content = await BoundedBody.ReadAsync(lying, Bound.FileBytes, cancellation);
                fetched.Add(new FetchedFile(name, content.ToArray()));
            }
            catch (BeyondBoundException)
            {
                fetched.Add(new FetchedFile(name, null));
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
        await using var from = Open(name);
        await using var to = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            await BoundedBody.CopyAsync(from, to, Bound.ListBytes, cancellation);
        }
        catch (BeyondBoundException beyond)
        {
            throw new IOException($"the file {name} is {beyond.Message}", beyond);
        }
    }

    private FileStream Open(string name) => new(Path.Combine(Out, name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
}
