using System.Runtime.CompilerServices;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Matching;

namespace ClaimsTransfer.Simulation;

/// <summary>Payments' tables as the engines keep them: a transaction is all or nothing, a lost answer may hide a commit.</summary>
internal sealed class PaymentsTables
{
    public Dictionary<Guid, StoredAccount> Accounts { get; } = [];

    public Dictionary<Guid, BookedEvent> Events { get; } = [];

    public Dictionary<Guid, UnmatchedEntry> Unmatched { get; } = [];
}

internal sealed class SimPaymentsStore(PaymentsTables tables, SimProcess process) : IPaymentsStore, IUnmatchedStore
{
    private World World => process.World;

    public async Task<IReadOnlyList<SeenMessage>> SeenAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        await ReachAsync();
        return [.. messageIds.Where(tables.Events.ContainsKey).Select(id => tables.Events[id]).Select(booked => new SeenMessage(booked.MessageId, booked.Effects, booked.TraceParent))];
    }

    public async Task<IReadOnlyList<StoredAccount>> LoadAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation)
    {
        await ReachAsync();
        return [.. claimIds.Where(tables.Accounts.ContainsKey).Select(id => tables.Accounts[id])];
    }

    public async Task<IReadOnlyDictionary<EntryKey, Guid>> BookedOnAsync(IReadOnlyCollection<EntryKey> entries, CancellationToken cancellation)
    {
        await ReachAsync();
        return Booked().Where(entry => entries.Contains(entry.Key)).ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    public async Task<IReadOnlyList<UnmatchedEntry>> UnmatchedAboutAsync(IReadOnlyCollection<EntryKey> entries, CancellationToken cancellation)
    {
        await ReachAsync();
        return
        [
            .. tables.Unmatched.Values.Where(known => entries.Any(key =>
                key.Municipality == known.Entry.Municipality && (key.EntryId == known.EntryId || key.EntryId == known.Entry.ReversesEntryId))),
        ];
    }

    public async Task SaveAsync(Booking booking, CancellationToken cancellation)
    {
        await ReachAsync();
        if (booking.Events.Any(booked => tables.Events.ContainsKey(booked.MessageId)))
            throw new LostRaceException("A message is booked already.");
        if (booking.Accounts.Any(stored => (tables.Accounts.GetValueOrDefault(stored.Account.ClaimId)?.RowVersion ?? 0) != stored.RowVersion))
            throw new LostRaceException("An account was changed meanwhile.");
        var taken = Booked().Keys.Intersect(booking.Events.SelectMany(Keys)).ToList();
        if (taken.Count > 0)
            throw new LostRaceException("An entry is booked already.");
        if (booking.Held.Any(held => tables.Unmatched[held.Entry.MessageId].RowVersion != held.RowVersion))
            throw new LostRaceException("A placement was changed meanwhile.");
        foreach (var held in booking.Held)
            tables.Unmatched[held.Entry.MessageId] = held with { RowVersion = held.RowVersion + 1 };
        foreach (var stored in booking.Accounts)
            tables.Accounts[stored.Account.ClaimId] = stored with { RowVersion = stored.RowVersion + 1 };
        foreach (var booked in booking.Events)
        {
            tables.Events.Add(booked.MessageId, booked);
            World.Note($"{process.Name} {booked.ClaimId.ToString()[..8]} books {string.Join(", ", booked.Entries.Select(entry => $"{entry.Kind} {entry.AmountOre}"))}: balance {tables.Accounts[booked.ClaimId].Account.BalanceOre}");
        }

        foreach (var unmatched in booking.Unmatched)
            tables.Unmatched.TryAdd(unmatched.Entry.MessageId, unmatched with { RowVersion = 1 });
        await LoseAnswerAsync();
    }

    public async Task<IReadOnlyList<Match>> MatchesAsync(int most, CancellationToken cancellation)
    {
        await ReachAsync();
        var booked = Booked();
        return
        [
            .. from entry in tables.Unmatched.Values
               where entry is { State: UnmatchedState.Open, Cause: UnmatchedCause.NoMatch }
               let followed = ReversedIsOn(entry.Entry, booked)
               let accounts = followed is not null ? tables.Accounts.Values.Where(stored => stored.Account.ClaimId == followed).ToList() : tables.Accounts.Values.Where(stored => stored.Account.Municipality == entry.Entry.Municipality
                   && ((entry.Entry.DebtorReference is { } reference && stored.Account.DebtorReference == reference) || (entry.Slip is { } slip && stored.Account.PaymentSlip == slip))).ToList()
               where accounts.Count == 1
               let account = accounts[0].Account
               select new Match(entry, new MatchedAccount(account.ClaimId, account.Municipality, account.Agency, account.FeeId, account.Version)),
        ];
    }

    public Task<IReadOnlyList<PlacedEntry>> PlacedAsync(string? municipality, int most, DateTimeOffset? before, Guid? beforeId, CancellationToken cancellation) =>
        throw new NotSupportedException("Nobody simulated looks at what was placed.");

    public Task<bool> IsReversedAsync(UnmatchedEntry entry, CancellationToken cancellation) => throw new NotSupportedException("Nobody simulated takes a placement back.");

    /// <summary>No simulated debtor system writes a line that cannot be read.</summary>
    public async Task<IReadOnlyList<UnmatchedEntry>> ReadableNowAsync(int most, CancellationToken cancellation)
    {
        await ReachAsync();
        return [];
    }

    public async Task<IReadOnlyList<UnmatchedEntry>> UnsentAsync(DateTimeOffset now, int most, CancellationToken cancellation)
    {
        await ReachAsync();
        return [.. tables.Unmatched.Values.Where(entry => entry.RelayDueAt <= now).Take(most)];
    }

    public async IAsyncEnumerable<IReadOnlyList<UnmatchedEntry>> OpenAsync(string municipality, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await ReachAsync();
        yield return [.. tables.Unmatched.Values.Where(entry => entry.State == UnmatchedState.Open && entry.Entry.Municipality == municipality)];
    }

    public async Task<UnmatchedEntry?> FindAsync(Guid messageId, CancellationToken cancellation)
    {
        await ReachAsync();
        return tables.Unmatched.GetValueOrDefault(messageId);
    }

    public async Task<MatchedAccount?> AccountAsync(Guid claimId, CancellationToken cancellation)
    {
        await ReachAsync();
        return tables.Accounts.GetValueOrDefault(claimId)?.Account is { } account
            ? new MatchedAccount(account.ClaimId, account.Municipality, account.Agency, account.FeeId, account.Version)
            : null;
    }

    public async Task SaveAsync(IReadOnlyList<UnmatchedEntry> entries, CancellationToken cancellation)
    {
        await ReachAsync();
        if (entries.Any(entry => tables.Unmatched[entry.Entry.MessageId].RowVersion != entry.RowVersion))
            throw new LostRaceException("Somebody else has decided one of them.");
        foreach (var entry in entries)
            tables.Unmatched[entry.Entry.MessageId] = entry with { RowVersion = entry.RowVersion + 1 };
        await LoseAnswerAsync();
    }

    /// <summary>Where the entry went that a reversal takes back; no claim at all while it is nowhere; null: nobody knows it.</summary>
    private Guid? ReversedIsOn(DebtorEntryUnmatched entry, Dictionary<EntryKey, Guid> booked)
    {
        if (entry.ReversesEntryId is not { } reversed)
            return null;
        return tables.Unmatched.Values.FirstOrDefault(other => other.Cause == UnmatchedCause.NoMatch && other.Entry.Municipality == entry.Municipality && other.EntryId == reversed) is { } unmatched
            ? unmatched.State == UnmatchedState.Placed ? unmatched.ClaimId : Guid.Empty
            : booked.TryGetValue(new EntryKey(entry.Municipality, reversed), out var claimId) ? claimId : null;
    }

    private Dictionary<EntryKey, Guid> Booked() => tables.Events.Values.SelectMany(booked => Keys(booked).Select(key => (key, booked.ClaimId)))
        .ToDictionary(entry => entry.key, entry => entry.ClaimId);

    private static IEnumerable<EntryKey> Keys(BookedEvent booked) =>
        booked.Entries.Where(entry => entry.EntryId is not null).Select(entry => new EntryKey(booked.Municipality, entry.EntryId!)).Distinct();

    private async Task ReachAsync()
    {
        await process.StepAsync();
        if (World.Happens(0.01))
            throw new TransientException("The store cannot be reached.");
    }

    private async Task LoseAnswerAsync()
    {
        await process.StepAsync();
        if (World.Happens(0.01))
            throw new TransientException("The connection was lost after the commit.");
    }
}
