using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Benchmarks.Baseline;

/// <summary>The baselines that batch do it as our own queues do.</summary>
internal static class Batches
{
    private static readonly QueueDefinition Ours = new("", []);

    public static ushort Size => (ushort)Ours.BatchSize;

    public static TimeSpan Linger => Ours.Linger;

    public static int AtATime => Ours.Concurrency;
}
