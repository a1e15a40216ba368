namespace ClaimsTransfer.Defaults.Messaging.Embedded;

/// <summary>
/// One queue: a cursor over its rows and at most one page of them in memory, however long the backlog. What consumers hold stays in the file until they
/// acknowledge it; the cursor starts at the beginning when the process does, which is the redelivery after a crash.
/// </summary>
internal sealed class EmbeddedQueue(int id, string name, BrokerFile file, TimeProvider time)
{
    private const int PageRows = 500;
    private const long PageBytes = 4_000_000;

    private readonly Lock gate = new();
    private readonly Queue<StoredMessage> page = [];
    private readonly PriorityQueue<StoredMessage, long> givenBack = new();
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long cursor;
    private long last;
    private long depth;
    private Replies replies;

    public int Id => id;

    public string Name => name;

    public long Depth => Interlocked.Read(ref depth);

    /// <summary>Of what vendors say, however much else waits.</summary>
    public Replies Replies
    {
        get
        {
            lock (gate)
                return replies;
        }
    }

    /// <summary>Rows found at the start, or committed since; never called before they are on disk.</summary>
    public void Arrived(long lastSequence, long count, Replies arrivedReplies)
    {
        Interlocked.Add(ref depth, count);
        lock (gate)
        {
            replies += arrivedReplies;
            last = Math.Max(last, lastSequence);
            Wake();
        }
    }

    public void Gone(long count, Replies goneReplies)
    {
        Interlocked.Add(ref depth, -count);
        lock (gate)
            replies -= goneReplies;
    }

    public void GiveBack(IEnumerable<StoredMessage> messages)
    {
        lock (gate)
        {
            foreach (var message in messages)
                givenBack.Enqueue(message, message.Sequence);
            Wake();
        }
    }

    /// <summary>Forgets what was read ahead, after rows were moved away by hand.</summary>
    public void Reread(IReadOnlySet<long> moved)
    {
        lock (gate)
        {
            var kept = page.Where(message => !moved.Contains(message.Sequence)).ToList();
            page.Clear();
            kept.ForEach(page.Enqueue);
        }
    }

    /// <summary>
    /// At least one message, at most <paramref name="most"/>, after <paramref name="linger"/> where there are fewer. Together no
    /// larger than <paramref name="mostBytes"/>, unless it is one alone.
    /// </summary>
    public async Task<List<StoredMessage>> TakeAsync(int most, long mostBytes, TimeSpan linger, CancellationToken cancellation)
    {
        var taken = new List<StoredMessage>();
        while (true)
        {
            Task arrival;
            lock (gate)
            {
                Fill(taken, most, mostBytes);
                arrival = arrived.Task;
            }
            if (taken.Count > 0)
                break;
            await arrival.WaitAsync(cancellation);
        }
        if (taken.Count >= most || linger <= TimeSpan.Zero)
            return taken;
        try
        {
            await Task.Delay(linger, time, cancellation);
        }
        catch (OperationCanceledException)
        {
            GiveBack(taken);
            throw;
        }
        lock (gate)
            Fill(taken, most, mostBytes);
        return taken;
    }

    private void Wake()
    {
        arrived.TrySetResult();
        arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Fill(List<StoredMessage> taken, int most, long mostBytes)
    {
        var bytes = taken.Sum(message => (long)message.Body.Length);
        while (taken.Count < most)
        {
            var isBack = givenBack.TryPeek(out var next, out _);
            if (!isBack && !page.TryPeek(out next))
            {
                if (cursor >= last)
                    return;
                LoadPage();
                continue;
            }

            bytes += next!.Body.Length;
            if (taken.Count > 0 && bytes > mostBytes)
                return;
            taken.Add(isBack ? givenBack.Dequeue() : page.Dequeue());
        }
    }

    private void LoadPage()
    {
        var rows = file.Read(connection => MessageRows.Page(connection, id, cursor, PageRows, PageBytes));
        foreach (var row in rows)
            page.Enqueue(row);
        cursor = rows.Count > 0 ? rows[^1].Sequence : last;
    }
}
