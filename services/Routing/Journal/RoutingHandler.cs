using System.Runtime.ExceptionServices;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing.Journal;

/// <summary>
/// Carries events to the saga and its effects out: load, decide, write states and journal in one transaction, publish, await the confirms; only then
/// does the caller acknowledge. A crash anywhere is a redelivery, and a message already in the journal sends its recorded effects again under the same ids.
/// </summary>
public sealed class RoutingHandler(
    IRoutingStore store, IPublisher publisher, ClaimSaga saga, IMunicipalities municipalities, TimeProvider time, UnaskedAnswers? unasked = null)
{
    /// <summary>How long the effects of a timer may stay unconfirmed before the janitor sends them again.</summary>
    private static readonly TimeSpan RelayAfter = TimeSpan.FromSeconds(30);

    public Task HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        var occurred = new List<Arrival>(batch.Count);
        foreach (var delivery in batch)
            occurred.Add(new Arrival(Inbound.Read(delivery), delivery.TraceParent) { Sender = delivery.Sender });
        return DecideAsync(occurred, relay: false, cancellation);
    }

    /// <summary>Fires the timers that are due; returns how many, so that the caller knows whether to go on at once.</summary>
    public async Task<int> SweepAsync(int most, CancellationToken cancellation)
    {
        var due = await store.DueAsync(time.GetUtcNow(), most, cancellation);
        if (due.Count == 0)
            return 0;
        try
        {
            await DecideAsync([.. due.Select(claimId => new Arrival(claimId))], relay: true, cancellation);
        }
        catch (Exception fault) when (due.Count > 1 && IsOfOne(fault))
        {
            await OneByOneAsync(due, claimId => DecideAsync([new Arrival(claimId)], relay: true, cancellation));
        }
        catch (LostRaceException)
        {
            // Another instance swept the same claim, or a message came for it: if it is still due, it is due at the next look.
            return 0;
        }

        return due.Count;
    }

    /// <summary>The janitor: sends what was recorded without a message behind it and not confirmed, after a crash between commit and publish.</summary>
    public async Task<int> RelayAsync(int most, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var left = await store.TakeUnrelayedAsync(now, now + RelayAfter, most, cancellation);
        if (left.Count == 0)
            return 0;
        try
        {
            await publisher.PublishAsync([.. left.SelectMany(Again)], cancellation);
            await store.MarkRelayedAsync([.. left.Select(entry => entry.MessageId)], cancellation);
        }
        catch (Exception fault) when (left.Count > 1 && IsOfOne(fault))
        {
            await OneByOneAsync(left, async entry =>
            {
                await publisher.PublishAsync([.. Again(entry)], cancellation);
                await store.MarkRelayedAsync([entry.MessageId], cancellation);
            });
        }

        return left.Count;
    }

    /// <summary>Whether one claim of many may be to blame: a store or a broker that is away is nobody's fault.</summary>
    private static bool IsOfOne(Exception fault) => !BatchConsumer.IsTransient(fault);

    /// <summary>One culprit holds back nobody else; what is wrong with it is said when all the others are done.</summary>
    private static async Task OneByOneAsync<T>(IReadOnlyList<T> all, Func<T, Task> work)
    {
        Exception? culprit = null;
        foreach (var one in all)
        {
            try
            {
                await work(one);
            }
            catch (LostRaceException)
            {
                // Somebody else was faster with this one; if it is still due, it is due at the next look.
            }
            catch (Exception fault) when (IsOfOne(fault))
            {
                culprit = fault;
            }
        }

        if (culprit is not null)
            ExceptionDispatchInfo.Throw(culprit);
    }

    private async Task DecideAsync(IReadOnlyList<Arrival> arrivals, bool relay, CancellationToken cancellation)
    {
        var seen = relay ? [] : (await store.SeenAsync([.. arrivals.Select(arrival => arrival.MessageId).Distinct()], cancellation)).ToDictionary(entry => entry.MessageId);
        if (!relay)
            arrivals = await WithOwnIdsAsync(arrivals, seen, cancellation);
        var stored = (await store.LoadAsync([.. arrivals.Select(arrival => arrival.ClaimId).Distinct()], cancellation)).ToDictionary(claim => claim.State.ClaimId);
        var changed = new Dictionary<Guid, StoredClaim>();
        var entries = new List<JournalEntry>(arrivals.Count);
        var outgoing = new List<OutgoingMessage>(arrivals.Count * 2);
        var decided = new HashSet<Guid>();
        var neverGiven = new List<SenderRefusal>();
        var told = new List<(ClaimState Before, Decision Decision, Vendor? Vendor)>(arrivals.Count);
        var now = time.GetUtcNow();

        foreach (var arrival in arrivals)
        {
            var known = !relay && seen.TryGetValue(arrival.MessageId, out var before) ? before : null;
            if (known is not null)
                outgoing.AddRange(Again(known));
            if (known is not null && !IsWantedNow(arrival, stored))
                continue;

            if (!stored.TryGetValue(arrival.ClaimId, out var claim))
            {
                if (arrival.Message is null)
                    continue;
                claim = new StoredClaim(ClaimSaga.Begin(arrival.Message), 0);
            }

            var occurred = (known is null ? arrival : arrival with { OwnId = DeterministicId.Of(arrival.MessageId, $"again/{claim.State.Position}") }).At(now, claim.State, municipalities);
            // The same message twice in one batch: the first decision stands.
            if (!decided.Add(occurred.Id))
                continue;

            using var span = RoutingTelemetry.Decide(occurred);
            var decision = saga.Decide(claim.State, occurred);
            var trace = span?.Id ?? occurred.TraceParent;
            var effects = decision.Effects.Select(Outbound.Record).ToArray();
            entries.Add(new JournalEntry(
                occurred.Id, arrival.ClaimId, decision.State.Position, now, occurred.Name, arrival.Message?.Version ?? decision.State.Version, decision.Verdict,
                claim.State.Status, decision.State.Status, decision.Notes, effects, trace, (relay || known is not null) && effects.Length > 0 ? now + RelayAfter : null));
            outgoing.AddRange(effects.Select(effect => Outbound.Message(effect, trace)));
            told.Add((claim.State, decision, occurred.Policy?.Vendor));
            if (decision.Verdict == Verdict.Ignored && UnaskedAnswers.Of(arrival.Sender, arrival.Message, claim.State) is { } answer)
                neverGiven.Add(answer);
            stored[arrival.ClaimId] = changed[arrival.ClaimId] = claim with { State = decision.State };
        }

        // Before they are journalled: a message that comes again after that is not looked at any more.
        if (unasked is not null && neverGiven.Count > 0)
            await unasked.RecordAsync(neverGiven, cancellation);
        if (entries.Count > 0)
            await store.SaveAsync([.. changed.Values], entries, cancellation);
        foreach (var (before, decision, vendor) in told)
            RoutingTelemetry.Decided(before, decision, now, vendor);
        if (outgoing.Count > 0)
            await publisher.PublishAsync(outgoing, cancellation);
        await store.MarkRelayedAsync([.. entries.Where(entry => entry.RelayDueAt is not null).Select(entry => entry.MessageId)], cancellation);
    }

    /// <summary>
    /// An id that has come for one claim is not taken from another by coming again: a sender who guesses the id of a message that is still to come would otherwise have it taken for
    /// a repeat. The later one is known by an id of its own.
    /// </summary>
    private async Task<IReadOnlyList<Arrival>> WithOwnIdsAsync(IReadOnlyList<Arrival> arrivals, Dictionary<Guid, SeenMessage> seen, CancellationToken cancellation)
    {
        var owners = new Dictionary<Guid, Guid>();
        foreach (var arrival in arrivals)
            owners.TryAdd(arrival.MessageId, seen.TryGetValue(arrival.MessageId, out var before) ? before.ClaimId : arrival.ClaimId);
        if (arrivals.All(arrival => owners[arrival.MessageId] == arrival.ClaimId))
            return arrivals;
        var own = arrivals.Select(arrival => owners[arrival.MessageId] == arrival.ClaimId
            ? arrival
            : arrival with { OwnId = DeterministicId.Of(arrival.MessageId, $"of/{arrival.ClaimId}") }).ToList();
        foreach (var entry in await store.SeenAsync([.. own.Select(arrival => arrival.OwnId).OfType<Guid>().Distinct()], cancellation))
            seen[entry.MessageId] = entry;
        return own;
    }

    /// <summary>FBS sends a claim again that was left out, and the municipality's rules have let it in since.</summary>
    private bool IsWantedNow(Arrival arrival, Dictionary<Guid, StoredClaim> stored) =>
        arrival.Message is ClaimCreated && stored.TryGetValue(arrival.ClaimId, out var claim)
        && LiabilityPolicy.LetsIn(claim.State, municipalities.Find(claim.State.Municipality));

    private static IEnumerable<OutgoingMessage> Again(SeenMessage entry) => entry.Effects.Select(effect => Outbound.Message(effect, entry.TraceParent));

    /// <summary>A message for a claim, or (without one) the claim's timer.</summary>
    private sealed record Arrival(Guid ClaimId, IClaimMessage? Message, string? TraceParent)
    {
        public Arrival(IClaimMessage message, string? traceParent)
            : this(message.ClaimId, message, traceParent)
        {
        }

        public Arrival(Guid claimId)
            : this(claimId, null, null)
        {
        }

        /// <summary>The broker's user; null: it vouches for nobody.</summary>
        public string? Sender { get; init; }

        /// <summary>Where the message's own is another claim's.</summary>
        public Guid? OwnId { get; init; }

        public Guid MessageId => OwnId ?? Message?.MessageId ?? Guid.Empty;

        public ClaimEvent At(DateTimeOffset now, ClaimState state, IMunicipalities municipalities) => new(
            Message is not null ? MessageId : DeterministicId.Of(state.ClaimId, $"timer/{state.DueAt?.ToUnixTimeMilliseconds()}/{state.Position}"),
            now, Message, municipalities.Find(state.Municipality), TraceParent ?? state.TraceParent);
    }
}
