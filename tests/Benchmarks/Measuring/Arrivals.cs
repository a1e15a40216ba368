using System.Text.Json;
using ClaimsTransfer.Benchmarks.Sides;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace ClaimsTransfer.Benchmarks.Measuring;

/// <summary>Counts the claims whose <c>claim-transferred</c> has come to the queue <c>fbs</c>.</summary>
internal sealed class Arrivals : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly HashSet<Guid> _claims = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource? _reached;
    private int _wanted;
    private string? _stranger;

    private Arrivals(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    /// <summary>When the last one came, as <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long LastAt { get; private set; }

    /// <summary>How many came again.</summary>
    public int Repeated { get; private set; }

    /// <param name="declare">Whether nobody else makes the queue: our services do, the baselines do not.</param>
    public static async Task<Arrivals> ListenAsync(string broker, bool declare, CancellationToken cancellation)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(broker), ClientProvidedName = "bench arrivals" }.CreateConnectionAsync(cancellation);
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        if (declare)
        {
            await channel.QueueDeclareAsync(
                Topology.FbsQueue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: cancellation);
            await channel.ExchangeDeclareAsync(MessageNames.ClaimTransferred, ExchangeType.Fanout, durable: true, cancellationToken: cancellation);
            await channel.QueueBindAsync(Topology.FbsQueue, MessageNames.ClaimTransferred, "", cancellationToken: cancellation);
        }
        var arrivals = new Arrivals(connection, channel);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, arrived) =>
        {
            arrivals.Take(arrived.Exchange, arrived.Body);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(Topology.FbsQueue, autoAck: true, consumer, cancellation);
        return arrivals;
    }

    /// <summary>Waits until so many different claims have arrived; the patience begins again whenever some did.</summary>
    public async Task UntilAsync(int claims, TimeSpan patience, Servers servers, Services services, CancellationToken cancellation)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            (_wanted, _reached) = (claims, reached);
        Check();
        for (var before = -1; !reached.Task.IsCompleted;)
        {
            if (services.Ended is { } ended)
                throw new InvalidOperationException($"{ended.Name} ended by itself. What it said is in {ended.Log} and beside it: {ended.LastLines}");
            if (servers.Ended.IsCompleted)
                throw new InvalidOperationException($"RabbitMQ or PostgreSQL ended by itself; their logs are in {servers.Folder}.");
            if (Count == before)
                throw new TimeoutException($"Of {claims} claims {before} arrived, and then none for {patience.TotalSeconds:0} s. The logs are in {services.LogFolder}.");
            before = Count;
            await Task.WhenAny(reached.Task, services.AnyEnded, servers.Ended, Task.Delay(patience, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
        if (_stranger is not null)
            throw new InvalidOperationException($"A {_stranger} came to the queue {Topology.FbsQueue}; every claim of the benchmark should have been transferred.");
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private int Count
    {
        get
        {
            lock (_gate)
                return _claims.Count;
        }
    }

    private void Take(string exchange, ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        lock (_gate)
        {
            if (exchange != MessageNames.ClaimTransferred)
                _stranger = exchange;
            else if (_claims.Add(document.RootElement.GetProperty("claimId").GetGuid()))
                LastAt = TimeProvider.System.GetTimestamp();
            else
                Repeated++;
        }
        Check();
    }

    private void Check()
    {
        lock (_gate)
        {
            if (_stranger is not null || _claims.Count >= _wanted)
                _reached?.TrySetResult();
        }
    }
}
