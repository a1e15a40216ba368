using System.Diagnostics;
using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using RabbitMQ.Client;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

/// <summary>The broker answers a refusal by closing the channel, on which others publish too: whoever is refused hears of it at once, and the others do not notice.</summary>
public abstract class When_a_publish_is_refused<TSource> : BrokerContract<TSource>
    where TSource : RabbitMqSource, new()
{
    private const int Neighbours = 20;
    private const int MessagesOfEach = 10;

    /// <summary>Half of what a publish waits that hears nothing, 30 s: a machine that others use too takes its time, and is no fault.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(15);

    protected override Task<string> BrokerAsync() => OwnBroker.UriAsync();

    [Test]
    public async Task A_message_that_no_queue_takes_is_returned_to_its_caller_alone()
    {
        await Transport.DeclareAsync([Queue], CancellationToken.None);

        var refusal = await AmongNeighboursAsync<TransientException>(
            Transport, () => DeadLetterQueues.SendAsync($"{Name}-is-not-there", [new Delivery(Name, Sample.Id(0).ToString(), "{}"u8.ToArray())], CancellationToken.None));

        refusal.Message.ShouldContain("returned");
    }

    [Test]
    public async Task Where_not_even_the_unrouted_are_kept_the_returned_is_heard_and_the_rest_of_its_call_confirmed()
    {
        await Transport.DeclareAsync([Queue], CancellationToken.None);
        await Transport.PublishAsync([Sample.Message(0, $"{Name}.nobody"), Sample.Message(0, Name)], CancellationToken.None);
        await Plain.ExchangeDeleteAsync(Topology.Unrouted);
        try
        {
            var refusal = await Should.ThrowAsync<TransientException>(() =>
                Transport.PublishAsync([.. Sample.Messages(1, 49, Name), Sample.Message(50, $"{Name}.nobody"), .. Sample.Messages(51, 50, Name)], CancellationToken.None));

            refusal.Message.ShouldContain("returned");
            await HasDepthAsync(Name, 100);
        }
        finally
        {
            await Plain.ExchangeDeclareAsync(Topology.Unrouted, ExchangeType.Fanout, durable: true, autoDelete: false);
            await Plain.QueueBindAsync(Topology.Unrouted, Topology.Unrouted, "");
        }
    }

    [Test]
    public async Task What_our_user_may_not_say_is_heard_at_once()
    {
        await using var narrow = await NarrowAsync();
        await Plain.ExchangeDeclareAsync($"not-for-{Name}", ExchangeType.Fanout, durable: true);

        var refusal = await AmongNeighboursAsync<NotAllowedException>(narrow, () => narrow.PublishAsync([Sample.Message(0, $"not-for-{Name}")], CancellationToken.None));

        refusal.Message.ShouldContain($"'{narrow.User}'");
        refusal.Message.ShouldContain($"not-for-{Name}");
    }

    [Test]
    public async Task An_exchange_that_is_gone_and_not_ours_to_make_is_heard_of_at_once()
    {
        await using var narrow = await NarrowAsync();
        var gone = $"{Name}.gone";
        await Plain.ExchangeDeclareAsync(gone, ExchangeType.Fanout, durable: true, autoDelete: false, new Dictionary<string, object?> { ["alternate-exchange"] = Topology.Unrouted });
        await narrow.PublishAsync([Sample.Message(0, gone)], CancellationToken.None);
        await Plain.ExchangeDeleteAsync(gone);

        var refusal = await AmongNeighboursAsync<BrokerNotReadyException>(narrow, () => narrow.PublishAsync([Sample.Message(1, gone)], CancellationToken.None));

        refusal.Message.ShouldContain($"'{gone}'");
    }

    [Test]
    public async Task An_exchange_that_is_gone_and_ours_is_made_again()
    {
        await Transport.DeclareAsync([Queue], CancellationToken.None);
        var unrouted = await Transport.DepthAsync(Topology.Unrouted, CancellationToken.None);
        await Transport.PublishAsync([Sample.Message(0, $"{Name}.gone")], CancellationToken.None);
        await Plain.ExchangeDeleteAsync($"{Name}.gone");

        var neighbours = PublishBesideAsync(Transport);
        await Transport.PublishAsync([Sample.Message(1, $"{Name}.gone")], CancellationToken.None);

        await neighbours;
        await HasDepthAsync(Topology.Unrouted, unrouted!.Value + 2);
    }

    [Test]
    public async Task What_the_broker_takes_from_nobody_is_heard_at_once()
    {
        await Transport.DeclareAsync([Queue], CancellationToken.None);
        await using var small = await OwnBroker.TakingAtMostAsync(1_000_000);
        await using var transport = Source.Open(await BrokerAsync());

        var refusal = await AmongNeighboursAsync<PermanentException>(
            transport, () => transport.PublishAsync([new OutgoingMessage(Name, Sample.Id(0), new byte[1_000_001])], CancellationToken.None));

        refusal.Message.ShouldContain("larger than configured max size");
    }

    /// <summary>A second transport of the same kind, whose user may write to <see cref="TransportContract{TSource}.Name"/> and what begins with it, and make nothing.</summary>
    private async Task<ITransport> NarrowAsync()
    {
        await Transport.DeclareAsync([Queue], CancellationToken.None);
        return Source.Open(await OwnBroker.NarrowUserAsync(Name));
    }

    private async Task<TFault> AmongNeighboursAsync<TFault>(ITransport transport, Func<Task> refused)
        where TFault : Exception
    {
        await transport.PublishAsync([Sample.Message(0, Name)], CancellationToken.None);
        await Plain.QueuePurgeAsync(Name);

        var neighbours = PublishBesideAsync(transport);
        var watch = Stopwatch.StartNew();
        var fault = await Should.ThrowAsync<TFault>(refused);
        watch.Elapsed.ShouldBeLessThan(AtOnce);
        await neighbours;
        return fault;
    }

    /// <summary>Where they were on the refused one's channel they are sent again: at least once.</summary>
    private async Task PublishBesideAsync(ITransport transport)
    {
        await Task.WhenAll(Enumerable.Range(0, Neighbours)
            .Select(neighbour => Task.Run(() => transport.PublishAsync(Sample.Messages(neighbour * MessagesOfEach, MessagesOfEach, Name), CancellationToken.None))));
        var arrived = new HashSet<string>(StringComparer.Ordinal);
        await Eventually.TrueAsync(
            async () =>
            {
                while (await Plain.BasicGetAsync(Name, autoAck: true) is { } found)
                    arrived.Add(Encoding.UTF8.GetString(found.Body.Span));
                return arrived.Count == Neighbours * MessagesOfEach;
            },
            () => $"{arrived.Count} of the neighbours' messages arrived");
        arrived.ShouldBe(Enumerable.Range(0, Neighbours * MessagesOfEach).Select(Sample.Body), ignoreOrder: true);
    }
}
