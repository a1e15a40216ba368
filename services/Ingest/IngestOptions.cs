using ClaimsTransfer.Ingest.Senders;

namespace ClaimsTransfer.Ingest;

/// <summary>Ingest's settings: section <c>Ingest</c>, or <c>Ingest__BatchSize</c> in the environment. Checked when the service starts.</summary>
public sealed record IngestOptions
{
    /// <summary>Messages recorded in one transaction at most.</summary>
    public int BatchSize { get; init; } = 250;

    /// <summary>How long a batch from the broker waits to become full.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Batches from the broker handled at a time.</summary>
    public int Concurrency { get; init; } = 2;

    /// <summary>How long what came by HTTP may stand recorded and unpublished before it is relayed; also how long one instance keeps it to itself.</summary>
    public TimeSpan RelayAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often is looked for what is to be relayed.</summary>
    public TimeSpan RelayEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest array of fees taken at once.</summary>
    public int FeesBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Requests a minute of one sender, on one instance.</summary>
    public int RequestsPerMinute { get; init; } = 6000;

    /// <summary>Bytes a minute of one sender, unpacked, on one instance; a stream that is faster is read more slowly.</summary>
    public long BytesPerMinute { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Streams of lines that one sender may have under way at a time, on one instance.</summary>
    public int ImportsAtOnce { get; init; } = 4;

    /// <summary>The longest stream of lines taken at once, unpacked; a longer import goes on with its next request.</summary>
    public long ImportBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Makes a sender <c>demo</c> for all agencies at the first start, with its key in <c>DATA/senders/demo</c>.</summary>
    public bool DemoSender { get; init; }

    /// <summary>The identity provider of senders.</summary>
    public SenderOidcOptions Oidc { get; init; } = new();

    /// <summary>What is wrong with the settings, each with key, value and a good example.</summary>
    public IEnumerable<string> Faults()
    {
        if (BatchSize is < 1 or > 2000)
            yield return $"Ingest:BatchSize is {BatchSize}: it must be 1 to 2000. Good: 250";
        if (Linger < TimeSpan.Zero || Linger > TimeSpan.FromSeconds(5))
            yield return $"Ingest:Linger is {Linger}: it must be 0 to 5 seconds. Good: 00:00:00.010";
        if (Concurrency is < 1 or > 16)
            yield return $"Ingest:Concurrency is {Concurrency}: it must be 1 to 16. Good: 2";
        if (RelayAfter < TimeSpan.FromSeconds(1) || RelayAfter > TimeSpan.FromHours(1))
            yield return $"Ingest:RelayAfter is {RelayAfter}: it must be a second to an hour. Good: 00:00:30";
        if (RelayEvery < TimeSpan.FromMilliseconds(100) || RelayEvery > TimeSpan.FromMinutes(10))
            yield return $"Ingest:RelayEvery is {RelayEvery}: it must be 0.1 seconds to 10 minutes. Good: 00:00:05";
        if (FeesBytes is < 1024 or > 256 * 1024 * 1024)
            yield return $"Ingest:FeesBytes is {FeesBytes}: it must be 1 KiB to 256 MiB. Good: 8388608";
        if (RequestsPerMinute is < 1 or > 10_000_000)
            yield return $"Ingest:RequestsPerMinute is {RequestsPerMinute}: it must be 1 to 10000000. Good: 6000";
        // A batch of lines, and a body of the largest kind, must fit.
        if (BytesPerMinute is < 16L * 1024 * 1024 or > 1024L * 1024 * 1024 * 1024)
            yield return $"Ingest:BytesPerMinute is {BytesPerMinute}: it must be 16 MiB to 1 TiB. Good: 1073741824";
        if (ImportsAtOnce is < 1 or > 1000)
            yield return $"Ingest:ImportsAtOnce is {ImportsAtOnce}: it must be 1 to 1000. Good: 4";
        if (ImportBytes is < 1024 or > 1024L * 1024 * 1024 * 1024)
            yield return $"Ingest:ImportBytes is {ImportBytes}: it must be 1 KiB to 1 TiB. Good: 4294967296";
        foreach (var fault in Oidc.Faults())
            yield return fault;
    }
}
