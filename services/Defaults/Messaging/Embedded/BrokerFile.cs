using ClaimsTransfer.Defaults.Hosting;
using Microsoft.Data.Sqlite;

namespace ClaimsTransfer.Defaults.Messaging.Embedded;

/// <summary>
/// <c>DATA/broker.db</c>. One thread writes: whatever waits when a transaction ends goes together into the next, so that a hundred concurrent publishers
/// share one flush to disk. Readers page beside it (WAL).
/// </summary>
internal sealed class BrokerFile : IDisposable
{
    private const int MostWritesInOneTransaction = 2_000;

    private readonly object gate = new();
    private readonly Lock reading = new();
    private readonly FileStream ownership;
    private readonly SqliteConnection writer;
    private readonly SqliteConnection reader;
    private readonly Thread thread;
    private Queue<Write> pending = [];
    private bool closing;

    private BrokerFile(FileStream ownership, SqliteConnection writer, SqliteConnection reader)
    {
        this.ownership = ownership;
        this.writer = writer;
        this.reader = reader;
        Statements = new BrokerStatements(writer);
        thread = new Thread(WriteUntilClosed) { IsBackground = true, Name = "broker.db" };
        thread.Start();
    }

    private BrokerStatements Statements { get; }

    public static BrokerFile Open(string folder)
    {
        OwnersAlone.MakeFolder(folder);
        var owner = TakeOwnership(folder);
        try
        {
            var file = Path.Combine(folder, "broker.db");
            OwnersAlone.MakeDatabase(file);
            var source = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString();
            var write = new SqliteConnection(source);
            write.Open();
            BrokerStatements.Prepare(write);
            var read = new SqliteConnection(source);
            read.Open();
            return new BrokerFile(owner, write, read);
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    }

    /// <summary>Runs in the next transaction; completes when it is on disk.</summary>
    public Task WriteAsync(Action<BrokerStatements> work, Action? committed = null)
    {
        var write = new Write(work, committed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (gate)
        {
            if (closing)
                throw new TransientException("The embedded broker is shutting down.");
            pending.Enqueue(write);
            Monitor.Pulse(gate);
        }
        return write.Done.Task;
    }

    public T Read<T>(Func<SqliteConnection, T> work)
    {
        lock (reading)
            return work(reader);
    }

    /// <summary>As if the process were killed: nothing more is written, nothing is tidied. For tests of what a crash leaves.</summary>
    internal void Crash()
    {
        lock (gate)
        {
            closing = true;
            pending = [];
            Monitor.Pulse(gate);
        }
        thread.Join();
        ownership.Dispose();
    }

    public void Dispose()
    {
        lock (gate)
        {
            closing = true;
            Monitor.Pulse(gate);
        }
        thread.Join();
        Statements.Dispose();
        lock (reading)
            reader.Dispose();
        // Acknowledged messages are gone from the file, not only from its index: the log that may still hold them is folded in and emptied.
        BrokerStatements.Execute(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
        writer.Dispose();
        ownership.Dispose();
    }

    private void WriteUntilClosed()
    {
        var group = new List<Write>();
        while (true)
        {
            lock (gate)
            {
                while (pending.Count == 0 && !closing)
                    Monitor.Wait(gate);
                if (pending.Count == 0)
                    return;
                while (group.Count < MostWritesInOneTransaction && pending.TryDequeue(out var write))
                    group.Add(write);
            }
            Commit(group);
            group.Clear();
        }
    }

    private void Commit(List<Write> group)
    {
        try
        {
            Statements.InTransaction(() => group.ForEach(write => write.Work(Statements)));
        }
        catch (Exception) when (group.Count > 1)
        {
            // One of them cannot be written; each on its own, the others can, and the culprit learns why.
            group.ForEach(write => Commit([write]));
            return;
        }
        catch (Exception fault)
        {
            group[0].Done.SetException(new TransientException($"The embedded broker could not write: {fault.Message}", fault));
            return;
        }
        foreach (var write in group)
        {
            write.Committed?.Invoke();
            write.Done.SetResult();
        }
    }

    private static FileStream TakeOwnership(string folder)
    {
        try
        {
            return OwnersAlone.Open(Path.Combine(folder, "broker.lock"), FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException inUse)
        {
            throw new InvalidOperationException(
                $"The data folder '{folder}' is in use by another process: the embedded broker has one owner. Stop the other process, or give another folder.", inUse);
        }
    }

    private sealed record Write(Action<BrokerStatements> Work, Action? Committed, TaskCompletionSource Done);
}
