using System.Text;
using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class When_a_handler_fails
{
    private static readonly Delivery[] Batch = [.. Enumerable.Range(12, 3).Select(Delivered)];

    private readonly ImmediateTime time = new();

    [Test]
    public async Task What_is_transient_is_tried_in_place_until_it_works_with_longer_and_longer_waits()
    {
        var calls = 0;
        var consumer = Consumer((batch, _) => ++calls <= 8 ? throw new TransientException("The store is away.") : Handled(batch.Count == 3));

        (await consumer.HandleAsync(Batch, default)).ShouldBeEmpty();

        calls.ShouldBe(9);
        time.Waits.Count.ShouldBe(8);
        time.Waits[^1].ShouldBeGreaterThan(TimeSpan.FromSeconds(6));
        time.Waits.ShouldAllBe(wait => wait <= TimeSpan.FromSeconds(30));
        time.Waits.Distinct().Count().ShouldBe(8, "no jitter");
    }

    [Test]
    public async Task What_stays_transient_is_given_back_after_a_minute_and_nothing_of_it_is_condemned()
    {
        var consumer = Consumer((_, _) => throw new TransientException("The store is away."));

        await Should.ThrowAsync<TransientException>(() => consumer.HandleAsync(Batch, default));

        time.Waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait).ShouldBeInRange(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(80));
    }

    [Test]
    public async Task A_cancellation_ends_the_waiting_and_dead_letters_nothing()
    {
        using var stop = new CancellationTokenSource();
        var calls = 0;
        var consumer = Consumer((_, _) =>
        {
            if (++calls == 3)
                stop.Cancel();
            throw new TimeoutException();
        });

        await Should.ThrowAsync<OperationCanceledException>(() => consumer.HandleAsync(Batch, stop.Token));
        calls.ShouldBe(3);
    }

    [Test]
    public async Task A_lost_race_is_run_again_at_once()
    {
        var calls = 0;
        var consumer = Consumer((_, _) => ++calls <= 3 ? throw new LostRaceException("Somebody was faster.") : Task.CompletedTask);

        (await consumer.HandleAsync(Batch, default)).ShouldBeEmpty();

        time.Waits.ShouldBeEmpty();
    }

    [Test]
    public async Task Only_the_culprit_is_condemned_and_its_neighbours_are_handled()
    {
        var handled = new List<string>();
        var consumer = Consumer((batch, _) =>
        {
            if (batch.Any(delivery => delivery == Batch[1]))
                throw new PermanentException("Thirteen.");
            handled.AddRange(batch.Select(delivery => delivery.MessageId!));
            return Task.CompletedTask;
        });

        var dead = await consumer.HandleAsync(Batch, default);

        dead.ShouldHaveSingleItem().Delivery.ShouldBe(Batch[1]);
        handled.ShouldBe([Batch[0].MessageId!, Batch[2].MessageId!]);
    }

    [Test]
    public async Task An_unforeseen_exception_has_three_chances_alone()
    {
        var calls = 0;
        var consumer = Consumer((_, _) => ++calls < 3 ? throw new InvalidOperationException() : Task.CompletedTask);
        (await consumer.HandleAsync([Batch[0]], default)).ShouldBeEmpty();

        var worse = Consumer((_, _) => throw new InvalidOperationException());
        (await worse.HandleAsync([Batch[0]], default)).ShouldHaveSingleItem();
    }

    [Test]
    public async Task Routing_is_told_of_a_dead_message_about_a_claim_without_its_personal_data()
    {
        var told = new Published { FailuresLeft = 2 };
        var claim = DeterministicId.OfClaim("DK-710100", 434536);
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ClaimWithdrawn(Sample.Id(1), DateTimeOffset.UnixEpoch, claim, "0101", "DK-710100", 434536, 2, "error"), MessageJson.Default.ClaimWithdrawn);
        var consumer = new BatchConsumer(
            "routing", (_, _) => throw new PermanentException($"No 010101-1234 or 0101011234{new string('x', 900)}"), time, TestLog.Logger, told);

        var delivery = new Delivery(MessageNames.ClaimWithdrawn, Sample.Id(1).ToString(), body, "00-trace");
        await consumer.HandleAsync([delivery], default);
        await consumer.HandleAsync([delivery], default);

        told.Messages.Count.ShouldBe(2);
        told.Messages[1].MessageId.ShouldNotBe(told.Messages[0].MessageId, "a replay that fails again is news");
        JsonSerializer.Deserialize(told.Messages[1].Body.Span, MessageJson.Default.MessageDeadLettered)!.DeadMessageId.ShouldBe(Sample.Id(1), "and the same message for all that");
        told.Messages[0].TraceParent.ShouldBe("00-trace");
        var notice = JsonSerializer.Deserialize(told.Messages[0].Body.Span, MessageJson.Default.MessageDeadLettered)!;
        notice.ShouldSatisfyAllConditions(
            () => notice.ClaimId.ShouldBe(claim),
            () => notice.DeadMessageId.ShouldBe(Sample.Id(1)),
            () => notice.MessageId.ShouldBe(DeadLetterNotice.IdOf(Sample.Id(1), notice.OccurredAt)),
            () => notice.Queue.ShouldBe("routing"),
            () => notice.Version.ShouldBe(2),
            () => notice.Cause.Length.ShouldBe(500),
            () => notice.Cause.ShouldStartWith("PermanentException: No ###########"),
            () => notice.Cause.ShouldNotContain("1234"));
    }

    [TestCase("not json")]
    [TestCase("[1,2,3]")]
    [TestCase("""{"claimId":7,"municipality":"0101"}""")]
    [TestCase("""{"claimId":"\ud800","municipality":"0101"}""", Description = "half a surrogate pair: it would hold up its queue for ever")]
    [TestCase("""{"claimId":"0f8fad5b-d9cb-469f-a165-70867728950e","municipality":"0101","agency":"DK-710100","feeId":1.5,"version":1}""")]
    public async Task A_dead_message_that_names_no_claim_tells_nobody(string body)
    {
        var told = new Published();
        var consumer = new BatchConsumer("ingest", (_, _) => throw new PermanentException("No."), time, TestLog.Logger, told);

        (await consumer.HandleAsync([new Delivery("submit-claim", null, Encoding.UTF8.GetBytes(body))], default)).ShouldHaveSingleItem();

        told.Messages.ShouldBeEmpty();
    }

    private static Delivery Delivered(int number) => new("claim-created", Sample.Id(number).ToString(), Encoding.UTF8.GetBytes(Sample.Body(number)));

    private static Task Handled(bool expected) => expected ? Task.CompletedTask : throw new InvalidOperationException("another batch than was given");

    private BatchConsumer Consumer(Func<IReadOnlyList<Delivery>, CancellationToken, Task> inner) => new("routing", inner, time, TestLog.Logger);

    private sealed class Published : IPublisher
    {
        public List<OutgoingMessage> Messages { get; } = [];

        public int FailuresLeft { get; set; }

        public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
        {
            if (FailuresLeft-- > 0)
                throw new TransientException("Not confirmed.");
            Messages.AddRange(messages);
            return Task.CompletedTask;
        }
    }

    /// <summary>Every wait is over at once, and remembered.</summary>
    private sealed class ImmediateTime : TimeProvider
    {
        public List<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
