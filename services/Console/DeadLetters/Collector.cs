using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>
/// Takes everything from every dead-letter queue into the store, and only then off the queue. Queues are looked for again and again: one that appears is collected from a few
/// seconds later, one that is gone is forgotten. From those of a vendor whose room is full nothing is taken until there is some.
/// </summary>
internal sealed partial class Collector(
    LetterStore letters, LetterReader reader, VendorRoom room, IDeadLetterQueues queues, IMunicipalities municipalities, ConsoleOptions options,
    Loops loops, ILogger<Collector> log) : BackgroundService
{
    private readonly Dictionary<string, ISubscription> _collecting = new(StringComparer.Ordinal);

    /// <summary>Where the broker is away, say, what is collected from goes on by itself, and new queues are found at the next look.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loops.EveryAsync(
        nameof(Collector), options.LookForQueuesEvery, LookAsync,
        fault => Log.NotFound(log, fault.GetType().Name, PersonalData.Mask(fault.Message, 300)), stoppingToken, atOnce: true);

    private async Task LookAsync(CancellationToken cancellation)
    {
        var known = Topology.Queues(municipalities.All, separatesVendors: true)
            .SelectMany(queue => DeadLetterQueueName.Of(queue.Name)).Append(Topology.Unrouted).Where(queue => !_collecting.ContainsKey(queue)).ToList();
        var found = await queues.FindAsync([.. known, .. _collecting.Keys], cancellation);
        foreach (var gone in _collecting.Keys.Except(found).ToList())
        {
            await _collecting[gone].DisposeAsync();
            _collecting.Remove(gone);
        }

        foreach (var queue in found.Where(queue => !_collecting.ContainsKey(queue)))
        {
            var definition = new QueueDefinition(queue, []) { BatchSize = options.CollectBatchSize, Concurrency = 1, Linger = TimeSpan.FromMilliseconds(50) };
            _collecting[queue] = await queues.CollectAsync(definition, (batch, token) => KeepAsync(queue, batch, token), cancellation);
        }

        // Both do nothing where it is so already.
        var full = (await room.ReadAsync(cancellation)).Where(taken => taken.IsFull).Select(taken => (Vendor?)taken.Vendor).ToHashSet();
        await Task.WhenAll(_collecting.Select(one =>
            room.OwnerOf(one.Key) is { } owner && full.Contains(owner) ? one.Value.PauseAsync(cancellation) : one.Value.ResumeAsync(cancellation)));
    }

    private async Task<IReadOnlyList<DeadLetter>> KeepAsync(string queue, IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        // Until the next look finds it full and takes no more, it is given back.
        if (room.OwnerOf(queue) is { } owner && await room.TakenByAsync(owner, cancellation) is { IsFull: true } taken)
            throw new TransientException($"{queue}: {taken.Messages} messages of {owner}, {taken.Bytes} bytes, fill its room; these stay on the queue.");
        await letters.KeepAsync([.. batch.Select(delivery => reader.Read(queue, delivery))], cancellation);
        Log.Kept(log, queue, batch.Count);
        return [];
    }

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Warning, "Dead-letter queues could not be looked for, {Fault}: {Text}; it is tried again")]
        public static partial void NotFound(ILogger logger, string fault, string text);

        [LoggerMessage(6002, LogLevel.Information, "{Queue}: {Count} dead letters are kept")]
        public static partial void Kept(ILogger logger, string queue, int count);
    }
}
