namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>
/// How many messages of one queue are asked for ahead, for as long as it is consumed. RabbitMQ counts what it sends ahead and never weighs it, so what is held
/// is weighed here: beyond the limit the session ends, which gives all of it back, and the next asks for so few that they fit if each is as large as the
/// largest. Once as many as are asked for ordinarily would have fitted together, the session after that asks for all again: each message that was given back
/// has been handled by then, so none comes near its delivery limit.
/// </summary>
internal sealed class Prefetch(ushort most, long mostBytes)
{
    private readonly Lock gate = new();
    private ushort? fewer;
    private long largest;
    private long settled;
    private long settledBytes;

    /// <summary>What the next session asks for.</summary>
    public ushort Count
    {
        get
        {
            lock (gate)
                return fewer ?? most;
        }
    }

    /// <param name="heldBytes">By the session, with the message that has just come.</param>
    /// <returns>Whether the session may hold it; if not, it has to end.</returns>
    public bool Takes(long bytes, long held, long heldBytes)
    {
        lock (gate)
        {
            largest = Math.Max(largest, bytes);
            if (heldBytes <= mostBytes || held <= 1)
                return true;
            fewer = (ushort)Math.Clamp(mostBytes / largest, 1, most);
            (settled, settledBytes) = (0, 0);
            return false;
        }
    }

    /// <returns>Whether the session asks for too few, and should end for that.</returns>
    public bool IsTooFew(long count, long bytes)
    {
        lock (gate)
        {
            if (fewer is null)
                return false;
            (settled, settledBytes) = (settled + count, settledBytes + bytes);
            if (settled < most)
                return false;
            var fits = settledBytes <= mostBytes;
            (settled, settledBytes) = (0, 0);
            if (fits)
                (fewer, largest) = (null, 0);
            return fits;
        }
    }
}
