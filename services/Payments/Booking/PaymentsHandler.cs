using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.ToFbs;

namespace ClaimsTransfer.Payments.Booking;

/// <summary>
/// Carries events to the ledger and its effects out: load, decide, write accounts, entries and orders in one transaction, publish, await the confirms; only then does the
/// caller acknowledge. A crash anywhere is a redelivery, and a message that is booked already sends its recorded effects again under the same ids.
/// </summary>
public sealed class PaymentsHandler(IPaymentsStore store, IPublisher publisher, IMunicipalities municipalities, TimeProvider time)
{
    public async Task HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        var arrivals = batch.Select(delivery => new Arrival(Inbound.Read(delivery), delivery.TraceParent)).ToList();
        var claims = arrivals.Select(arrival => arrival.Message).OfType<IClaimMessage>().ToList();
        var seen = (await store.SeenAsync([.. arrivals.Select(arrival => arrival.Message.MessageId).Distinct()], cancellation)).ToDictionary(message => message.MessageId);
        var loaded = (await store.LoadAsync([.. claims.Select(message => message.ClaimId).Distinct()], cancellation)).ToDictionary(stored => stored.Account.ClaimId);
        var reversed = claims.Select(ReversalRoute.ReversedBy).OfType<EntryKey>().Distinct().ToList();
        var booked = await store.BookedOnAsync([.. claims.Select(KeyOf).OfType<EntryKey>().Union(reversed)], cancellation);
        var about = await store.UnmatchedAboutAsync(reversed, cancellation);
        var work = new Work(loaded, seen, booked, about, time.GetUtcNow());

        foreach (var arrival in arrivals)
            work.Take(arrival);

        var booking = work.Booking(IsByInterface);
        if (!booking.IsEmpty)
            await store.SaveAsync(booking, cancellation);
        work.Tell();
        if (work.Outgoing.Count > 0)
            await publisher.PublishAsync(work.Outgoing, cancellation);
    }

    private bool IsByInterface(string municipality) => municipalities.Find(municipality)?.PaymentsToFbs == PaymentsToFbs.Interface;

    private static EntryKey? KeyOf(IClaimMessage message) => Inbound.EntryIdOf(message) is { } entryId ? new EntryKey(message.Municipality, entryId) : null;

    private sealed record Arrival(IMessage Message, string? TraceParent);

    /// <summary>One batch as it is decided, message by message.</summary>
    private sealed class Work(
        IReadOnlyDictionary<Guid, StoredAccount> loaded, IReadOnlyDictionary<Guid, SeenMessage> seen, IReadOnlyDictionary<EntryKey, Guid> booked,
        IReadOnlyList<UnmatchedEntry> about, DateTimeOffset now)
    {
        private readonly Dictionary<Guid, StoredAccount> _changed = [];
        private readonly Dictionary<EntryKey, Guid> _booked = new(booked);
        private readonly HashSet<Guid> _decided = [];
        private readonly List<BookedEvent> _events = [];
        private readonly List<UnmatchedEntry> _unmatched = [];
        private readonly Dictionary<Guid, UnmatchedEntry> _held = [];
        private readonly List<(string Municipality, EntryKind Kind, MatchingOutcome? Outcome)> _told = [];

        public List<OutgoingMessage> Outgoing { get; } = [];

        public void Take(Arrival arrival)
        {
            var message = arrival.Message;
            if (seen.TryGetValue(message.MessageId, out var before))
            {
                Outgoing.AddRange(before.Effects.Select(effect => Outbound.Message(effect, before.TraceParent)));
                CountRepeat(message);
            }
            else if (!_decided.Add(message.MessageId))
            {
                // The same message twice in one batch: the first decision stands.
                CountRepeat(message);
            }
            else if (message is DebtorEntryUnmatched unmatched)
            {
                _unmatched.Add(UnmatchedEntry.Of(unmatched, now));
            }
            else
            {
                Decide((IClaimMessage)message, arrival.TraceParent);
            }
        }

        private void Decide(IClaimMessage message, string? traceParent)
        {
            var key = KeyOf(message);
            if (key is { } own && !_booked.ContainsKey(own) && !ReversalRoute.IsOfItsClaim(message, about.Concat(_unmatched), _booked))
            {
                _unmatched.Add(UnmatchedEntry.Of(message, now, isConflict: false));
                return;
            }

            if (key is { } entry && !_booked.TryAdd(entry, message.ClaimId) && _booked[entry] != message.ClaimId)
            {
                _unmatched.Add(UnmatchedEntry.Of(message, now, isConflict: true));
                CountRepeat(message);
                return;
            }

            var stored = _changed.GetValueOrDefault(message.ClaimId) ?? loaded.GetValueOrDefault(message.ClaimId) ?? new StoredAccount(ClaimLedger.Begin(message), 0);
            using var span = PaymentsTelemetry.Decide(Outbound.NameOf(message), traceParent);
            var decision = ClaimLedger.Decide(stored.Account, new LedgerEvent(now, message));
            if (decision.IsDuplicate)
                CountRepeat(message);
            if (decision.Account == stored.Account)
                return;
            _changed[message.ClaimId] = stored with { Account = decision.Account };
            if (decision.Entries.Count == 0)
                return;

            foreach (var placement in ReversalRoute.PlacementsOf(message, about))
                _held[placement.Entry.MessageId] = placement;
            var trace = span?.Id ?? traceParent;
            var effects = decision.Effects.Select(Outbound.Record).ToArray();
            _events.Add(new BookedEvent(
                message.MessageId, message.ClaimId, message.Municipality, decision.Account.Position, message.Version, message.OccurredAt, now, decision.Entries, effects, trace));
            Outgoing.AddRange(effects.Select(effect => Outbound.Message(effect, trace)));
            _told.AddRange(decision.Entries.Select(entry => (message.Municipality, entry.Kind, entry.Outcome)));
        }

        public Booking Booking(Func<string, bool> isByInterface) => new(
            [.. _changed.Values], _events, _unmatched, [.. _held.Values],
            [.. _changed.Values.Where(stored => isByInterface(stored.Account.Municipality)).SelectMany(stored => Orders(loaded.GetValueOrDefault(stored.Account.ClaimId)?.Account, stored.Account))]);

        /// <summary>What was counted is what was written: not before the transaction, and not twice when it is decided again.</summary>
        public void Tell()
        {
            foreach (var (municipality, kind, outcome) in _told)
                PaymentsTelemetry.Booked(municipality, kind, outcome);
        }

        private void CountRepeat(IMessage message)
        {
            var kind = message switch { CoverageRegistered => EntryKind.Coverage, CoverageReversed => EntryKind.Reversal, WriteOffRegistered => EntryKind.WriteOff, _ => (EntryKind?)null };
            if (kind is { } entry)
                _told.Add((((IClaimMessage)message).Municipality, entry, MatchingOutcome.Duplicate));
        }

        /// <summary>Between the account as it was and as it is: what a batch settled and reopened again was never wanted.</summary>
        private IEnumerable<OrderChange> Orders(Account? before, Account after)
        {
            if (before?.OrderWanted == after.OrderWanted && before?.PatronId == after.PatronId)
                yield break;
            if (before?.OrderWanted is { } dropped && dropped != after.OrderWanted)
                yield return Change(after, dropped, isWanted: false);
            if (after.OrderWanted is { } wanted)
                yield return Change(after, wanted, isWanted: true);
        }

        private OrderChange Change(Account account, string orderId, bool isWanted) =>
            new(orderId, isWanted, account.ClaimId, account.Municipality, account.Agency, account.FeeId, account.PatronId is not null, now);
    }
}
