using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Standalone;

/// <summary>One run at a time on a data folder; the lock goes with the process, however it ends.</summary>
public sealed class DataLock : IDisposable
{
    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    /// <param name="embedded">Broker and store lie in the folder: nobody but its owner may look into it. Servers of their own accounts have to get through it.</param>
    public static DataLock Take(string data, bool embedded)
    {
        try
        {
            OwnersAlone.MakeFolder(data);
            if (embedded)
                CloseToOthers(data);
            return new DataLock(new FileStream(Path.Combine(data, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException failure)
        {
            throw new CommandFailure($"The data folder {data} cannot be used: {failure.Message}", "Does another run use it? Stop that, or take another folder with --data DIR.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure($"The data folder {data} may not be written to.", "Take another folder with --data DIR.");
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>
    /// A folder of ours, or an empty one, is closed. Nobody's home and no /tmp is: what else lies there may be for others to read. What the versions before left open in it
    /// is out of their reach with it.
    /// </summary>
    private static void CloseToOthers(string data)
    {
        if (!OwnersAlone.IsOpen(data))
            return;
        var isOurs = File.Exists(Path.Combine(data, ".lock")) || Directory.Exists(Path.Combine(data, "keys"));
        if (!isOurs && Directory.EnumerateFileSystemEntries(data).Any())
            throw new CommandFailure(
                $"The data folder {data} is open to others than its owner, and holds what is not of a run: claims and keys do not belong there.",
                $"Take a folder of its own with --data DIR, or close this one:  chmod 700 '{data}'");
        OwnersAlone.Close(data);
    }
}
