using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Tests.Messaging;

/// <summary>A handler that remembers what it was given.</summary>
internal sealed class Collector
{
    public ConcurrentQueue<Delivery> Seen { get; } = new();

    public ConcurrentQueue<int> BatchSizes { get; } = new();

    public Task<IReadOnlyList<DeadLetter>> HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        BatchSizes.Enqueue(batch.Count);
        foreach (var delivery in batch)
            Seen.Enqueue(delivery);
        return Task.FromResult<IReadOnlyList<DeadLetter>>([]);
    }

    public IEnumerable<string> Bodies => Seen.Select(delivery => Encoding.UTF8.GetString(delivery.Body.Span));

    public Task HasAsync(int count) => Eventually.TrueAsync(() => Seen.Count >= count, () => $"{Seen.Count} of {count} arrived");
}

/// <summary>Polls a condition until a deadline.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, Func<string> otherwise, int seconds = 30) =>
        TrueAsync(() => Task.FromResult(condition()), otherwise, seconds);

    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> otherwise, int seconds = 30)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(seconds))
                Assert.Fail(otherwise());
            await Task.Delay(20);
        }
    }
}

internal static class Sample
{
    public static OutgoingMessage Message(int number, string exchange, string routingKey = "", string? traceParent = null) =>
        new(exchange, Id(number), Encoding.UTF8.GetBytes($"{{\"number\":{number}}}"), routingKey, traceParent);

    public static List<OutgoingMessage> Messages(int first, int count, string exchange) =>
        [.. Enumerable.Range(first, count).Select(number => Message(number, exchange))];

    public static Guid Id(int number) => DeterministicId.Create(DeterministicId.ClaimsTransfer, $"test/{number}");

    public static string Body(int number) => $"{{\"number\":{number}}}";
}

/// <summary>What no contract has foreseen, and somebody will send.</summary>
internal static class OddBodies
{
    public static IReadOnlyList<byte[]> All { get; } =
    [
        [],
        "not JSON"u8.ToArray(),
        "[1,2,3]"u8.ToArray(),
        "{\"amountOre\":20.5"u8.ToArray(),
        [.. Enumerable.Range(0, 256).Select(value => (byte)value)],
        """{"messageId":"6f3c0000-5d4b-0015-1cb3-08dabb7a4c11","messageType":["urn:message:Somebody:Else"],"headers":{},"host":{},"message":{"feeId":1}}"""u8.ToArray(),
    ];
}
