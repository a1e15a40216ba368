using System.Text.Json;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Entries;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Saga;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaimsTransfer.Simulation;

/// <summary>
/// One history of the whole: FBS's accepted messages, two instances of Routing and of Payments, a connector, two debtor systems (one books whatever arrives, one honours ids)
/// that are paid and write off, all under trouble for a while and then left in peace. The handlers, the saga and the failure policy are the product's own. Ingest is not part of it: what it decides stands in
/// SQL, and its crashes and races are tried on real stores in its own tests.
/// </summary>
internal sealed class History
{
    private static readonly Municipality[] Served =
    [
        new("0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.HoldForPerson),
        new("0147", "Frederiksberg", "11259979", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.DoNotTransfer),
    ];

    private static readonly SagaDeadlines Deadlines = new() { Sending = TimeSpan.FromMinutes(1), Sent = TimeSpan.FromMinutes(2), LongestPause = TimeSpan.FromMinutes(5) };

    private readonly SimBroker _broker;
    private readonly RoutingTables _routing = new();
    private readonly InstructionTables _log = new();
    private readonly EntryTables _entries = new();
    private readonly PaymentsTables _payments = new();
    private readonly Dictionary<string, DebtorBooks> _books;
    private readonly List<(string Name, Action<SimProcess> Begin, SimProcess Process)> _processes = [];
    private readonly Dictionary<Guid, (string Municipality, List<IClaimMessage> Messages)> _accepted = [];
    private readonly TimeSpan _giveUpAfter;
    private Exception? _failure;

    public History(int seed)
    {
        World = new World(seed);
        // Every third history gives up soon, so that claims become Unknown and a person looks after them.
        _giveUpAfter = seed % 3 == 0 ? TimeSpan.FromSeconds(10) : TimeSpan.FromDays(30);
        // Every other history has claims that the debtor systems answer nonsense about, until the trouble ends.
        var poison = seed % 4 is 1 or 2 ? 0.25 : 0;
        _broker = new SimBroker(World);
        _books = new Dictionary<string, DebtorBooks>
        {
            ["0101"] = new(World, rejectShare: 0.05, honoursIds: false) { Receipted = seed % 2 == 0, PoisonShare = poison },
            ["0147"] = new(World, rejectShare: 0, honoursIds: true) { Receipted = true, PoisonShare = poison },
        };
        foreach (var binding in Topology.Routing.Bindings)
            _broker.Bind(Topology.RoutingQueue, binding.Exchange, binding.RoutingKey);
        foreach (var binding in Topology.Payments.Bindings)
            _broker.Bind(Topology.PaymentsQueue, binding.Exchange, binding.RoutingKey);
        foreach (var municipality in Served)
            _broker.Bind(Topology.TransferQueue(municipality.Code), MessageNames.TransferClaim, municipality.Code);
    }

    public World World { get; }

    /// <summary>How many messages ended as dead letters, each time counted.</summary>
    public int DeadLetters => _broker.Put;

    /// <returns>The guarantees that do not hold, each in a sentence; none: all is well.</returns>
    public IReadOnlyList<string> Live()
    {
        Begin("routing-1", BeginRouting);
        Begin("routing-2", BeginRouting);
        Begin("connector", BeginConnector);
        Begin("payments-1", BeginPayments);
        Begin("payments-2", BeginPayments);
        PublishClaims(claims: 12);
        Mayhem();
        ReplayTooEarly();
        World.RunUntil(() => false, TimeSpan.FromMinutes(10));
        World.Note("peace");
        World.Trouble = false;
        LookAfterUnknownClaims();
        ReplayDeadLetters();
        World.RunUntil(() => _failure is not null || IsAtRest(), TimeSpan.FromDays(2));
        return [.. Broken()];
    }

    private void Begin(string name, Action<SimProcess> begin)
    {
        var process = new SimProcess(World, name);
        _processes.RemoveAll(entry => entry.Name == name);
        _processes.Add((name, begin, process));
        process.Enter(() => begin(process));
    }

    /// <summary>Every so often a process dies, and is started again a little later.</summary>
    private void Mayhem()
    {
        if (!World.Trouble)
            return;
        var (name, begin, process) = _processes[World.Random.Next(_processes.Count)];
        if (process.Alive && World.Random.Next(3) > 0)
        {
            process.Kill();
            World.After(World.Moment(8_000), () => Begin(name, begin));
        }

        World.After(World.Moment(20_000), Mayhem);
    }

    /// <summary>What the operations desk does: an Unknown claim is retried, which asks the debtor system first.</summary>
    private void LookAfterUnknownClaims()
    {
        foreach (var claim in _routing.Claims.Values.Select(stored => stored.State).Where(state => state.Status == ClaimStatus.Unknown))
        {
            World.Note($"a person retries {claim.ClaimId.ToString()[..8]}");
            var retry = new OperateClaim(
                DeterministicId.Of(claim.ClaimId, $"retry/{World.Now.UtcTicks}"), World.Now, claim.ClaimId, claim.Municipality, claim.Agency, claim.FeeId, claim.Version,
                ClaimOperation.Retry, "anna", "the debtor system answers again");
            _broker.Publish(new OutgoingMessage(MessageNames.OperateClaim, retry.MessageId, JsonSerializer.SerializeToUtf8Bytes(retry, MessageJson.Default.OperateClaim)));
        }

        World.After(TimeSpan.FromMinutes(30), LookAfterUnknownClaims);
    }

    /// <summary>And a dead letter is replayed once its cause is gone.</summary>
    private void ReplayDeadLetters()
    {
        foreach (var municipality in Served)
            _broker.Replay(Topology.TransferQueue(municipality.Code));
        World.After(TimeSpan.FromMinutes(10), ReplayDeadLetters);
    }

    /// <summary>Or before: then it fails again, and nothing is worse than it was.</summary>
    private void ReplayTooEarly()
    {
        if (!World.Trouble)
            return;
        if (World.Random.Next(2) == 0)
            _broker.Replay(Topology.TransferQueue(Served[World.Random.Next(Served.Length)].Code));
        World.After(World.Moment(200_000), ReplayTooEarly);
    }

    private void BeginRouting(SimProcess process)
    {
        var handler = new RoutingHandler(
            new SimRoutingStore(_routing, process), _broker.PublisherOf(process), new ClaimSaga(Deadlines), new Municipalities(Served), process.Clock);
        Consume(process, Topology.RoutingQueue, 8, handler.HandleAsync);
        Repeat(process, TimeSpan.FromSeconds(1), async () =>
        {
            await handler.SweepAsync(10, CancellationToken.None);
            await handler.RelayAsync(10, CancellationToken.None);
        });
    }

    private void BeginPayments(SimProcess process)
    {
        var store = new SimPaymentsStore(_payments, process);
        var publisher = _broker.PublisherOf(process);
        var handler = new PaymentsHandler(store, publisher, new Municipalities(Served), process.Clock);
        var matcher = new Matcher(store, publisher, process.Clock);
        Consume(process, Topology.PaymentsQueue, 8, handler.HandleAsync);
        Repeat(process, TimeSpan.FromSeconds(1), () => matcher.SweepAsync(10, CancellationToken.None));
    }

    private void BeginConnector(SimProcess process)
    {
        var connector = new SimConnector(_books, process);
        var options = new ConnectorOptions { GiveUpAfter = _giveUpAfter };
        var entries = new EntryHandler(
            nameof(Vendor.KmdOpus), new SimEntryLog(_entries, _log, process), _broker.PublisherOf(process), options, process.Clock, NullLogger.Instance);
        var handler = new InstructionHandler(
            connector, new SimInstructionLog(_log, process), _broker.PublisherOf(process), _broker.ErrorQueuesOf(process), new Unsealed(), Served, _ => new Uri("http://debtor.invalid"), options,
            process.Clock, NullLogger.Instance, process.Name, entries);
        process.Start(
            async () =>
            {
                await handler.StartAsync(CancellationToken.None);
                foreach (var municipality in Served)
                {
                    var code = municipality.Code;
                    Consume(process, Topology.TransferQueue(code), connector.Capabilities.BatchSize, async (batch, cancellation) =>
                    {
                        var taken = await handler.TakeAsync(code, batch, cancellation);
                        await handler.WorkAsync(code, taken, cancellation);
                    });
                    Repeat(process, TimeSpan.FromSeconds(2), () => handler.ReadAsync(code, TimeSpan.FromSeconds(2), goOn: false, CancellationToken.None));
                }

                Repeat(process, TimeSpan.FromSeconds(1), () => entries.SweepAsync(CancellationToken.None));
                Repeat(process, TimeSpan.FromSeconds(1), async () =>
                {
                    foreach (var depth in await handler.SweepAsync(CancellationToken.None))
                    {
                        while (depth.Due > 0 && (await handler.WorkAsync(depth.Municipality, null, CancellationToken.None)).Handled > 0)
                            await process.StepAsync();
                    }
                });
            },
            Failed);
    }

    private void Consume(SimProcess process, string queue, int batchSize, Func<IReadOnlyList<Delivery>, CancellationToken, Task> handler) => _broker.Consume(
        process, queue, batchSize, new BatchConsumer(queue, handler, process.Clock, NullLogger.Instance, _broker.PublisherOf(process)).HandleAsync, Failed);

    /// <summary>What a host's timer does: what fails is tried again at the next tick.</summary>
    private void Repeat(SimProcess process, TimeSpan every, Func<Task> work)
    {
        process.Start(TickAsync, Failed);

        async Task TickAsync()
        {
            try
            {
                await work();
            }
            catch (TransientException transient)
            {
                World.Note($"{process.Name}: {transient.Message}");
            }

            World.After(every, () => process.Enter(() => process.Start(TickAsync, Failed)));
        }
    }

    private void Failed(Exception fault) => _failure ??= fault;

    /// <summary>What Ingest has accepted: claims with changes, each published once or twice and in any order.</summary>
    private void PublishClaims(int claims)
    {
        for (var i = 0; i < claims; i++)
        {
            var life = SimClaims.Life(World.Random, Served[World.Random.Next(Served.Length)].Code, feeId: 1000 + i, World.Now);
            _accepted[life[0].ClaimId] = (life[0].Municipality, life);
            foreach (var message in life)
            {
                var outgoing = new OutgoingMessage(
                    EventName.Of(message), message.MessageId, JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.GetTypeInfo(message.GetType())!));
                World.After(World.Moment(240_000), () => _broker.Publish(outgoing));
            }
        }
    }

    private bool IsAtRest() =>
        // A dead letter that a crash has put late waits for the next replay.
        _broker.UnderWay == 0 && _broker.Queues.All(queue => queue.Value.Count == 0)
        && _accepted.Keys.All(id => _routing.Claims.TryGetValue(id, out var claim) && claim.State is { Open: null, Version: > 0 })
        && _routing.Journal.Values.All(entry => entry.RelayDueAt is null)
        && _log.Rows.Values.All(row => row is { DueAt: null, ReportDueAt: null })
        && _books.All(books => books.Value.IsAllTold(_entries.Rows.Keys.Count(key => key.Municipality == books.Key)))
        && _entries.All.All(row => row.PublishDueAt is null)
        && _payments.Unmatched.Values.All(entry => entry.State == UnmatchedState.Placed);

    private IEnumerable<string> Broken()
    {
        if (_failure is not null)
            yield return $"A step threw what nobody handles: {_failure}";
        if (!IsAtRest())
            yield return "After two days of peace something is still on its way.";
        foreach (var (queue, messages) in _broker.Queues.Where(queue => queue.Key.EndsWith("_error", StringComparison.Ordinal) && queue.Value.Count > 0))
            yield return $"{messages.Count} messages ended on {queue} though none is at fault.";
        foreach (var (municipality, books) in _books)
        {
            foreach (var change in books.OutOfOrder)
                yield return $"Guarantee 4: {municipality} took {change}.";
            foreach (var (reference, account) in books.Accounts.Where(entry => entry.Value.Bookings > 1))
                yield return $"Guarantee 3: {reference} was booked {account.Bookings} times.";
        }

        foreach (var (claimId, (municipality, messages)) in _accepted)
        {
            if (!_routing.Claims.TryGetValue(claimId, out var stored))
                yield return $"Guarantee 1: claim {claimId} was accepted and is lost.";
            else
                foreach (var fault in SimClaims.Compare(stored.State, messages, _books[municipality].Accounts.GetValueOrDefault(ClaimSaga.Reference(stored.State))))
                    yield return fault;
        }

        foreach (var fault in SimMoney.Compare(_books.Values, _payments, _broker.Published))
            yield return fault;

        var published = _broker.Published.Select(message => message.MessageId).ToHashSet();
        foreach (var lost in _routing.Journal.Values.SelectMany(entry => entry.Effects).Where(effect => !published.Contains(effect.Id)))
            yield return $"Guarantee 2: {lost.Name} {lost.Id} was decided and never sent.";
        foreach (var lost in _payments.Events.Values.SelectMany(booked => booked.Effects).Where(effect => !published.Contains(effect.Id)))
            yield return $"Guarantee 2: {lost.Name} {lost.Id} was decided and never sent.";

        // Each effect has one id, and one content under it: FBS can tell a repeat from news.
        foreach (var repeated in _broker.Published.GroupBy(message => message.MessageId).Where(group => group.Select(message => Convert.ToBase64String(message.Body.Span)).Distinct().Count() > 1))
            yield return $"Guarantee 2: {repeated.First().Name} {repeated.Key} was sent with different contents.";
    }

    private sealed class Unsealed : IUnsealer
    {
        public OpenIdentity Open(string municipality, SealedIdentity identity) => new(IdentityKind.Person, identity.Ref, null);
    }
}
