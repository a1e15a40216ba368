using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.RateLimiting;
using MassTransit;
using MassTransit.Context;
using MassTransit.Logging;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using PublishException = RabbitMQ.Client.Exceptions.PublishException;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.MassTransit;

/// <summary>
/// A bus sends by one channel, so what the broker refuses ends every send that is on its way. Whose fault it was shows when each chunk is sent again with nobody beside it.
/// </summary>
internal sealed class MassTransitPublisher : RabbitMqPublisher, IPipe<SendContext<Publication>>, ISendObserver
{
    /// <summary>The one address for which MassTransit declares no exchange of its own; each message names its exchange itself.</summary>
    private static readonly Uri Anywhere = new("exchange:amq.rabbitmq.reply-to");

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private readonly MassTransitBus bus;
    private readonly BrokerConnection connection;
    private readonly string user;
    private readonly TimeProvider time;
    private readonly ConcurrencyLimiter turns = new(new ConcurrencyLimiterOptions { PermitLimit = Turns, QueueLimit = int.MaxValue });
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, object>> exchanges = new(StringComparer.Ordinal);
    private volatile ShutdownEventArgs? lastRefusal;
    private ISendEndpoint? endpoint;

    public MassTransitPublisher(MassTransitBus bus, BrokerConnection connection, BrokerDeclarations declarations, string user, TimeProvider time, ILogger logger)
        : base(declarations, user, time, logger)
    {
        this.bus = bus;
        this.connection = connection;
        this.user = user;
        this.time = time;
        bus.Control.ConnectSendObserver(this);
    }

    public override ValueTask DisposeAsync() => turns.DisposeAsync();

    protected override async Task<Exception?> TryAsync(List<Publication> chunk, CancellationToken cancellation)
    {
        Exception? fault;
        using (await turns.AcquireAsync(1, cancellation))
            fault = await SendAsync(chunk, cancellation);
        return RefusalIn(fault) is null ? fault : await SendAloneAsync(chunk, cancellation);
    }

    private async Task<Exception?> SendAloneAsync(List<Publication> chunk, CancellationToken cancellation)
    {
        using var all = await turns.AcquireAsync(Turns, cancellation);
        var before = lastRefusal;
        while (true)
        {
            var fault = await SendAsync(chunk, cancellation);
            if (RefusalIn(fault) is not { } refusal)
                return fault;
            if (refusal != before)
                return refusal.ReplyCode == Constants.AccessRefused ? NotAllowed(refusal.ReplyText, fault) : fault;
            // The bus still holds the channel that is closed already.
            await Task.Delay(BetweenLooks, time, cancellation);
        }
    }

    private async Task<Exception?> SendAsync(List<Publication> chunk, CancellationToken cancellation)
    {
        // MassTransit would write what it sends, routing keys that a sender made up too, into whatever span is current.
        Activity.Current = null;
        try
        {
            // A broker that is away is heard of at once; MassTransit would try in silence, half a minute apart.
            await connection.GetAsync(cancellation);
            endpoint ??= await bus.Control.GetSendEndpoint(Anywhere);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, connection.Lost);
            limit.CancelAfter(ConfirmTimeout);
            await DeclareExchangesAsync(chunk, limit.Token);
            var fault = await ConfirmedAsync(chunk, chunk.ConvertAll(publication => endpoint.Send(publication, this, limit.Token)));
            fault = (fault as NotSentException)?.Fault ?? fault;
            if (fault is not (null or PublishException))
                Declarations.Doubt();
            return fault;
        }
        catch (Exception fault)
        {
            return fault;
        }
    }

    /// <summary>What the message is on the wire: ours and nothing else.</summary>
    Task IPipe<SendContext<Publication>>.Send(SendContext<Publication> context)
    {
        var publication = context.Message;
        var sending = (RabbitMqSendContext)context;
        ((TransportSendContext)context).ReadPropertiesFrom(exchanges.GetOrAdd(
            publication.Exchange, name => new Dictionary<string, object>(StringComparer.Ordinal) { ["RMQ-Exchange"] = name }));
        sending.RoutingKey = publication.RoutingKey;
        sending.Mandatory = true;
        sending.MessageId = null;
        var properties = sending.BasicProperties;
        properties.ClearPriority();
        properties.UserId = user;
        properties.Type = publication.Properties.Type;
        if (publication.Properties.IsMessageIdPresent())
            properties.MessageId = publication.Properties.MessageId;
        if (publication.Properties.Headers is { } headers)
            properties.Headers = new Dictionary<string, object?>(headers, StringComparer.Ordinal);
        return Task.CompletedTask;
    }

    void IProbeSite.Probe(ProbeContext context) => context.CreateFilterScope("publication");

    /// <summary>Where somebody listens to MassTransit's spans, it would put them into headers; ours carry <c>traceparent</c>.</summary>
    Task ISendObserver.PreSend<T>(SendContext<T> context)
    {
        if (context.Headers.TryGetHeader(DiagnosticHeaders.ActivityId, out _))
            context.Headers.Set(DiagnosticHeaders.ActivityId, (string?)null);
        return Task.CompletedTask;
    }

    Task ISendObserver.PostSend<T>(SendContext<T> context) => Task.CompletedTask;

    /// <summary>MassTransit would send again by a policy of its own, in silence and for hours; a failure that it does not know it passes on.</summary>
    Task ISendObserver.SendFault<T>(SendContext<T> context, Exception exception)
    {
        if (exception is OperationCanceledException)
            return Task.CompletedTask;
        var fault = exception.InnerException as PublishException ?? exception;
        if (RefusalIn(fault) is { } refusal)
            lastRefusal = refusal;
        throw new NotSentException(fault);
    }

    /// <summary>The broker closed the channel over something that was published.</summary>
    private static ShutdownEventArgs? RefusalIn(Exception? fault) =>
        fault is OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.AccessRefused or Constants.NotFound or Constants.PreconditionFailed } reason } ? reason : null;

    /// <param name="fault">Not the inner exception: MassTransit would know that.</param>
    private sealed class NotSentException(Exception fault) : Exception(fault.Message)
    {
        public Exception Fault { get; } = fault;
    }
}
