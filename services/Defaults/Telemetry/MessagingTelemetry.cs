using System.Diagnostics;
using System.Diagnostics.Metrics;
using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Defaults.Telemetry;

/// <summary>
/// Spans and figures of sending and handling messages, the same on every transport, named by OpenTelemetry's conventions for messaging (README.md beside this file). With
/// nobody listening it makes nothing and passes everything through.
/// </summary>
internal sealed class MessagingTelemetry(ITransport transport, TimeProvider time)
{
    public const string Name = "ClaimsTransfer.Messaging";

    private const string Send = "send";
    private const string Process = "process";

    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] };
    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Sent = Meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Messages given to the broker");
    private static readonly Counter<long> Consumed = Meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Messages given to a handler");
    private static readonly Histogram<double> Sending = Meter.CreateHistogram("messaging.client.operation.duration", "s", "One batch sent, until the broker confirmed it", null, Seconds);
    private static readonly Histogram<double> Processing = Meter.CreateHistogram("messaging.process.duration", "s", "One batch in the handler", null, Seconds);

    private readonly KeyValuePair<string, object?>[] broker = transport.Broker is { } at
        ? [new("messaging.system", "rabbitmq"), new("server.address", at.Host), new("server.port", at.Port)]
        : [new("messaging.system", "embedded")];

    private static bool IsIdle => !Source.HasListeners() && !Sent.Enabled && !Consumed.Enabled && !Sending.Enabled && !Processing.Enabled;

    public Task SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation) => IsIdle || messages.Count == 0
        ? transport.PublishAsync(messages, cancellation)
        : SendAsync(
            Destination.Of(messages), [.. messages.Select(message => message.TraceParent)], messages.Count == 1 ? messages[0].MessageId : null,
            span => transport.PublishAsync(span is null ? messages : [.. messages.Select(message => message with { TraceParent = message.TraceParent ?? span })], cancellation));

    /// <summary>Straight to a queue.</summary>
    public Task SendAsync(string queue, IReadOnlyList<Delivery> messages, Func<Task> send) => IsIdle || messages.Count == 0
        ? send()
        : SendAsync(Destination.Of(queue), [.. messages.Select(message => message.TraceParent)], messages.Count == 1 ? IdOf(messages[0]) : null, _ => send());

    public BatchHandler Around(string queue, BatchHandler handler)
    {
        var destination = Destination.Of(queue);
        return (batch, cancellation) => IsIdle ? handler(batch, cancellation) : ProcessAsync(destination, batch, handler, cancellation);
    }

    /// <param name="send">Given the span's id, for messages that belong to no journey yet.</param>
    private async Task SendAsync(Destination destination, IReadOnlyList<string?> traces, Guid? id, Func<string?, Task> send)
    {
        // Where the messages say whose journey they belong to, this span only carries them.
        var kind = traces.Contains(null) ? ActivityKind.Producer : ActivityKind.Client;
        var own = traces.Count == 1 ? ContextOf(traces[0]) : default;
        var parent = own.TraceId == Activity.Current?.TraceId ? default : own;
        using var span = Start(Send, kind, destination, traces, parent, id);
        var started = time.GetTimestamp();
        Exception? fault = null;
        try
        {
            await send(span?.Id);
        }
        catch (Exception failure)
        {
            fault = failure;
            throw;
        }
        finally
        {
            Fail(span, fault);
            var tags = Figure(Send, destination, fault);
            Sent.Add(traces.Count, tags);
            Sending.Record(time.GetElapsedTime(started).TotalSeconds, tags);
        }
    }

    private async Task<IReadOnlyList<DeadLetter>> ProcessAsync(Destination destination, IReadOnlyList<Delivery> batch, BatchHandler handler, CancellationToken cancellation)
    {
        // Whoever resumed the consumer is not why it handles this.
        Activity.Current = null;
        var alone = batch.Count == 1 ? batch[0] : null;
        using var span = Start(Process, ActivityKind.Consumer, destination, [.. batch.Select(delivery => delivery.TraceParent)], ContextOf(alone?.TraceParent), alone is null ? null : IdOf(alone));
        var started = time.GetTimestamp();
        IReadOnlyList<DeadLetter> dead = [];
        Exception? fault = null;
        try
        {
            // A batch has a trace of its own, linked to its messages'; one message's handling is part of its journey.
            if (alone is null || span is null)
                return dead = await handler(batch, cancellation);
            return dead = [.. (await handler([alone with { TraceParent = span.Id }], cancellation)).Select(letter => letter with { Delivery = alone })];
        }
        catch (Exception failure)
        {
            fault = failure;
            throw;
        }
        finally
        {
            var cause = fault ?? dead.FirstOrDefault()?.Cause;
            Fail(span, cause);
            Consumed.Add(batch.Count, Figure(Process, destination, fault));
            Processing.Record(time.GetElapsedTime(started).TotalSeconds, Figure(Process, destination, cause));
        }
    }

    private Activity? Start(string operation, ActivityKind kind, Destination destination, IReadOnlyList<string?> traces, ActivityContext parent, Guid? id)
    {
        if (!Source.HasListeners())
            return null;
        var tags = new TagList(broker) { { "messaging.operation.name", operation }, { "messaging.operation.type", operation } };
        if (destination.Name is not null)
            tags.Add("messaging.destination.name", destination.Name);
        if (destination.Template is not null)
            tags.Add("messaging.destination.template", destination.Template);
        if (destination.RoutingKey is not null && transport.Broker is not null)
            tags.Add("messaging.rabbitmq.destination.routing_key", destination.RoutingKey);
        if (traces.Count > 1)
            tags.Add("messaging.batch.message_count", traces.Count);
        if (id is not null)
            tags.Add("messaging.message.id", id.ToString());
        var links = traces.Distinct(StringComparer.Ordinal).Select(ContextOf).Where(context => context != default && context != parent).Select(context => new ActivityLink(context));
        return Source.StartActivity(destination.Shown is { } shown ? $"{operation} {shown}" : operation, kind, parent, tags, links);
    }

    private TagList Figure(string operation, Destination destination, Exception? fault)
    {
        var tags = new TagList(broker) { { "messaging.operation.name", operation }, { "messaging.operation.type", operation } };
        if (destination.Shown is not null)
            tags.Add(destination.Template is null ? "messaging.destination.name" : "messaging.destination.template", destination.Shown);
        if (fault is not null)
            tags.Add("error.type", TypeOf(fault));
        return tags;
    }

    /// <summary>Its text may hold anything, and stands in the log.</summary>
    private static void Fail(Activity? span, Exception? fault)
    {
        if (fault is not null)
            span?.SetTag("error.type", TypeOf(fault)).SetStatus(ActivityStatusCode.Error);
    }

    private static string TypeOf(Exception fault) => fault.GetType().FullName ?? fault.GetType().Name;

    /// <summary>Its sender chose it: only what is an id is fit for a span.</summary>
    private static Guid? IdOf(Delivery delivery) => Guid.TryParse(delivery.MessageId, out var id) ? id : null;

    private static ActivityContext ContextOf(string? traceParent) => ActivityContext.TryParse(traceParent, null, isRemote: true, out var context) ? context : default;
}
