using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Simulation;

/// <summary>
/// A broker that keeps what it has confirmed and promises nothing else: it delivers late, twice, in another order, loses confirms, and gives back to others what a
/// dead consumer had in hand.
/// </summary>
internal sealed class SimBroker(World world)
{
    private readonly Dictionary<string, List<string>> _bindings = [];
    private readonly Dictionary<string, List<Delivery>> _queues = [];
    private readonly List<Consumer> _consumers = [];
    private readonly HashSet<Delivery> _put = new(ReferenceEqualityComparer.Instance);
    private int _late;

    /// <summary>Every message ever published, in order, repeats included.</summary>
    public List<OutgoingMessage> Published { get; } = [];

    public IReadOnlyDictionary<string, List<Delivery>> Queues => _queues;

    /// <summary>With a consumer, or confirmed and not on its queue yet.</summary>
    public int UnderWay => _late + _consumers.Sum(consumer => consumer.InHand);

    public void Bind(string queue, string exchange, string routingKey = "")
    {
        _queues.TryAdd(queue, []);
        _queues.TryAdd(Topology.ErrorQueue(queue), []);
        var key = $"{exchange}/{routingKey}";
        if (!_bindings.TryGetValue(key, out var queues))
            _bindings[key] = queues = [];
        if (!queues.Contains(queue))
            queues.Add(queue);
    }

    public IPublisher PublisherOf(SimProcess process) => new Publisher(this, process);

    public IErrorQueues ErrorQueuesOf(SimProcess process) => new Publisher(this, process);

    /// <summary>How often a message was put on an error queue after it had been acknowledged.</summary>
    public int Put { get; private set; }

    /// <summary>An operator sends back what was put on a queue's error queue; what a consumer condemned stays: none is at fault here.</summary>
    public void Replay(string queue)
    {
        var error = _queues[Topology.ErrorQueue(queue)];
        foreach (var delivery in error.Where(_put.Contains).ToList())
        {
            error.Remove(delivery);
            world.Note($"{delivery.Name} {delivery.MessageId} is replayed to {queue}");
            _queues[queue].Add(delivery with { Attempts = 0 });
        }
    }

    /// <summary>From outside: FBS, a test.</summary>
    public void Publish(OutgoingMessage message)
    {
        Published.Add(message);
        var key = Topology.KindOf(message.Name) == ExchangeKind.Topic ? Topology.EveryKey : message.RoutingKey;
        foreach (var queue in _bindings.GetValueOrDefault($"{message.Name}/{key}", []))
        {
            var copies = world.Happens(0.03) ? 2 : 1;
            for (var copy = 0; copy < copies; copy++)
            {
                var delivery = new Delivery(message.Name, message.MessageId.ToString(), message.Body, message.TraceParent);
                _late++;
                world.After(world.Happens(0.1) ? world.Moment(30_000) : world.Moment(), () =>
                {
                    _late--;
                    _queues[queue].Add(delivery);
                });
            }
        }
    }

    public void Consume(SimProcess process, string queue, int batchSize, BatchHandler handler, Action<Exception> failed)
    {
        var consumer = new Consumer(this, process, queue, batchSize, handler, failed);
        _consumers.Add(consumer);
        process.OnDeath.Add(() =>
        {
            _consumers.Remove(consumer);
            consumer.GiveBack();
        });
        consumer.Poll();
    }

    private sealed class Publisher(SimBroker broker, SimProcess process) : IPublisher, IErrorQueues
    {
        public async Task PutAsync(string queue, IReadOnlyList<StandingMessage> messages, CancellationToken cancellation)
        {
            var world = process.World;
            await process.StepAsync();
            var arrives = world.Happens(0.02) ? world.Random.Next(messages.Count + 1) : messages.Count;
            foreach (var message in messages.Take(arrives))
            {
                var standing = message.Delivery with { };
                world.Note($"{standing.Name} {standing.MessageId} is put on {Topology.ErrorQueue(queue)}: {message.Fault!.Text}");
                broker._put.Add(standing);
                broker._queues[Topology.ErrorQueue(queue)].Add(standing);
                broker.Put++;
            }

            await process.StepAsync();
            if (arrives < messages.Count || world.Happens(0.05))
                throw new TransientException("The broker did not confirm.");
        }

        public async Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
        {
            var world = process.World;
            await process.StepAsync();
            var arrives = world.Happens(0.02) ? world.Random.Next(messages.Count + 1) : messages.Count;
            for (var i = 0; i < arrives; i++)
                broker.Publish(messages[i]);
            await process.StepAsync();
            if (arrives < messages.Count || world.Happens(0.01))
                throw new TransientException("The broker did not confirm.");
        }
    }

    private sealed class Consumer(SimBroker broker, SimProcess process, string queue, int batchSize, BatchHandler handler, Action<Exception> failed)
    {
        private List<Delivery> _hand = [];

        public int InHand => _hand.Count;

        public void Poll()
        {
            if (!process.Alive)
                return;
            var ready = broker._queues[queue];
            if (_hand.Count == 0 && ready.Count > 0)
            {
                var world = process.World;
                if (world.Happens(0.2))
                    world.Random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ready));
                _hand = ready.GetRange(0, Math.Min(ready.Count, world.Trouble ? world.Random.Next(1, batchSize + 1) : batchSize));
                ready.RemoveRange(0, _hand.Count);
                process.Start(HandleAsync, failed);
            }

            process.World.After(process.World.Moment(40), Poll);
        }

        public void GiveBack()
        {
            broker._queues[queue].InsertRange(0, _hand.Select(delivery => delivery with { Attempts = delivery.Attempts + 1 }));
            _hand = [];
        }

        private async Task HandleAsync()
        {
            var dead = await handler(_hand, CancellationToken.None);
            await process.StepAsync();
            foreach (var letter in dead)
            {
                process.World.Note($"{letter.Delivery.Name} {letter.Delivery.MessageId} to {Topology.ErrorQueue(queue)}: {letter.Cause.Message}");
                broker._queues[Topology.ErrorQueue(queue)].Add(letter.Delivery);
            }

            _hand = [];
        }
    }
}
