using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Native;
using ClaimsTransfer.Messages;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.ConformanceKit.Playing;

/// <summary>
/// Routing as a connector sees it, on a real broker: sends instructions to one municipality's queue, and hears every reply. What it hears is kept for the checks, all of it.
/// </summary>
public sealed class RoutingSide : IAsyncDisposable
{
    private static readonly IReadOnlyDictionary<string, JsonTypeInfo> ReplyTypes = new Dictionary<string, JsonTypeInfo>(StringComparer.Ordinal)
    {
        [MessageNames.TransferReported] = MessageJson.Default.TransferReported,
        [MessageNames.CoverageRegistered] = MessageJson.Default.CoverageRegistered,
        [MessageNames.CoverageReversed] = MessageJson.Default.CoverageReversed,
        [MessageNames.WriteOffRegistered] = MessageJson.Default.WriteOffRegistered,
        [MessageNames.DebtorAccountChanged] = MessageJson.Default.DebtorAccountChanged,
        [MessageNames.DebtorEntryUnmatched] = MessageJson.Default.DebtorEntryUnmatched,
        [MessageNames.MessageDeadLettered] = MessageJson.Default.MessageDeadLettered,
    };

    private readonly string _municipality;
    private readonly NativeTransport _transport;
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<Reply> _replies = new();
    private readonly ConcurrentDictionary<Guid, ConcurrentQueue<Reply>> _reports = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Reply>> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<SetAside> _setAside = new();
    private readonly ConcurrentDictionary<string, bool> _setAsideIds = new(StringComparer.Ordinal);
    private volatile TaskCompletionSource _news = NewNews();

    private RoutingSide(string municipality, NativeTransport transport, IConnection connection, IChannel channel, TimeProvider time)
    {
        _municipality = municipality;
        _transport = transport;
        _connection = connection;
        _channel = channel;
        _time = time;
    }

    public string Queue => Topology.TransferQueue(_municipality);

    public IReadOnlyCollection<Reply> Replies => _replies;

    public IReadOnlyCollection<SetAside> SetAside => _setAside;

    public bool IsSetAside(Guid messageId) => _setAsideIds.ContainsKey(messageId.ToString());

    /// <summary>Declares what a connector finds on a broker of ours, and begins to listen.</summary>
    public static async Task<RoutingSide> OpenAsync(string broker, string municipality, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var transport = NativeTransport.Open(broker, "conformance kit", time, loggers);
        await transport.DeclareAsync([Topology.Transfer(municipality)], cancellation);
        var factory = new ConnectionFactory { Uri = new Uri(broker), AutomaticRecoveryEnabled = false };
        var connection = await factory.CreateConnectionAsync("conformance kit, listening", cancellation);
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        var side = new RoutingSide(municipality, transport, connection, channel, time);
        await side.ListenAsync(cancellation);
        return side;
    }

    public Task SendAsync(IReadOnlyList<TransferClaim> instructions, CancellationToken cancellation) => _transport.PublishAsync(
        [.. instructions.Select(instruction => new OutgoingMessage(
            MessageNames.TransferClaim, instruction.MessageId, JsonSerializer.SerializeToUtf8Bytes(instruction, MessageJson.Default.TransferClaim), _municipality, TraceOf(instruction)))],
        cancellation);

    /// <summary>Whatever bytes, under a message's name.</summary>
    public Task SendAsync(Guid messageId, ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        _transport.PublishAsync([new OutgoingMessage(MessageNames.TransferClaim, messageId, body, _municipality)], cancellation);

    /// <summary>The trace context that the instruction travels with: the connector passes it on.</summary>
    public static string TraceOf(TransferClaim instruction) =>
        string.Create(CultureInfo.InvariantCulture, $"00-{instruction.ClaimId:N}-{instruction.MessageId.ToString("N")[..16]}-01");

    public IReadOnlyCollection<Reply> RepliesTo(Guid instructionId) => _reports.TryGetValue(instructionId, out var replies) ? replies : [];

    /// <summary>What the connector said of the entries of a claim, by any name that it may have given it.</summary>
    public IReadOnlyList<Reply> EntriesOf(params IEnumerable<string?> names) =>
        [.. names.OfType<string>().Distinct(StringComparer.Ordinal).SelectMany(name => _entries.TryGetValue(name, out var replies) ? replies : [])];

    /// <summary>How many instructions stand on the queue and are not in the connector's hands.</summary>
    public async Task<long> ReadyAsync(CancellationToken cancellation) =>
        (await _channel.QueueDeclarePassiveAsync(Queue, cancellation)).MessageCount;

    /// <summary>Waits until it is so, looking again with everything that comes and every few moments; false: it never was.</summary>
    public async Task<bool> UntilAsync(Func<CancellationToken, Task<bool>> condition, TimeSpan patience, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            var news = _news.Task;
            if (await condition(cancellation))
                return true;
            if (_time.GetElapsedTime(began) > patience)
                return false;
            await Task.WhenAny(news, Task.Delay(TimeSpan.FromMilliseconds(100), _time, cancellation));
            // Many replies in a row: looked at together.
            await Task.Delay(TimeSpan.FromMilliseconds(10), _time, cancellation);
        }
    }

    public Task<bool> UntilAsync(Func<bool> condition, TimeSpan patience, CancellationToken cancellation) =>
        UntilAsync(_ => Task.FromResult(condition()), patience, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
        await _transport.DisposeAsync();
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        var queue = await _channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellation);
        await using (var probing = await _connection.CreateChannelAsync(cancellationToken: cancellation))
        {
            foreach (var exchange in ReplyTypes.Keys)
                await BrokerTopology.DeclareExchangeAsync(probing, exchange, cancellation);
        }

        foreach (var exchange in ReplyTypes.Keys)
            await _channel.QueueBindAsync(queue.QueueName, exchange, "#", cancellationToken: cancellation);
        await ConsumeAsync(queue.QueueName, Hear, cancellation);
        foreach (var aside in (string[])[Topology.ErrorQueue(Queue), Topology.DeadQueue(Queue)])
            await ConsumeAsync(aside, delivery => HearSetAside(aside, delivery), cancellation);
    }

    private async Task ConsumeAsync(string queue, Action<BasicDeliverEventArgs> hear, CancellationToken cancellation)
    {
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            hear(delivery);
            Interlocked.Exchange(ref _news, NewNews()).TrySetResult();
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(queue, autoAck: true, consumer, cancellation);
    }

    private void Hear(BasicDeliverEventArgs delivery)
    {
        var body = Encoding.UTF8.GetString(delivery.Body.Span);
        var (message, fault) = Read(delivery.Exchange, body);
        // Another run may use the same broker for another municipality.
        if (message is not null && MunicipalityOf(message) != _municipality && delivery.RoutingKey != _municipality)
            return;
        var properties = delivery.BasicProperties;
        var reply = new Reply(
            delivery.Exchange, delivery.RoutingKey, properties.MessageId, properties.ContentType, properties.Persistent, properties.UserId, Header(properties, "traceparent"), body, message, fault);
        _replies.Enqueue(reply);
        switch (message)
        {
            case TransferReported report:
                _reports.GetOrAdd(report.InstructionId, _ => new()).Enqueue(reply);
                break;
            case DebtorEntryUnmatched unmatched:
                foreach (var name in new[] { unmatched.Reference, unmatched.DebtorReference, unmatched.PaymentSlip }.OfType<string>().Distinct(StringComparer.Ordinal))
                    _entries.GetOrAdd(name, _ => new()).Enqueue(reply);
                break;
            case IClaimMessage claim:
                _entries.GetOrAdd(claim.ClaimId.ToString(), _ => new()).Enqueue(reply);
                break;
        }
    }

    private void HearSetAside(string queue, BasicDeliverEventArgs delivery)
    {
        var headers = (delivery.BasicProperties.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            .Select(header => $"{header.Key}: {(header.Value is byte[] text ? Encoding.UTF8.GetString(text) : Convert.ToString(header.Value, CultureInfo.InvariantCulture))}");
        _setAside.Enqueue(new SetAside(queue, delivery.BasicProperties.MessageId, Encoding.UTF8.GetString(delivery.Body.Span), string.Join('\n', headers)));
        if (delivery.BasicProperties.MessageId is { } id)
            _setAsideIds[id] = true;
    }

    private static (IMessage? Message, string? Fault) Read(string exchange, string body)
    {
        if (!ReplyTypes.TryGetValue(exchange, out var type))
            return (null, "no reply has this name");
        try
        {
            return (JsonSerializer.Deserialize(body, type) as IMessage, null);
        }
        catch (JsonException fault)
        {
            return (null, PersonalData.Mask(fault.Message, 300));
        }
    }

    private static string? MunicipalityOf(IMessage message) => message switch
    {
        IClaimMessage claim => claim.Municipality,
        DebtorEntryUnmatched entry => entry.Municipality,
        _ => null,
    };

    private static string? Header(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers?.TryGetValue(name, out var value) == true ? value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value as string : null;

    private static TaskCompletionSource NewNews() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
