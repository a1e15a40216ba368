using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

/// <summary>Vendors and FBS have clients of their own, in any language: what they send is understood, and what they are sent holds nothing but what is agreed.</summary>
public abstract class When_others_speak_plain_AMQP<TSource> : BrokerContract<TSource>
    where TSource : RabbitMqSource, new()
{
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /// <summary>RabbitMQ.Client puts it on what it tracks the confirm of: a number for its own channel, which says nothing of the message and which no receiver has to know.</summary>
    private const string TheClientsOwnHeader = "x-dotnet-pub-seq-no";

    /// <summary>What the broker adds for whoever takes a message from a quorum queue.</summary>
    private const string TheBrokersOwnHeader = "x-delivery-count";

    private static readonly string?[] ContentTypes =
        [null, "", "application/json", "text/plain", "application/vnd.masstransit+json", "application/vnd.masstransit+xml", "application/octet-stream", "no/such;type"];

    [Test]
    public async Task A_message_without_id_or_trace_is_understood()
    {
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);

        await Plain.BasicPublishAsync(Name, "", """{"feeId":434536}"""u8.ToArray());

        await collector.HasAsync(1);
        collector.Seen.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            delivery => delivery.Name.ShouldBe(Name),
            delivery => delivery.MessageId.ShouldBeNull(),
            delivery => delivery.TraceParent.ShouldBeNull(),
            delivery => delivery.Sender.ShouldBeNull(),
            delivery => delivery.Attempts.ShouldBe(0));
        collector.Bodies.ShouldBe(["""{"feeId":434536}"""]);
    }

    [Test]
    public async Task Any_body_of_any_content_type_arrives_as_the_bytes_it_is()
    {
        var sent = (from type in ContentTypes from body in OddBodies.All select (type, body)).Select((one, number) => (one.type, one.body, Id: $"no GUID, {number}")).ToList();
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);

        foreach (var (type, body, id) in sent)
        {
            var properties = new BasicProperties { MessageId = id };
            if (type is not null)
                properties.ContentType = type;
            await Plain.BasicPublishAsync(Name, "", mandatory: true, properties, body);
        }

        await collector.HasAsync(sent.Count);
        foreach (var (type, body, id) in sent)
            collector.Seen.Where(delivery => delivery.MessageId == id).ShouldHaveSingleItem().Body.ToArray().ShouldBe(body, $"of content type {type}");
        await EmptiesAsync(Name);
        await EmptiesAsync(Topology.ErrorQueue(Name));
    }

    [Test]
    public async Task Properties_and_headers_that_nobody_asked_for_change_nothing()
    {
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);
        var properties = new BasicProperties
        {
            AppId = "ours", ClusterId = "one", ContentEncoding = "gzip", ContentType = "application/json", CorrelationId = "no GUID either", Expiration = "600000", MessageId = "7",
            Priority = 9, ReplyTo = "nobody", Timestamp = new AmqpTimestamp(long.MaxValue), Type = "something else",
            Headers = new Dictionary<string, object?>
            {
                ["traceparent"] = Trace, ["MT-Activity-Id"] = "rubbish", ["MT-Request-Id"] = "rubbish", ["Content-Type"] = "application/vnd.masstransit+json", ["MessageId"] = 1L, ["nothing"] = null,
                ["table"] = new Dictionary<string, object?> { ["list"] = new List<object> { 1, "two", 3.0m } }, ["bytes"] = new byte[] { 0xff, 0xfe }, ["yes"] = true,
            },
        };

        await Plain.BasicPublishAsync(Name, "", mandatory: true, properties, "body"u8.ToArray());

        await collector.HasAsync(1);
        collector.Seen.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            delivery => delivery.Name.ShouldBe(Name),
            delivery => delivery.MessageId.ShouldBe("7"),
            delivery => delivery.TraceParent.ShouldBe(Trace),
            delivery => delivery.Attempts.ShouldBe(0),
            delivery => delivery.Fault.ShouldBeNull());
        collector.Bodies.ShouldBe(["body"]);
    }

    [TestCase(null)]
    [TestCase(Trace)]
    public async Task What_we_publish_holds_what_is_agreed_and_nothing_else(string? trace)
    {
        await Transport.DeclareAsync([Queue], CancellationToken.None);

        await Transport.PublishAsync([Sample.Message(7, Name, traceParent: trace)], CancellationToken.None);

        var raw = await TakeAsync(Name);
        raw.Exchange.ShouldBe(Name);
        raw.RoutingKey.ShouldBe("");
        Encoding.UTF8.GetString(raw.Body.Span).ShouldBe(Sample.Body(7));
        ShouldBeOurs(raw.BasicProperties);
        Headers(raw).ShouldBe(trace is null ? [] : ["traceparent"]);
        if (trace is not null)
            Text(raw, "traceparent").ShouldBe(trace);
    }

    [Test]
    public async Task What_stands_on_an_error_queue_says_why_in_our_words_and_no_others()
    {
        await using var subscription = await Transport.SubscribeAsync(
            Queue, (batch, _) => Task.FromResult<IReadOnlyList<DeadLetter>>([.. batch.Select(delivery => new DeadLetter(delivery, new PermanentException("Not today.")))]), CancellationToken.None);

        await Transport.PublishAsync([Sample.Message(7, Name, traceParent: Trace)], CancellationToken.None);

        var raw = await TakeAsync(Topology.ErrorQueue(Name));
        Encoding.UTF8.GetString(raw.Body.Span).ShouldBe(Sample.Body(7));
        ShouldBeOurs(raw.BasicProperties);
        Headers(raw).ShouldBe(["traceparent", "x-claims-failed-at", "x-claims-fault-text", "x-claims-fault-type", "x-claims-name", "x-claims-queue", "x-claims-sender"]);
        Text(raw, "x-claims-name").ShouldBe(Name);
        Text(raw, "x-claims-sender").ShouldBe(Transport.User);
        Text(raw, "x-claims-fault-type").ShouldBe(typeof(PermanentException).FullName);
        Text(raw, "traceparent").ShouldBe(Trace);
    }

    [Test]
    public async Task Its_sender_is_whom_the_broker_vouches_for_and_nobody_else()
    {
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);
        var pretended = new Dictionary<string, object?> { ["x-claims-sender"] = "vendor-prisme" };

        await Transport.PublishAsync([Sample.Message(1, Name)], CancellationToken.None);
        await Transport.PublishAsync([Sample.Message(2, Name) with { Sender = "vendor-kmdopus" }], CancellationToken.None);
        await Plain.BasicPublishAsync(Name, "", mandatory: true, new BasicProperties { MessageId = Sample.Id(3).ToString(), Headers = pretended }, "{}"u8.ToArray());

        await collector.HasAsync(3);
        var senders = collector.Seen.ToDictionary(delivery => delivery.MessageId!, delivery => delivery.Sender, StringComparer.Ordinal);
        senders[Sample.Id(1).ToString()].ShouldBe(Transport.User);
        senders[Sample.Id(2).ToString()].ShouldBe("vendor-kmdopus", "one of ours names who said it first");
        senders[Sample.Id(3).ToString()].ShouldBeNull("the broker vouches for nobody");
    }

    /// <summary>Declared again with other arguments the broker refuses; with these it does not.</summary>
    [Test]
    public async Task Its_queues_and_exchange_are_as_ours_must_be_and_there_are_no_others()
    {
        await using var subscription = await Transport.SubscribeAsync(
            Queue, (batch, _) => Task.FromResult<IReadOnlyList<DeadLetter>>([.. batch.Select(delivery => new DeadLetter(delivery, new PermanentException("Not today.")))]), CancellationToken.None);
        await Transport.PublishAsync([Sample.Message(1, Name)], CancellationToken.None);
        await Plain.BasicPublishAsync(Name, "", "not JSON"u8.ToArray());
        await HasDepthAsync($"{Name}_error", 2);

        Dictionary<string, object?> keeping = new() { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 1_000_000 };
        await Plain.QueueDeclareAsync($"{Name}_error", durable: true, exclusive: false, autoDelete: false, keeping);
        await Plain.QueueDeclareAsync($"{Name}_dead", durable: true, exclusive: false, autoDelete: false, keeping);
        await Plain.QueueDeclareAsync(Name, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 50, ["x-dead-letter-exchange"] = "dead-letters", ["x-dead-letter-routing-key"] = $"{Name}_dead",
            ["x-dead-letter-strategy"] = "at-least-once", ["x-overflow"] = "reject-publish",
        });
        await Plain.ExchangeDeclareAsync(Name, ExchangeType.Fanout, durable: true, autoDelete: false, new Dictionary<string, object?> { ["alternate-exchange"] = "unrouted" });
        (await Should.ThrowAsync<OperationInterruptedException>(() => Plain.QueueDeclarePassiveAsync($"{Name}_skipped"))).ShutdownReason!.ReplyCode.ShouldBe((ushort)Constants.NotFound);
    }

    private void ShouldBeOurs(IReadOnlyBasicProperties properties) => properties.ShouldSatisfyAllConditions(
        () => properties.ContentType.ShouldBe("application/json"),
        () => properties.DeliveryMode.ShouldBe(DeliveryModes.Persistent),
        () => properties.Type.ShouldBe(Name),
        () => properties.MessageId.ShouldBe(Sample.Id(7).ToString()),
        () => properties.UserId.ShouldBe(Transport.User),
        () => properties.IsContentEncodingPresent().ShouldBeFalse(),
        () => properties.IsCorrelationIdPresent().ShouldBeFalse(),
        () => properties.IsReplyToPresent().ShouldBeFalse(),
        () => properties.IsExpirationPresent().ShouldBeFalse(),
        () => properties.IsPriorityPresent().ShouldBeFalse(),
        () => properties.IsTimestampPresent().ShouldBeFalse(),
        () => properties.IsAppIdPresent().ShouldBeFalse(),
        () => properties.IsClusterIdPresent().ShouldBeFalse());

    private static IEnumerable<string> Headers(BasicGetResult raw) =>
        (raw.BasicProperties.Headers ?? new Dictionary<string, object?>()).Keys.Where(name => name is not (TheClientsOwnHeader or TheBrokersOwnHeader)).Order(StringComparer.Ordinal);

    private static string Text(BasicGetResult raw, string header) => Encoding.UTF8.GetString((byte[])raw.BasicProperties.Headers![header]!);
}
