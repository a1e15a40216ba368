using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Native;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.DeadLetters;

/// <summary>
/// What is beyond it waits on the broker, nobody else's letters wait for that, and none is lost: on the embedded broker, and on a real RabbitMQ where vendors
/// have queues of their own.
/// </summary>
public sealed class When_a_vendor_fills_its_room
{
    private const int Flood = 60;
    private const int Batch = 10;

    private static readonly ConsoleOptions Limited = new() { LookForQueuesEvery = TimeSpan.FromMilliseconds(100), CollectBatchSize = Batch };
    private static readonly string[] OnRabbitMq = ["routing.kmdopus", "transfer-claim.0101"];

    private Workbench _bench = null!;
    private Collector? _collector;

    [TearDown]
    public async Task End()
    {
        if (_collector is not null)
            await _collector.StopAsync(default);
        _collector?.Dispose();
        await _bench.DisposeAsync();
    }

    [Test]
    public async Task by_number_no_more_is_kept_until_there_is_room_again()
    {
        _bench = await Workbench.NewAsync(Engine.Sqlite, Limited with { VendorLetters = 20 });

        await FloodAsync(_bench.Transport, ["transfer-claim.0101"], "transfer-claim.0157");
    }

    [Test]
    public async Task by_size_no_more_is_kept_until_there_is_room_again()
    {
        _bench = await Workbench.NewAsync(Engine.Sqlite, Limited with { VendorLetterBytes = 10_000 });

        await FloodAsync(_bench.Transport, ["transfer-claim.0101"], "transfer-claim.0157");
    }

    [Test]
    public async Task rabbitmq_keeps_what_is_beyond_on_each_of_the_vendors_queues()
    {
        _bench = await Workbench.NewAsync(Engine.Sqlite, Limited with { VendorLetters = 20 });
        await using var transport = NativeTransport.Open(await RabbitMqServer.UriAsync(), "filling", TimeProvider.System, NullLoggerFactory.Instance);
        await transport.DeclareAsync(Topology.Queues(_bench.Municipalities.All, separatesVendors: true), default);

        await FloodAsync(transport, OnRabbitMq, "payments.prisme");
        await _collector!.StopAsync(default);
    }

    private async Task FloodAsync<T>(T transport, IReadOnlyList<string> queues, string anothers)
        where T : ITransport, IErrorQueues, IDeadLetterQueues
    {
        var municipality = (string queue) => queue == anothers ? "0157" : "0101";
        foreach (var queue in queues)
            await PutAsync(queue, Flood / queues.Count, 1000 * (1 + queues.ToList().IndexOf(queue)));
        await PutAsync(anothers, 15, 8000);
        await PutAsync("routing", 15, 9000);

        _collector = new Collector(
            _bench.Parts.LetterStore, _bench.Reader, _bench.Parts.Room, transport, _bench.Municipalities, _bench.Options, new Loops(TimeProvider.System),
            NullLogger<Collector>.Instance);
        await _collector.StartAsync(default);

        (await Poll.UntilAsync(async () => await CountAsync(anothers) == 15 && await CountAsync("routing") == 15)).ShouldBeTrue("those of others are kept");
        (await Poll.UntilAsync(IsFullAsync)).ShouldBeTrue();
        var (purged, beside) = (0L, 15);
        while (purged + await KeptAsync() < Flood)
        {
            // It stays on the broker for as long as there is no room: many looks find it there.
            var kept = await KeptAsync();
            kept.ShouldBeLessThanOrEqualTo(30 + (queues.Count * Batch), "beyond the limit it may be a batch a queue");
            await PutAsync("routing", 1, 9000 + beside++);
            (await Poll.UntilAsync(async () => await CountAsync("routing") == beside)).ShouldBeTrue("collecting goes on beside it");
            (await Poll.UntilAsync(async () => await KeptAsync() + await WaitingAsync() + purged == Flood)).ShouldBeTrue("none is lost");

            foreach (var queue in queues)
                await _bench.Parts.Archives.ArchiveAsync(Workbench.Anna, new LetterFilter { Queue = queue }, "nonsense", default);
            foreach (var queue in queues)
                purged += await _bench.Parts.Archives.PurgeAsync(Workbench.Anna, new LetterFilter { Queue = queue }, "room", default);
            // Room's answer is good for a moment, and the next look takes up collecting.
            _bench.Clock.Advance(TimeSpan.FromSeconds(10));
            (await Poll.UntilAsync(async () => purged + await KeptAsync() == Flood || await IsFullAsync())).ShouldBeTrue("it goes on");
        }

        (await Poll.UntilAsync(async () => await WaitingAsync() == 0)).ShouldBeTrue("each is kept once");
        purged.ShouldBeGreaterThanOrEqualTo(20);

        Task PutAsync(string queue, int count, int firstFee) => transport.PutAsync(
            queue,
            [.. Enumerable.Range(firstFee, count).Select(fee => Workbench.Message.OfRouting(fee, municipality(queue), "Nonsense.", _bench.Clock.GetUtcNow()))
                .Select(delivery => new StandingMessage(delivery, delivery.Fault! with { Queue = queue }))],
            default);

        async Task<long> WaitingAsync()
        {
            var left = 0L;
            foreach (var queue in queues)
                left += await transport.DepthAsync($"{queue}_error", default) ?? 0;
            return left;
        }

        async Task<long> KeptAsync()
        {
            var kept = 0L;
            foreach (var queue in queues)
                kept += await CountAsync(queue);
            return kept;
        }
    }

    private async Task<bool> IsFullAsync() => (await _bench.Parts.Room.TakenByAsync(Vendor.KmdOpus, default)).IsFull;

    private async Task<long> CountAsync(string queue) =>
        (await _bench.Parts.Letters.CountAsync(new LetterFilter { Queue = queue, Status = [LetterStatus.Open, LetterStatus.Archived] }, default)).Count;
}
