using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

/// <summary>Where the suite gets a transport. With one of these and a line for each fixture, a transport proves that it keeps what every transport promises.</summary>
public interface ITransportSource : IDisposable
{
    /// <summary>Whether one consumer is handed the messages of a queue in their order. Where it is not, a claim's order is kept by its versions alone.</summary>
    bool KeepsOrder { get; }

    Task<ITransport> OpenAsync();
}

/// <summary>What the fixtures of the suite share: a transport for every test, and a queue of the test's own.</summary>
public abstract class TransportContract<TSource>
    where TSource : ITransportSource, new()
{
    protected TSource Source { get; private set; } = default!;

    protected ITransport Transport { get; private set; } = null!;

    /// <summary>A name of this test's own, so that tests on one broker do not meet.</summary>
    protected string Name { get; private set; } = "";

    protected QueueDefinition Queue => new(Name, [new(Name)]) { Linger = TimeSpan.FromMilliseconds(5) };

    protected IQueues Queues => (IQueues)Transport;

    protected IDeadLetterQueues DeadLetterQueues => (IDeadLetterQueues)Transport;

    [SetUp]
    public async Task OpenTransport()
    {
        Name = UniqueName.Next();
        Source = new TSource();
        Transport = await OpenAsync();
        await Transport.DeclareAsync([], CancellationToken.None);
    }

    [TearDown]
    public async Task CloseTransport()
    {
        await Transport.DisposeAsync();
        Source.Dispose();
    }

    protected virtual Task<ITransport> OpenAsync() => Source.OpenAsync();

    protected async Task PublishAllAsync(int count)
    {
        for (var first = 0; first < count; first += 100)
            await Transport.PublishAsync(Sample.Messages(first, Math.Min(100, count - first), Name), CancellationToken.None);
    }

    protected Task EmptiesAsync(string queue) => HasDepthAsync(queue, 0);

    protected async Task HasDepthAsync(string queue, long messages)
    {
        long? depth = null;
        await Eventually.TrueAsync(async () => (depth = await Transport.DepthAsync(queue, default)) == messages, () => $"{depth} messages on {queue}, not {messages}");
    }
}

internal static class UniqueName
{
    private static readonly string Run = Guid.NewGuid().ToString("N")[..6];
    private static int taken;

    public static string Next() => $"q{Interlocked.Increment(ref taken)}-{Run}";
}
