using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Standalone;

/// <summary>One run at a time on a data folder; the lock goes with the process, however it ends.</summary>
public sealed class DataLock : IDisposable
{
    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    public static DataLock Take(string data)
    {
        try
        {
            Directory.CreateDirectory(data);
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
}
