using System.Collections.Concurrent;
using System.Diagnostics;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Reading;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

/// <summary>What a consumer holds is bounded in bytes, however many messages it asks for and however large they are; each is handled all the same.</summary>
[NonParallelizable]
public abstract class When_messages_are_large<TSource> : TransportContract<TSource>
    where TSource : ITransportSource, new()
{
    private const long Mebibyte = 1024 * 1024;

    [TestCase(Bound.MessageBytes, 72)]
    [TestCase(6 * Bound.MessageBytes, 8, Description = "larger than any we can handle")]
    [TestCase(18 * Bound.MessageBytes, 3, Description = "larger than what is held: one at a time")]
    public async Task No_more_is_held_than_the_limit_and_all_are_handled(int bytes, int count)
    {
        await Transport.DeclareAsync([Queue], CancellationToken.None);
        await PublishAsync(bytes, 0, count);
        var before = Memory();
        var (inHand, most, opened) = (0L, 0L, new TaskCompletionSource());
        var handled = new ConcurrentDictionary<string, bool>();

        await using var subscription = await Transport.SubscribeAsync(Queue with { BatchSize = 200, Concurrency = 2 }, HandleAsync, CancellationToken.None);
        var (unchanged, seen) = (Stopwatch.StartNew(), 0L);
        await Eventually.TrueAsync(
            () =>
            {
                if (Interlocked.Exchange(ref seen, Interlocked.Read(ref inHand)) != Interlocked.Read(ref inHand) || Interlocked.Read(ref inHand) == 0)
                    unchanged.Restart();
                return unchanged.Elapsed > TimeSpan.FromSeconds(2);
            },
            () => $"{inHand} bytes are in hand, and that has not come to an end");

        var allowed = Math.Max(Bound.HeldBytes, bytes) + bytes;
        most.ShouldBeLessThanOrEqualTo(allowed);
        // Shown, not judged: the pool of arrays keeps more or fewer for the next such.
        var held = Memory() - before;
        TestContext.Out.WriteLine($"{held / Mebibyte} MiB are held of {(long)bytes * count / Mebibyte}");
        opened.SetResult();
        await Eventually.TrueAsync(() => handled.Count == count, () => $"{handled.Count} of {count} are handled", 60);
        await EmptiesAsync(Name);

        async Task<IReadOnlyList<DeadLetter>> HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation)
        {
            var size = batch.Sum(delivery => (long)delivery.Body.Length);
            var all = Interlocked.Add(ref inHand, size);
            InterlockedMax(ref most, all);
            try
            {
                await opened.Task.WaitAsync(cancellation);
            }
            finally
            {
                Interlocked.Add(ref inHand, -size);
            }
            foreach (var delivery in batch)
                handled[delivery.MessageId!] = true;
            return [];
        }
    }

    [Test]
    public async Task Once_they_are_small_again_batches_are_as_full_as_before()
    {
        await Transport.DeclareAsync([Queue], CancellationToken.None);
        await PublishAsync(Bound.MessageBytes, 0, 24);
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(
            Queue with { BatchSize = 100, Concurrency = 2 }, collector.HandleAsync, CancellationToken.None);
        await EmptiesAsync(Name);

        for (var first = 100; collector.BatchSizes.DefaultIfEmpty().Max() < 100; first += 1000)
        {
            first.ShouldBeLessThan(20_000, $"of batches of {collector.BatchSizes.DefaultIfEmpty().Max()} at most");
            await Transport.PublishAsync(Sample.Messages(first, 1000, Name), CancellationToken.None);
            await EmptiesAsync(Name);
        }
    }

    private async Task PublishAsync(int bytes, int first, int count)
    {
        var body = new byte[bytes];
        for (var number = first; number < first + count; number++)
            await Transport.PublishAsync([new OutgoingMessage(Name, Sample.Id(number), body)], CancellationToken.None);
    }

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);

    private static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Interlocked.Read(ref most); seen < value && Interlocked.CompareExchange(ref most, value, seen) is var now && now != seen; seen = now)
        {
        }
    }
}
