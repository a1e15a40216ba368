using System.Collections.Concurrent;
using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

public abstract class When_a_message_fails<TSource> : TransportContract<TSource>
    where TSource : ITransportSource, new()
{
    [Test]
    public async Task Of_twelve_thirteen_fourteen_only_the_poisoned_thirteen_ends_on_the_error_queue()
    {
        var handled = new ConcurrentQueue<string>();
        var consumer = new BatchConsumer(
            Name,
            (batch, _) =>
            {
                var bodies = batch.Select(delivery => Encoding.UTF8.GetString(delivery.Body.Span)).ToList();
                if (bodies.Contains(Sample.Body(13)))
                    throw new FormatException("The borrower 010101-1234 cannot be read.");
                bodies.ForEach(handled.Enqueue);
                return Task.CompletedTask;
            },
            TimeProvider.System, TestLog.Logger);
        await Transport.DeclareAsync([Queue], CancellationToken.None);
        await Transport.PublishAsync(Sample.Messages(12, 3, Name), CancellationToken.None);

        await using var subscription = await Transport.SubscribeAsync(Queue, consumer.HandleAsync, CancellationToken.None);

        await HasDepthAsync(Topology.ErrorQueue(Name), 1);
        await EmptiesAsync(Name);
        handled.Order(StringComparer.Ordinal).ShouldBe([Sample.Body(12), Sample.Body(14)]);
        var standing = (await Queues.PeekAsync(Topology.ErrorQueue(Name), 10, default)).ShouldHaveSingleItem();
        standing.Delivery.MessageId.ShouldBe(Sample.Id(13).ToString());
        standing.Delivery.Name.ShouldBe(Name);
        standing.Fault.ShouldNotBeNull();
        standing.Fault.Type.ShouldBe(typeof(FormatException).FullName);
        standing.Fault.Queue.ShouldBe(Name);
        standing.Fault.Text.ShouldContain("cannot be read");
        standing.Fault.Text.ShouldNotContain("1234", customMessage: "a CPR number left with the fault");
        standing.Fault.Text.Length.ShouldBeLessThanOrEqualTo(FaultNote.TextLimit);
    }

    [Test]
    public async Task What_a_handler_puts_in_the_bodys_place_is_what_lies_on_the_error_queue()
    {
        await using var subscription = await Transport.SubscribeAsync(
            Queue,
            (batch, _) => Task.FromResult<IReadOnlyList<DeadLetter>>(
                [.. batch.Select(delivery => new DeadLetter(delivery, new PermanentException("Not today.")) { KeptBody = "sealed"u8.ToArray() })]),
            CancellationToken.None);
        await Transport.PublishAsync(Sample.Messages(0, 1, Name), CancellationToken.None);

        await HasDepthAsync(Topology.ErrorQueue(Name), 1);
        Encoding.UTF8.GetString((await Queues.PeekAsync(Topology.ErrorQueue(Name), 10, default)).ShouldHaveSingleItem().Delivery.Body.Span).ShouldBe("sealed");
    }

    [Test]
    public async Task What_failed_after_it_was_acknowledged_is_put_on_the_error_queue_and_comes_back_clean()
    {
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        var fault = FaultNote.Of(new FormatException("Nobody understands 010101-1234."), new DateTimeOffset(2026, 11, 22, 6, 54, 0, 123, TimeSpan.Zero), Name);
        var errors = (IErrorQueues)Transport;
        StandingMessage[] letters =
        [
            new(new Delivery("transfer-claim", Sample.Id(1).ToString(), "one"u8.ToArray(), trace), fault),
            new(new Delivery("transfer-claim", Sample.Id(2).ToString(), "two"u8.ToArray()), fault),
        ];

        // Also where nobody has declared the queue yet.
        await errors.PutAsync(Name, letters, default);
        await errors.PutAsync(Name, letters[..1], default);
        await errors.PutAsync(Name, [], default);

        var standing = await Queues.PeekAsync(Topology.ErrorQueue(Name), 10, default);
        standing.Select(message => message.Delivery.MessageId).ShouldBe([Sample.Id(1).ToString(), Sample.Id(2).ToString(), Sample.Id(1).ToString()]);
        standing.ShouldAllBe(message => message.Fault == fault && message.Delivery.Name == "transfer-claim");
        standing[0].Delivery.TraceParent.ShouldBe(trace);
        Encoding.UTF8.GetString(standing[1].Delivery.Body.Span).ShouldBe("two");
        standing[0].Fault!.Text.ShouldNotContain("1234");

        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);
        (await Queues.MoveAsync(Topology.ErrorQueue(Name), Name, [Sample.Id(2).ToString()], 10, default)).ShouldBe(1);
        await collector.HasAsync(1);
        collector.Seen.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            delivery => delivery.Name.ShouldBe("transfer-claim"),
            delivery => delivery.MessageId.ShouldBe(Sample.Id(2).ToString()),
            delivery => delivery.Attempts.ShouldBe(0));
        (await Transport.DepthAsync(Topology.ErrorQueue(Name), default)).ShouldBe(2);
    }

    [Test]
    public async Task A_message_moved_back_from_the_error_queue_is_as_it_was_the_first_time()
    {
        var collector = new Collector();
        var poisoned = true;
        await using var subscription = await Transport.SubscribeAsync(
            Queue,
            async (batch, cancellation) => poisoned
                ? [.. batch.Select(delivery => new DeadLetter(delivery, new PermanentException("Not today.")))]
                : await collector.HandleAsync(batch, cancellation),
            CancellationToken.None);
        await Transport.PublishAsync(Sample.Messages(0, 3, Name), CancellationToken.None);
        await HasDepthAsync(Topology.ErrorQueue(Name), 3);
        poisoned = false;

        (await Queues.MoveAsync(Topology.ErrorQueue(Name), Name, [Sample.Id(1).ToString()], 10, default)).ShouldBe(1);
        await collector.HasAsync(1);
        (await Queues.MoveAsync(Topology.ErrorQueue(Name), Name, null, 10, default)).ShouldBe(2);
        await collector.HasAsync(3);

        collector.Bodies.ShouldBe([Sample.Body(1), Sample.Body(0), Sample.Body(2)], ignoreOrder: true);
        collector.Seen.ShouldAllBe(delivery => delivery.Name == Name && delivery.Attempts == 0);
        await EmptiesAsync(Topology.ErrorQueue(Name));
    }

    [Test]
    public async Task A_batch_whose_handler_throws_is_delivered_again_with_its_attempts_counted()
    {
        var attempts = new ConcurrentQueue<int>();
        await using var subscription = await Transport.SubscribeAsync(
            Queue,
            (batch, _) =>
            {
                attempts.Enqueue(batch[0].Attempts);
                return attempts.Count < 3 ? throw new TransientException("Not yet.") : Task.FromResult<IReadOnlyList<DeadLetter>>([]);
            },
            CancellationToken.None);

        await Transport.PublishAsync([Sample.Message(1, Name)], CancellationToken.None);

        await Eventually.TrueAsync(() => attempts.Count == 3, () => $"{attempts.Count} attempts");
        attempts.ShouldBe([0, 1, 2]);
        await EmptiesAsync(Name);
    }

    [Test]
    public async Task Its_trace_goes_with_it_through_every_hop()
    {
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        var (next, replayed) = ($"{Name}.next", new TaskCompletionSource<Delivery>(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var first = await Transport.SubscribeAsync(
            Queue,
            async (batch, cancellation) =>
            {
                await Transport.PublishAsync([.. batch.Select(delivery => new OutgoingMessage(next, Guid.Parse(delivery.MessageId!), delivery.Body, TraceParent: delivery.TraceParent))], cancellation);
                return [];
            },
            CancellationToken.None);
        await using var second = await Transport.SubscribeAsync(
            new QueueDefinition(next, [new(next)]),
            (batch, _) =>
            {
                if (batch[0].MessageId == Sample.Id(1).ToString())
                    return Task.FromResult<IReadOnlyList<DeadLetter>>([new DeadLetter(batch[0], new PermanentException("Not today."))]);
                replayed.TrySetResult(batch[0]);
                return Task.FromResult<IReadOnlyList<DeadLetter>>([]);
            },
            CancellationToken.None);
        var collected = new TaskCompletionSource<Delivery>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var collecting = await DeadLetterQueues.CollectAsync(
            new QueueDefinition(Topology.ErrorQueue(next), []),
            (batch, _) =>
            {
                collected.TrySetResult(batch[0]);
                return Task.FromResult<IReadOnlyList<DeadLetter>>([]);
            },
            CancellationToken.None);

        await Transport.PublishAsync([Sample.Message(1, Name, traceParent: trace)], CancellationToken.None);
        var dead = await collected.Task.WaitAsync(Eventually.Patience);
        await DeadLetterQueues.SendAsync(next, [dead with { MessageId = Sample.Id(2).ToString() }], CancellationToken.None);
        var again = await replayed.Task.WaitAsync(Eventually.Patience);

        dead.TraceParent.ShouldBe(trace);
        dead.Fault.ShouldNotBeNull().Queue.ShouldBe(next);
        again.TraceParent.ShouldBe(trace);
        again.Fault.ShouldBeNull();
    }
}
