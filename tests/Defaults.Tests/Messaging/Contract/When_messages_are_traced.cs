using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Telemetry;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

/// <summary>The transport as services get it, with somebody listening to its spans and figures.</summary>
[NonParallelizable]
public abstract class When_messages_are_traced<TSource> : TransportContract<TSource>
    where TSource : ITransportSource, new()
{
    private const string Journey = "0af7651916cd43dd8448eb211c80319c";
    private const string FromFbs = $"00-{Journey}-b7ad6b7169203331-01";
    private const string Municipality = "0999";
    private const string Cpr = "0101011234";

    private ConcurrentQueue<Activity> _spans = null!;
    private ActivityListener _listener = null!;

    /// <summary>What every span and figure says.</summary>
    protected virtual IReadOnlyList<string> Broker => ["messaging.system=embedded"];

    private QueueDefinition Held => new(Name, [new(MessageNames.ClaimHeld), new(MessageNames.TransferClaim, Municipality)]) { Linger = TimeSpan.FromMilliseconds(5) };

    [SetUp]
    public void Listen()
    {
        _spans = new ConcurrentQueue<Activity>();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MessagingTelemetry.Name, Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded, ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [TearDown]
    public void StopListening() => _listener.Dispose();

    protected override async Task<ITransport> OpenAsync() => new WatchedTransport(await base.OpenAsync(), new Loops(TimeProvider.System), TimeProvider.System);

    [Test]
    public async Task one_message_is_sent_and_handled_in_its_own_trace()
    {
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Held, collector.HandleAsync, default);

        await Transport.PublishAsync([Sample.Message(1, MessageNames.ClaimHeld, traceParent: FromFbs)], default);

        var (sent, handled) = (await SpanAsync("send claim-held"), await SpanAsync($"process {Name}"));
        sent.Kind.ShouldBe(ActivityKind.Client);
        Tags(sent).ShouldBe([.. Broker, "messaging.destination.name=claim-held", $"messaging.message.id={Sample.Id(1)}", "messaging.operation.name=send", "messaging.operation.type=send"], ignoreOrder: true);
        handled.Kind.ShouldBe(ActivityKind.Consumer);
        Tags(handled).ShouldBe([.. Broker, $"messaging.destination.name={Name}", $"messaging.message.id={Sample.Id(1)}", "messaging.operation.name=process", "messaging.operation.type=process"], ignoreOrder: true);
        _spans.ShouldAllBe(span => span.TraceId.ToString() == Journey && span.ParentSpanId.ToString() == "b7ad6b7169203331");
        // What the handler says next goes on from here.
        collector.Seen.ShouldHaveSingleItem().TraceParent.ShouldBe(handled.Id);
    }

    [Test]
    public async Task what_belongs_to_no_journey_begins_one()
    {
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Held, collector.HandleAsync, default);

        await Transport.PublishAsync([Sample.Message(1, MessageNames.ClaimHeld)], default);

        var (sent, handled) = (await SpanAsync("send claim-held"), await SpanAsync($"process {Name}"));
        sent.Kind.ShouldBe(ActivityKind.Producer);
        (handled.TraceId, handled.ParentSpanId).ShouldBe((sent.TraceId, sent.SpanId));
    }

    [Test]
    public async Task a_batch_has_a_trace_of_its_own_that_leads_to_those_of_its_messages()
    {
        var collector = new Collector();
        var subscription = await Transport.SubscribeAsync(Held with { Concurrency = 1, Linger = TimeSpan.FromMilliseconds(500) }, collector.HandleAsync, default);
        await using (subscription)
        {
            await subscription.PauseAsync(default);
            await Transport.PublishAsync(
                [
                    Sample.Message(1, MessageNames.TransferClaim, Municipality, FromFbs),
                    Sample.Message(2, MessageNames.TransferClaim, Municipality, FromFbs.Replace("0af", "1af", StringComparison.Ordinal)),
                    Sample.Message(3, MessageNames.TransferClaim, Municipality, FromFbs.Replace("0af", "2af", StringComparison.Ordinal)),
                ], default);
            // Whoever resumes it is not why it handles what it handles.
            using (new Activity("an operator's request").Start())
                await subscription.ResumeAsync(default);
            await collector.HasAsync(3);
        }

        string[] journeys = [Journey, $"1{Journey[1..]}", $"2{Journey[1..]}"];
        var sent = await SpanAsync("send transfer-claim:{municipality}");
        Tags(sent).ShouldBe(
            [
                .. Broker, .. Broker.Count > 1 ? ["messaging.rabbitmq.destination.routing_key=0999"] : Array.Empty<string>(), "messaging.batch.message_count=3",
                "messaging.destination.name=transfer-claim:0999", "messaging.destination.template=transfer-claim:{municipality}", "messaging.operation.name=send", "messaging.operation.type=send",
            ], ignoreOrder: true);
        sent.Links.Select(link => link.Context.TraceId.ToString()).ShouldBe(journeys);
        var handled = await SpanAsync($"process {Name}");
        handled.ParentSpanId.ShouldBe(default);
        Tags(handled).ShouldBe(
            [.. Broker, "messaging.batch.message_count=3", $"messaging.destination.name={Name}", "messaging.operation.name=process", "messaging.operation.type=process"], ignoreOrder: true);
        handled.Links.Select(link => link.Context.TraceId.ToString()).ShouldBe(journeys, ignoreOrder: true);
        collector.Seen.ShouldAllBe(delivery => delivery.TraceParent!.EndsWith("-b7ad6b7169203331-01", StringComparison.Ordinal));
    }

    [Test]
    public async Task what_fails_says_with_what()
    {
        await using var subscription = await Transport.SubscribeAsync(
            Held, (batch, _) => Task.FromResult<IReadOnlyList<DeadLetter>>([.. batch.Select(delivery => new DeadLetter(delivery, new PermanentException($"about {Cpr}")))]), default);

        await Transport.PublishAsync([Sample.Message(1, MessageNames.ClaimHeld, traceParent: FromFbs)], default);
        await Should.ThrowAsync<OperationCanceledException>(Transport.PublishAsync([Sample.Message(2, MessageNames.ClaimHeld)], new CancellationToken(canceled: true)));

        var handled = await SpanAsync($"process {Name}");
        (handled.Status, handled.StatusDescription, handled.GetTagItem("error.type")).ShouldBe((ActivityStatusCode.Error, null, typeof(PermanentException).FullName));
        _spans.Where(span => span.GetTagItem("messaging.operation.name") is "send").Select(span => span.GetTagItem("error.type") is string type && type.EndsWith("CanceledException", StringComparison.Ordinal))
            .ShouldBe([false, true]);
        // On the error queue it is still what its sender said.
        await HasDepthAsync(Topology.ErrorQueue(Name), 1);
        (await Queues.PeekAsync(Topology.ErrorQueue(Name), 1, default)).ShouldHaveSingleItem().Delivery.TraceParent.ShouldBe(FromFbs);
    }

    [Test]
    public async Task what_a_sender_makes_up_stands_in_no_span()
    {
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Held, collector.HandleAsync, default);

        await DeadLetterQueues.SendAsync(Name, [new Delivery($"of-{Cpr}", $"id-{Cpr}", new byte[] { 1 }, $"00-{Cpr}")], default);
        await Transport.PublishAsync([Sample.Message(2, Name, Cpr)], default);

        await collector.HasAsync(1);
        (await SpanAsync("send")).GetTagItem("messaging.destination.name").ShouldBeNull();
        await SpanAsync($"process {Name}");
        _spans.SelectMany(span => Tags(span).Append(span.DisplayName)).ShouldAllBe(text => !text.Contains(Cpr));
    }

    [Test]
    public async Task the_figures_count_what_was_sent_and_handled()
    {
        var measured = new ConcurrentQueue<(string Name, double Value, string Tags)>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, meters) => { if (instrument.Meter.Name == MessagingTelemetry.Name) meters.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Enqueue((instrument.Name, value, Text(tags))));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured.Enqueue((instrument.Name, value, Text(tags))));
        listener.Start();
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Held, collector.HandleAsync, default);

        await Transport.PublishAsync([Sample.Message(1, MessageNames.TransferClaim, Municipality), Sample.Message(2, MessageNames.TransferClaim, Municipality)], default);

        await collector.HasAsync(2);
        await Eventually.TrueAsync(() => Sum("messaging.client.consumed.messages") >= 2, () => "not counted");
        Sum("messaging.client.sent.messages").ShouldBe(2);
        Sum("messaging.client.consumed.messages").ShouldBe(2);
        measured.Select(one => one.Name).Distinct().ShouldBe(
            ["messaging.client.sent.messages", "messaging.client.operation.duration", "messaging.client.consumed.messages", "messaging.process.duration"], ignoreOrder: true);
        var broker = string.Join(' ', Broker);
        measured.Where(one => one.Name.Contains(".client.", StringComparison.Ordinal)).Select(one => one.Tags).Distinct().ShouldBe(
            [
                $"{broker} messaging.operation.name=send messaging.operation.type=send messaging.destination.template=transfer-claim:{{municipality}}",
                $"{broker} messaging.operation.name=process messaging.operation.type=process messaging.destination.name={Name}",
            ], ignoreOrder: true);
        measured.ShouldAllBe(one => one.Value > 0 && one.Value < 60);

        double Sum(string name) => measured.Where(one => one.Name == name).Sum(one => one.Value);

        static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
    }

    [Test]
    public async Task with_nobody_listening_nothing_is_made()
    {
        _listener.Dispose();
        var around = new TaskCompletionSource<(Activity? Current, Delivery Delivery)>();
        await using var subscription = await Transport.SubscribeAsync(
            Held,
            (batch, _) =>
            {
                around.SetResult((Activity.Current, batch[0]));
                return Task.FromResult<IReadOnlyList<DeadLetter>>([]);
            }, default);

        await Transport.PublishAsync([Sample.Message(1, MessageNames.ClaimHeld, traceParent: FromFbs)], default);

        var (current, delivery) = await around.Task.WaitAsync(Eventually.Patience);
        current.ShouldBeNull();
        delivery.TraceParent.ShouldBe(FromFbs);
        _spans.ShouldBeEmpty();
    }

    private static IEnumerable<string> Tags(Activity span) => span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}");

    private async Task<Activity> SpanAsync(string name)
    {
        await Eventually.TrueAsync(() => _spans.Any(span => span.DisplayName == name), () => $"no {name} among {string.Join(", ", _spans.Select(span => span.DisplayName))}");
        return _spans.Single(span => span.DisplayName == name);
    }
}
