using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Messaging.Embedded;

/// <summary>
/// The embedded default: durable queues in <c>DATA/broker.db</c>, for one process. A publish returns when it is on disk; a message leaves the file when its
/// handler has returned. What a killed process had in hand is delivered again, in order.
/// </summary>
public sealed class EmbeddedTransport : ITransport, IQueues, IDeadLetterQueues, IErrorQueues
{
    private readonly BrokerFile file;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<string, EmbeddedQueue> queues = new();
    private readonly ConcurrentDictionary<ISubscription, bool> subscriptions = new();
    private readonly ConcurrentDictionary<(string Exchange, string RoutingKey), EmbeddedQueue[]> bindings = new();
    private readonly SemaphoreSlim declaring = new(1);
    private readonly Replies mostReplies;
    private volatile bool closed;

    private EmbeddedTransport(BrokerFile file, Replies mostReplies, TimeProvider time, ILoggerFactory loggers)
    {
        this.file = file;
        this.mostReplies = mostReplies;
        this.time = time;
        logger = loggers.CreateLogger<EmbeddedTransport>();
    }

    public bool IsHealthy => !closed;

    /// <param name="folder">The data folder; refused when another process has it open.</param>
    public static EmbeddedTransport Open(string folder, TimeProvider time, ILoggerFactory loggers) =>
        Open(folder, new Replies(Topology.VendorIntakeLimit, Topology.VendorQueueBytes), time, loggers);

    /// <param name="mostReplies">Of vendors, on one queue.</param>
    internal static EmbeddedTransport Open(string folder, Replies mostReplies, TimeProvider time, ILoggerFactory loggers)
    {
        var transport = new EmbeddedTransport(BrokerFile.Open(folder), mostReplies, time, loggers);
        transport.Recall();
        return transport;
    }

    public async Task DeclareAsync(IReadOnlyList<QueueDefinition> queues, CancellationToken cancellation)
    {
        await declaring.WaitAsync(cancellation);
        try
        {
            var wanted = queues.Where(queue => !this.queues.ContainsKey(queue.Name) || queue.Bindings.Any(binding => !IsBound(queue.Name, binding))).ToList();
            if (wanted.Count == 0)
                return;
            await file.WriteAsync(write =>
            {
                foreach (var queue in wanted)
                {
                    var id = write.DeclareQueue(queue.Name);
                    write.DeclareQueue(Topology.ErrorQueue(queue.Name));
                    foreach (var binding in queue.Bindings)
                        write.Bind(binding.Exchange, KeyOf(binding), id);
                }
            });
            Recall();
        }
        finally
        {
            declaring.Release();
        }
    }

    public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        if (messages.Count == 0)
            return Task.CompletedTask;
        cancellation.ThrowIfCancellationRequested();
        RefuseReplies(messages);
        var arrivals = new Arrivals();
        return file.WriteAsync(
            write =>
            {
                arrivals.Clear();
                foreach (var message in messages)
                {
                    foreach (var queue in RouteOf(message))
                        arrivals.Add(
                            queue, write.Insert(queue.Id, message.Name, message.MessageId.ToString(), message.Body, message.TraceParent),
                            message.Name, message.Body.Length);
                }
            },
            arrivals.Tell).WaitAsync(cancellation);
    }

    public async Task<ISubscription> SubscribeAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation)
    {
        await DeclareAsync([queue], cancellation);
        return await CollectAsync(queue, handler, cancellation);
    }

    public async Task<ISubscription> CollectAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation)
    {
        var subscription = new EmbeddedSubscription(this, queues[queue.Name], queue, handler, time, logger);
        subscriptions[subscription] = true;
        await subscription.ResumeAsync(cancellation);
        return subscription;
    }

    public Task<IReadOnlyList<string>> FindAsync(IReadOnlyCollection<string> known, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([.. queues.Keys.Where(DeadLetterQueueName.Fits).Order(StringComparer.Ordinal)]);

    public async Task SendAsync(string queue, IReadOnlyList<Delivery> messages, CancellationToken cancellation)
    {
        if (messages.Count == 0)
            return;
        if (!queues.TryGetValue(queue, out var target))
            throw new TransientException($"The embedded broker has no queue '{queue}'.");
        var arrivals = new Arrivals();
        await file.WriteAsync(
            write =>
            {
                arrivals.Clear();
                foreach (var message in messages)
                    arrivals.Add(
                        target, write.Insert(target.Id, message.Name, message.MessageId, message.Body, message.TraceParent), message.Name, message.Body.Length);
            },
            arrivals.Tell).WaitAsync(cancellation);
    }

    public Task<long?> DepthAsync(string queue, CancellationToken cancellation) =>
        Task.FromResult(queues.TryGetValue(queue, out var known) ? known.Depth : (long?)null);

    public Task<IReadOnlyList<QueueDepth>> ListAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<QueueDepth>>(
            [.. queues.Values.Select(queue => new QueueDepth(queue.Name, queue.Depth)).OrderBy(queue => queue.Queue, StringComparer.Ordinal)]);

    public Task<IReadOnlyList<StandingMessage>> PeekAsync(string queue, int limit, CancellationToken cancellation)
    {
        if (!queues.TryGetValue(queue, out var known))
            return Task.FromResult<IReadOnlyList<StandingMessage>>([]);
        var rows = file.Read(connection => MessageRows.Page(connection, known.Id, 0, limit, long.MaxValue));
        return Task.FromResult<IReadOnlyList<StandingMessage>>(rows.ConvertAll(row => new StandingMessage(row.ToDelivery(), row.Fault)));
    }

    public async Task<int> MoveAsync(string from, string to, IReadOnlyCollection<string>? messageIds, int limit, CancellationToken cancellation)
    {
        if (!queues.TryGetValue(from, out var source))
            return 0;
        await DeclareAsync([new QueueDefinition(to, [])], cancellation);
        var target = queues[to];
        var wanted = messageIds?.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var chosen = file.Read(connection => MessageRows.Choose(connection, source.Id, id => wanted is null || (id is not null && wanted.Contains(id)), limit));
        source.Reread(chosen);
        var arrivals = new Arrivals();
        await file.WriteAsync(
            write =>
            {
                arrivals.Clear();
                foreach (var sequence in chosen.Order())
                {
                    if (write.Move(sequence, target.Id) is { } moved)
                        arrivals.Add(target, moved.Sequence, moved.Name, moved.Bytes);
                }
            },
            () =>
            {
                source.Gone(arrivals.Count, arrivals.Replies);
                arrivals.Tell();
            });
        return (int)arrivals.Count;
    }

    public async Task PutAsync(string queue, IReadOnlyList<StandingMessage> messages, CancellationToken cancellation)
    {
        if (messages.Count == 0)
            return;
        await DeclareAsync([new QueueDefinition(queue, [])], cancellation);
        var errors = queues[Topology.ErrorQueue(queue)];
        var arrivals = new Arrivals();
        await file.WriteAsync(
            write =>
            {
                arrivals.Clear();
                foreach (var (delivery, fault) in messages)
                    arrivals.Add(
                        errors, write.Insert(errors.Id, delivery.Name, delivery.MessageId, delivery.Body, delivery.TraceParent, delivery.Attempts, fault),
                        delivery.Name, delivery.Body.Length);
            },
            arrivals.Tell).WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (closed)
            return;
        await Task.WhenAll(subscriptions.Keys.Select(subscription => subscription.DisposeAsync().AsTask()));
        closed = true;
        file.Dispose();
        declaring.Dispose();
    }

    /// <summary>As if the process were killed; the folder can be opened again.</summary>
    internal void Crash()
    {
        closed = true;
        file.Crash();
    }

    /// <summary>Removes a handled batch; the culprits among it go to the error queue in the same transaction.</summary>
    internal Task SettleAsync(EmbeddedQueue queue, List<StoredMessage> batch, List<Delivery> deliveries, IReadOnlyList<DeadLetter> dead)
    {
        var arrivals = new Arrivals();
        // What is taken from a dead-letter queue has none of its own.
        var errors = dead.Count > 0 ? queues[Topology.ErrorQueue(queue.Name)] : queue;
        return file.WriteAsync(
            write =>
            {
                arrivals.Clear();
                foreach (var letter in dead)
                {
                    var message = batch[deliveries.IndexOf(letter.Delivery)] with { Body = letter.KeptBody };
                    arrivals.Add(
                        errors, InsertDead(write, errors, message, FaultNote.Of(letter.Cause, time.GetUtcNow(), queue.Name)),
                        message.Name, message.Body.Length);
                }
                foreach (var message in batch)
                    write.Delete(message.Sequence);
                write.MarkDelivered(queue.Id, batch.Max(message => message.Sequence));
            },
            () =>
            {
                queue.Gone(batch.Count, Replies.Of(batch));
                arrivals.Tell();
            });
    }

    internal async Task GiveBackAsync(EmbeddedQueue queue, List<StoredMessage> batch)
    {
        var again = batch.ConvertAll(message => message with { Attempts = message.Attempts + 1 });
        try
        {
            await file.WriteAsync(write => again.ForEach(message => write.GiveBack(message.Sequence, message.Attempts)));
        }
        finally
        {
            queue.GiveBack(again);
        }
    }

    internal void Forget(ISubscription subscription) => subscriptions.TryRemove(subscription, out _);

    private static long InsertDead(BrokerStatements write, EmbeddedQueue errors, StoredMessage message, FaultNote fault) =>
        write.Insert(errors.Id, message.Name, message.MessageId, message.Body, message.TraceParent, message.Attempts, fault);

    private static string KeyOf(Binding binding) => KeyOf(binding.Exchange, binding.RoutingKey);

    private static string KeyOf(string exchange, string routingKey) => Topology.KindOf(exchange) == ExchangeKind.Fanout ? "" : routingKey;

    private bool IsBound(string queue, Binding binding) =>
        bindings.TryGetValue((binding.Exchange, KeyOf(binding)), out var bound) && bound.Any(known => known.Name == queue);

    private EmbeddedQueue[] RouteOf(OutgoingMessage message)
    {
        var byKey = bindings.GetValueOrDefault((message.Name, KeyOf(message.Name, message.RoutingKey)), []);
        if (Topology.KindOf(message.Name) == ExchangeKind.Topic && bindings.TryGetValue((message.Name, Topology.EveryKey), out var every))
            return byKey.Length == 0 ? every : [.. byKey.Union(every)];
        return byKey.Length > 0 ? byKey : [queues[Topology.Unrouted]];
    }

    /// <summary>
    /// As RabbitMQ refuses what goes beyond a vendor's queues: what vendors say waits here on the services' own, beside what ours say by the same messages,
    /// which is never refused. Whoever publishes at the same time may go a little beyond, there too.
    /// </summary>
    private void RefuseReplies(IReadOnlyList<OutgoingMessage> messages)
    {
        foreach (var message in messages.Where(message => Topology.IsReply(message.Name) && message.RoutingKey != Topology.OurKey))
        {
            if (RouteOf(message).FirstOrDefault(queue => queue.Replies.AreBeyond(mostReplies)) is { } full)
            {
                throw new TransientException(
                    $"{full.Replies.Messages} messages of {full.Replies.Bytes} bytes from vendors wait on the queue '{full.Name}': "
                    + "no more are taken until some are handled.");
            }
        }
    }

    /// <summary>Takes queues and bindings from the file: those of an earlier run at the start, new ones after a declaration.</summary>
    private void Recall()
    {
        if (!queues.ContainsKey(Topology.Unrouted))
            file.WriteAsync(write => write.DeclareQueue(Topology.Unrouted)).GetAwaiter().GetResult();
        file.Read(connection =>
        {
            foreach (var (id, name, last, count, replies) in QueueRows(connection))
            {
                if (queues.ContainsKey(name))
                    continue;
                var queue = new EmbeddedQueue(id, name, file, time);
                queue.Arrived(last, count, replies);
                queues[name] = queue;
            }
            foreach (var group in BindingRows(connection).GroupBy(row => (row.Exchange, row.RoutingKey), row => queues[row.Queue]))
                bindings[group.Key] = [.. group];
            return true;
        });
    }

    private static List<(int Id, string Name, long Last, long Count, Replies Replies)> QueueRows(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT queues.id, queues.name, coalesce(max(messages.sequence), 0), count(messages.sequence), coalesce(sum(replies.name IS NOT NULL), 0),
                   coalesce(sum(iif(replies.name IS NOT NULL, length(messages.body), 0)), 0)
            FROM queues
            LEFT JOIN messages ON messages.queue_id = queues.id
            LEFT JOIN (SELECT value AS name FROM json_each($replies)) replies ON replies.name = messages.name
            GROUP BY queues.id, queues.name
            """;
        command.Parameters.AddWithValue("$replies", JsonSerializer.Serialize(Topology.Replies));
        using var reader = command.ExecuteReader();
        var rows = new List<(int, string, long, long, Replies)>();
        while (reader.Read())
            rows.Add((reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), new Replies(reader.GetInt64(4), reader.GetInt64(5))));
        return rows;
    }

    private static List<(string Exchange, string RoutingKey, string Queue)> BindingRows(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT exchange, routing_key, queues.name FROM bindings JOIN queues ON queues.id = queue_id";
        using var reader = command.ExecuteReader();
        var rows = new List<(string, string, string)>();
        while (reader.Read())
            rows.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return rows;
    }

    /// <summary>What a transaction has put where; told to the queues once it is on disk.</summary>
    private sealed class Arrivals
    {
        private readonly Dictionary<EmbeddedQueue, (long Last, long Count, Replies Replies)> byQueue = [];

        public long Count => byQueue.Values.Sum(queue => queue.Count);

        public Replies Replies => byQueue.Values.Aggregate(default(Replies), (sum, queue) => sum + queue.Replies);

        public void Clear() => byQueue.Clear();

        public void Add(EmbeddedQueue queue, long sequence, string name, long bytes)
        {
            var before = byQueue.GetValueOrDefault(queue);
            byQueue[queue] = (sequence, before.Count + 1, before.Replies + Replies.Of(name, bytes));
        }

        public void Tell()
        {
            foreach (var (queue, arrival) in byQueue)
                queue.Arrived(arrival.Last, arrival.Count, arrival.Replies);
        }
    }
}
