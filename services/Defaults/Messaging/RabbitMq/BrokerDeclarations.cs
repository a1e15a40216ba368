using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>
/// Makes what is missing where our user may; where it may not (the broker's definitions give a service's user no right to), looks whether everything stands, and says what does not.
/// </summary>
/// <param name="user">Ours, for what is said.</param>
internal sealed class BrokerDeclarations(Func<CancellationToken, Task<IChannel>> open, string user)
{
    private readonly ConcurrentDictionary<string, QueueDefinition> declared = new();
    private readonly ConcurrentDictionary<string, bool> exchanges = new();

    /// <summary>The broker has refused us a declaration: whatever we need was made by somebody else.</summary>
    private volatile bool isReadyMade;

    public ICollection<string> Queues => declared.Keys;

    public string QueuesExchange { get; } = Topology.QueuesExchangeOf(user);

    /// <summary>The exchange that leads to a queue: ours for those we know, the broker's own for others'.</summary>
    public string ExchangeOf(string queue) =>
        queue == Topology.Unrouted || declared.ContainsKey(queue) || declared.ContainsKey(DeadLetterQueueName.SourceOf(queue)) ? QueuesExchange : "";

    public async Task QueuesAsync(IReadOnlyList<QueueDefinition> queues, CancellationToken cancellation)
    {
        var wanted = queues.Where(queue => !declared.TryGetValue(queue.Name, out var known) || !queue.Bindings.ToHashSet().SetEquals(known.Bindings)).ToList();
        if (wanted.Count == 0 && !declared.IsEmpty)
            return;
        await MakeOrFindAsync(channel => DeclareAsync(channel, wanted, cancellation), () => FindAsync(wanted, cancellation), cancellation);
        foreach (var queue in wanted)
            declared[queue.Name] = queue;
    }

    /// <summary>Publishing to an exchange that does not exist would close the channel and take its neighbours' confirms along.</summary>
    public async Task ExchangeAsync(string exchange, CancellationToken cancellation)
    {
        if (exchange.Length == 0 || exchanges.ContainsKey(exchange))
            return;
        await MakeOrFindAsync(
            async channel =>
            {
                await DeclareCommonAsync(channel, cancellation);
                await BrokerTopology.DeclareExchangeAsync(channel, exchange, cancellation);
            },
            () => FindAsync([(exchange, channel => channel.ExchangeDeclarePassiveAsync(exchange, cancellation))], "exchange", cancellation),
            cancellation);
        exchanges[exchange] = true;
    }

    /// <summary>Something that was there may be what is missing now.</summary>
    public void Doubt() => exchanges.Clear();

    public async Task RebindAsync(IReadOnlyList<QueueBinding> bound, IReadOnlyList<QueueBinding> unbound, CancellationToken cancellation)
    {
        await using var channel = await open(cancellation);
        try
        {
            await BindAsync(channel, bound, cancellation);
            foreach (var (queue, binding) in unbound)
                await channel.QueueUnbindAsync(queue, binding.Exchange, binding.RoutingKey, cancellationToken: cancellation);
        }
        catch (Exception fault) when (channel.CloseReason is { ReplyCode: Constants.NotFound or Constants.AccessRefused } refusal)
        {
            throw NotReady($"does not let the user '{user}' bind the queues it consumes ({refusal.ReplyText})", fault);
        }
    }

    private async Task MakeOrFindAsync(Func<IChannel, Task> make, Func<Task> find, CancellationToken cancellation)
    {
        if (!isReadyMade)
        {
            await using var channel = await open(cancellation);
            try
            {
                await make(channel);
                return;
            }
            catch (Exception) when (channel.CloseReason?.ReplyCode == Constants.AccessRefused)
            {
                isReadyMade = true;
            }
        }

        await find();
    }

    private async Task DeclareAsync(IChannel channel, List<QueueDefinition> queues, CancellationToken cancellation)
    {
        await DeclareCommonAsync(channel, cancellation);
        foreach (var exchange in queues.SelectMany(queue => queue.Bindings).Select(binding => binding.Exchange).Distinct(StringComparer.Ordinal))
            await BrokerTopology.DeclareExchangeAsync(channel, exchange, cancellation);
        foreach (var (name, arguments) in queues.SelectMany(queue => BrokerTopology.QueuesOf(queue.Name)))
        {
            if (!Topology.IsVendorQueue(name) || !await IsLimitedAsync(name, arguments, cancellation))
                await BrokerTopology.DeclareQueueAsync(channel, name, arguments, cancellation);
        }
        await BindAsync(
            channel,
            [.. queues.SelectMany(queue => BrokerTopology.WaysTo(queue.Name).Concat(queue.Bindings.Select(binding => new QueueBinding(queue.Name, binding))))],
            cancellation);
    }

    /// <summary>
    /// One of an earlier version, or of the definitions, stands without the argument, and stays; the definitions' policy limits it. The broker says so by
    /// closing the channel.
    /// </summary>
    private async Task<bool> IsLimitedAsync(string queue, Dictionary<string, object?> arguments, CancellationToken cancellation)
    {
        await using var channel = await open(cancellation);
        try
        {
            await channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, VendorQueues.Limited(arguments), cancellationToken: cancellation);
            return true;
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason?.ReplyCode is Constants.PreconditionFailed or Constants.AccessRefused)
        {
            return false;
        }
    }

    private static async Task DeclareCommonAsync(IChannel channel, CancellationToken cancellation)
    {
        foreach (var exchange in (string[])[Topology.Unrouted, Topology.DeadLetterExchange, Topology.QueuesExchange])
            await BrokerTopology.DeclareExchangeAsync(channel, exchange, cancellation);
        await BrokerTopology.DeclareQueueAsync(channel, Topology.Unrouted, BrokerTopology.Keeping, cancellation);
        await BindAsync(channel, BrokerTopology.WaysToUnrouted, cancellation);
    }

    /// <summary>All of them are asked for before the first answer is waited for: there are a thousand where each municipality has its own.</summary>
    private static async Task BindAsync(IChannel channel, IReadOnlyList<QueueBinding> bindings, CancellationToken cancellation)
    {
        if (bindings.Count == 0)
            return;
        foreach (var (queue, binding) in bindings.SkipLast(1))
            await channel.QueueBindAsync(queue, binding.Exchange, binding.RoutingKey, noWait: true, cancellationToken: cancellation);
        // The broker takes them in order: its answer to the last is its answer to all.
        var (last, way) = bindings[^1];
        await channel.QueueBindAsync(last, way.Exchange, way.RoutingKey, cancellationToken: cancellation);
    }

    private async Task FindAsync(List<QueueDefinition> queues, CancellationToken cancellation)
    {
        await FindAsync(
            [
                .. queues.SelectMany(queue => queue.Bindings).Select(binding => binding.Exchange).Append(QueuesExchange).Distinct(StringComparer.Ordinal)
                    .Select<string, (string, Func<IChannel, Task>)>(exchange => (exchange, channel => channel.ExchangeDeclarePassiveAsync(exchange, cancellation))),
            ],
            "exchange", cancellation);
        await FindAsync(
            [
                .. queues.SelectMany(queue => BrokerTopology.QueuesOf(queue.Name)).Select(queue => queue.Queue).Append(Topology.Unrouted)
                    .Select<string, (string, Func<IChannel, Task>)>(queue => (queue, channel => channel.QueueDeclarePassiveAsync(queue, cancellation))),
            ],
            "queue", cancellation);
    }

    /// <summary>Looking needs no permission. The broker answers "no" by closing the channel.</summary>
    private async Task FindAsync(IReadOnlyList<(string Name, Func<IChannel, Task> Look)> things, string what, CancellationToken cancellation)
    {
        await using var channel = await open(cancellation);
        foreach (var (name, look) in things)
        {
            try
            {
                await look(channel);
            }
            catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == Constants.NotFound)
            {
                throw NotReady($"has no {what} '{name}', and the user '{user}' may not make it", missing);
            }
        }
    }

    private static BrokerNotReadyException NotReady(string what, Exception cause) => new(
        $"The broker {what}. Make the definitions from the municipalities' file as it is now, 'claims broker definitions --out definitions.json', and give them to the broker, "
        + "'rabbitmqctl import_definitions definitions.json'; it is looked for again.", cause);
}
