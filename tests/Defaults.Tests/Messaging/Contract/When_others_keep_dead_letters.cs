using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Support;
using RabbitMQ.Client;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

/// <summary>
/// A dead-letter queue that others made, as MassTransit does it: with the delivery limit of its work queue, and with nowhere to put what reaches it. Nothing that is taken from it
/// and given back may be lost.
/// </summary>
public abstract class When_others_keep_dead_letters<TSource> : BrokerContract<TSource>
    where TSource : RabbitMqSource, new()
{
    private const int Limit = 2;
    private const int Letters = 5;

    private string Errors => $"{Name}_error";

    protected override Task<string> BrokerAsync() => OwnBroker.UriAsync();

    [SetUp]
    public async Task MakeTheirs()
    {
        await Plain.QueueDeclareAsync(
            Errors, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = Limit });
        for (var number = 0; number < Letters; number++)
        {
            var thrown = new BasicProperties
            {
                MessageId = Sample.Id(number).ToString(), Type = "theirs", DeliveryMode = DeliveryModes.Persistent,
                Headers = new Dictionary<string, object?> { ["MT-Fault-ExceptionType"] = "Vendor.TimeoutException", ["MT-Host-MachineName"] = "theirs", ["number"] = number },
            };
            await Plain.BasicPublishAsync("", Errors, mandatory: true, thrown, "{}"u8.ToArray());
        }
    }

    [TearDown]
    public async Task RemoveTheirs() => await Plain.QueueDeleteAsync(Errors);

    [Test]
    public async Task Nothing_is_lost_while_whoever_takes_them_cannot_keep_them()
    {
        var (collector, failures) = (new Collector(), 0);
        await using var subscription = await DeadLetterQueues.CollectAsync(
            Taking,
            (batch, cancellation) => ++failures <= 3 * Limit ? throw new TransientException("The store is away.") : collector.HandleAsync(batch, cancellation),
            CancellationToken.None);

        await HasAllAsync(collector);
        await EmptiesAsync(Errors);
    }

    [Test]
    public async Task Nothing_is_lost_however_often_the_taking_ends_with_them_in_hand()
    {
        for (var look = 0; look < 3 * Limit; look++)
        {
            var taken = new TaskCompletionSource();
            await using var subscription = await DeadLetterQueues.CollectAsync(Taking with { Grace = TimeSpan.FromMilliseconds(50) }, HoldAsync(taken), CancellationToken.None);
            await taken.Task.WaitAsync(Eventually.Patience);
        }

        await TakesAllAsync();
    }

    [Test]
    public async Task Nothing_is_lost_however_often_the_connection_breaks_with_them_in_hand()
    {
        var (collector, taken, isOver) = (new Collector(), new SemaphoreSlim(0), false);
        await using var subscription = await DeadLetterQueues.CollectAsync(
            Taking,
            async (batch, cancellation) =>
            {
                if (isOver)
                    return await collector.HandleAsync(batch, cancellation);
                taken.Release();
                await Task.Delay(Timeout.Infinite, cancellation);
                return [];
            },
            CancellationToken.None);
        for (var broken = 1; broken <= 3 * Limit; broken++)
        {
            (await taken.WaitAsync(Eventually.Patience)).ShouldBeTrue("nothing came");
            isOver = broken == 3 * Limit;
            await (await RabbitMqServer.OwnAsync()).ControlAsync("close_all_connections", "for the test");
        }

        await HasAllAsync(collector);
        await ConnectPlainly();
        await EmptiesAsync(Errors);
    }

    [Test]
    public async Task What_they_wrote_on_a_message_stays_on_it()
    {
        var taken = new TaskCompletionSource();
        await using (await DeadLetterQueues.CollectAsync(Taking with { Grace = TimeSpan.FromMilliseconds(50) }, HoldAsync(taken), CancellationToken.None))
            await taken.Task.WaitAsync(Eventually.Patience);

        var seen = new HashSet<object?>();
        for (var number = 0; number < Letters; number++)
        {
            var found = await TakeAsync(Errors);
            found.BasicProperties.Type.ShouldBe("theirs");
            found.BasicProperties.Headers.ShouldNotBeNull().ShouldContainKey("MT-Host-MachineName");
            seen.Add(found.BasicProperties.Headers["number"]);
        }

        seen.Count.ShouldBe(Letters);
    }

    private QueueDefinition Taking => new(Errors, []) { BatchSize = 2, Concurrency = 1, Linger = TimeSpan.FromMilliseconds(5) };

    private static BatchHandler HoldAsync(TaskCompletionSource taken) => async (_, cancellation) =>
    {
        taken.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellation);
        return [];
    };

    private async Task TakesAllAsync()
    {
        var collector = new Collector();
        await using var subscription = await DeadLetterQueues.CollectAsync(Taking, collector.HandleAsync, CancellationToken.None);
        await HasAllAsync(collector);
        await EmptiesAsync(Errors);
    }

    private static Task HasAllAsync(Collector collector) => Eventually.TrueAsync(
        () => collector.Seen.Select(delivery => delivery.MessageId).Distinct(StringComparer.Ordinal).Count() == Letters,
        () => $"{collector.Seen.Select(delivery => delivery.MessageId).Distinct(StringComparer.Ordinal).Count()} of {Letters} arrived");
}
