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
    }
}
