using System.Collections.Concurrent;
using System.Diagnostics;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.Embedded;
using ClaimsTransfer.Defaults.Tests.Messaging.Contract;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging.OnEmbedded;

/// <summary>What only a broker within the process has to prove.</summary>
public sealed class When_the_broker_is_in_the_process : TransportContract<EmbeddedSource>
{
    [Test]
    public async Task What_a_crashed_process_had_in_hand_is_delivered_again_in_order()
    {
        var first = (EmbeddedTransport)Transport;
        var held = new TaskCompletionSource();
        var handled = new ConcurrentQueue<string>();
        await first.SubscribeAsync(
            Queue with { BatchSize = 10, Concurrency = 1 },
            async (batch, _) =>
            {
                if (handled.Count >= 30)
                    await held.Task;
                foreach (var delivery in batch)
                    handled.Enqueue(delivery.MessageId!);
                return [];
            },
            CancellationToken.None);
        await PublishAllAsync(1_000);
        await Eventually.TrueAsync(async () => await first.DepthAsync(Name, default) == 970, () => "not at the tenth");

        first.Crash();
        held.SetResult();
        await using var second = Reopen();
        var collector = new Collector();
        await second.SubscribeAsync(Queue with { Concurrency = 1 }, collector.HandleAsync, CancellationToken.None);

        await collector.HasAsync(970);
        collector.Bodies.ShouldBe(Enumerable.Range(30, 970).Select(Sample.Body));
        await Eventually.TrueAsync(async () => await second.DepthAsync(Name, default) == 0, () => "not empty");
    }

    [Test]
    public async Task A_second_owner_of_the_data_folder_is_refused()
    {
        var refusal = Should.Throw<InvalidOperationException>(() => Reopen());

        refusal.Message.ShouldContain("in use by another process");
        await Task.CompletedTask;
    }

    [Test]
    public async Task An_acknowledged_body_leaves_no_trace_in_the_files()
    {
        var collector = new Collector();
        await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);
        await Transport.PublishAsync([new OutgoingMessage(Name, Sample.Id(1), "a secret 0101011234 number"u8.ToArray())], CancellationToken.None);
        await collector.HasAsync(1);
        await EmptiesAsync(Name);

        await Transport.DisposeAsync();

        foreach (var path in Directory.GetFiles(Source.Folder))
            (await File.ReadAllBytesAsync(path)).AsSpan().IndexOf("0101011234"u8).ShouldBe(-1, path);
    }

    [TestCase(20, 1_000_000_000L)]
    [TestCase(1_000_000, 20 * 1_000L)]
    public async Task What_vendors_say_waits_up_to_a_limit_and_what_our_own_services_say_does_not(long messages, long bytes)
    {
        QueueDefinition queue = new(Name, [new(MessageNames.TransferReported, Topology.EveryKey), new(MessageNames.ClaimCreated)]);
        await Transport.DisposeAsync();
        await using (var limited = Reopen(messages, bytes))
        {
            await limited.DeclareAsync([queue], CancellationToken.None);
            for (var number = 0; number < 20; number++)
                await SayAsync(limited, number, "0101");
            await RefusedAsync(limited);
        }

        await using var transport = Reopen(messages, bytes);
        await RefusedAsync(transport);
        await SayAsync(transport, 30, Topology.OurKey);
        await transport.PublishAsync([new OutgoingMessage(MessageNames.ClaimCreated, Sample.Id(31), new byte[1_000])], CancellationToken.None);
        (await transport.DepthAsync(Name, default)).ShouldBe(22);
        // Moved away and back it counts as before.
        (await transport.MoveAsync(Name, "elsewhere", null, 100, CancellationToken.None)).ShouldBe(22);
        await SayAsync(transport, 32, "0101");
        (await transport.MoveAsync("elsewhere", Name, null, 100, CancellationToken.None)).ShouldBe(22);
        await RefusedAsync(transport);

        var collector = new Collector();
        await transport.SubscribeAsync(queue, collector.HandleAsync, CancellationToken.None);
        await Eventually.TrueAsync(async () => await transport.DepthAsync(Name, default) == 0, () => "not empty");
        await SayAsync(transport, 33, "0101");

        static Task SayAsync(EmbeddedTransport transport, int number, string key) =>
            transport.PublishAsync([new OutgoingMessage(MessageNames.TransferReported, Sample.Id(number), new byte[1_000], key)], CancellationToken.None);

        async Task RefusedAsync(EmbeddedTransport transport) =>
            (await Should.ThrowAsync<TransientException>(() => SayAsync(transport, 29, "0101"))).Message.ShouldContain($"wait on the queue '{Name}'");
    }

    [Test]
    public async Task Four_hops_keep_up_with_five_thousand_messages_a_second()
    {
        const int count = 20_000;
        var done = new Collector();
        for (var hop = 0; hop < 3; hop++)
        {
            var next = $"{Name}.{hop + 1}";
            await Transport.SubscribeAsync(
                new QueueDefinition($"{Name}.{hop}", [new($"{Name}.{hop}")]),
                async (batch, cancellation) =>
                {
                    await Transport.PublishAsync([.. batch.Select(delivery => new OutgoingMessage(next, Guid.Parse(delivery.MessageId!), delivery.Body))], cancellation);
                    return [];
                },
                CancellationToken.None);
        }
        await Transport.SubscribeAsync(new QueueDefinition($"{Name}.3", [new($"{Name}.3")]), done.HandleAsync, CancellationToken.None);
        var body = new byte[800];
        var watch = Stopwatch.StartNew();

        await Parallel.ForEachAsync(Enumerable.Range(0, count / 100), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (chunk, cancellation) =>
            await Transport.PublishAsync([.. Enumerable.Range(chunk * 100, 100).Select(number => new OutgoingMessage($"{Name}.0", Sample.Id(number), body))], cancellation));
        await done.HasAsync(count);

        var perSecond = count / watch.Elapsed.TotalSeconds;
        TestContext.Out.WriteLine($"{perSecond:F0} messages a second through four hops");
        // The machine may be shared; a fault of design shows as a tenth of this.
        perSecond.ShouldBeGreaterThan(1_000);
    }

    private EmbeddedTransport Reopen(long messages, long bytes) =>
        EmbeddedTransport.Open(Source.Folder, new Replies(messages, bytes), TimeProvider.System, TestLog.Loggers);

    private EmbeddedTransport Reopen() => EmbeddedTransport.Open(Source.Folder, TimeProvider.System, TestLog.Loggers);
}
