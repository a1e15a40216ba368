using System.Runtime.ExceptionServices;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Booking;

namespace ClaimsTransfer.Payments.Matching;

/// <summary>
/// Gives an entry that did not name its claim to the account that its other names lead to, as the ordinary message of such an entry. Every sweep looks at all open entries
/// and all accounts, so it does not matter which of the two came first. Where a claim is decided, nobody can decide otherwise before the message is confirmed; a crash before that
/// sends it again under the same id. A placement is taken back in the same way, by the message that undoes it: then the entry is open again, and only a person places it.
/// </summary>
public sealed class Matcher(IUnmatchedStore store, IPublisher publisher, TimeProvider time)
{
    /// <summary>How long a message may stay unconfirmed before it is sent again.</summary>
    private static readonly TimeSpan RelayAfter = TimeSpan.FromSeconds(30);

    /// <summary>One sweep; returns how many entries were placed, so that the caller knows whether to go on at once.</summary>
    public async Task<int> SweepAsync(int most, CancellationToken cancellation)
    {
        try
        {
            var matches = await store.MatchesAsync(most, cancellation);
            if (matches.Count > 0)
                await SendAsync(await DecideAsync([.. matches.Select(match => Decided(match.Entry, match.Account, null, null))], cancellation), cancellation);
            var readable = await store.ReadableNowAsync(most, cancellation);
            if (readable.Count > 0)
                await store.SaveAsync([.. readable.Select(entry => Closed(entry, null, null))], cancellation);
            var left = await store.UnsentAsync(time.GetUtcNow(), most, cancellation);
            if (left.Count > 0)
                await SendAsync(left, cancellation);
            return left.Count + matches.Count;
        }
        catch (LostRaceException)
        {
            // Another instance, or a person, was faster with one of them: what is still open is found at the next look.
            return 0;
        }
    }

    /// <summary>A person gives an open entry to an account. Throws <see cref="LostRaceException"/> when somebody was faster.</summary>
    public async Task PlaceAsync(UnmatchedEntry entry, MatchedAccount account, string who, string why, CancellationToken cancellation) =>
        await SendAsync(await DecideAsync([Decided(entry, account, who, why)], cancellation), cancellation);

    /// <summary>A person takes a placed entry off its claim again, by a counter-entry. Throws <see cref="LostRaceException"/> when somebody was faster.</summary>
    public async Task TakeBackAsync(UnmatchedEntry entry, MatchedAccount account, string who, string why, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var counter = Outbound.Record(EntryMessages.OfClaim(CounterOf(entry, now), account.ClaimId, account.Agency, account.FeeId, account.Version));
        await SendAsync(
            await DecideAsync([entry.Deciding("takenBack", account.ClaimId, who, why, now) with { State = UnmatchedState.TakingBack, RelayDueAt = now + RelayAfter, Placed = counter }], cancellation),
            cancellation);
    }

    public Task CloseAsync(UnmatchedEntry entry, string who, string why, CancellationToken cancellation) => store.SaveAsync([Closed(entry, who, why)], cancellation);

    private UnmatchedEntry Closed(UnmatchedEntry entry, string? who, string? why) => entry.Deciding("closed", null, who, why, time.GetUtcNow()) with { State = UnmatchedState.Closed };

    private UnmatchedEntry Decided(UnmatchedEntry entry, MatchedAccount account, string? who, string? why)
    {
        var now = time.GetUtcNow();
        var placing = entry.Deciding("placed", account.ClaimId, who, why, now) with
        {
            State = UnmatchedState.Placing, ClaimId = account.ClaimId, RelayDueAt = now + RelayAfter, Placements = entry.Placements + 1,
        };
        return placing with
        {
            Placed = Outbound.Record(EntryMessages.OfClaim(entry.Entry with { EntryId = placing.PlacementId }, account.ClaimId, account.Agency, account.FeeId, account.Version)),
        };
    }

    /// <summary>What makes it undone: of the same value date, under an id that follows from the placement.</summary>
    private static DebtorEntryUnmatched CounterOf(UnmatchedEntry entry, DateTimeOffset now)
    {
        var counter = entry.Entry with { EntryId = entry.TakenBackId, OccurredAt = now, Channel = null, ReversesEntryId = null };
        return entry.Entry.Kind switch
        {
            DebtorEntryKind.Coverage => counter with { Kind = DebtorEntryKind.Reversal, ReversesEntryId = entry.PlacementId },
            DebtorEntryKind.Reversal => counter with { Kind = DebtorEntryKind.Coverage },
            DebtorEntryKind.WriteOff or DebtorEntryKind.Adjustment => counter with { AmountOre = -counter.AmountOre },
            _ => throw new InvalidOperationException($"A {entry.Entry.Kind} has no counter-entry."),
        };
    }

    private async Task<IReadOnlyList<UnmatchedEntry>> DecideAsync(IReadOnlyList<UnmatchedEntry> decided, CancellationToken cancellation)
    {
        await store.SaveAsync(decided, cancellation);
        return [.. decided.Select(entry => entry with { RowVersion = entry.RowVersion + 1 })];
    }

    /// <summary>One that the broker will not have holds back nobody else's; what is wrong with it is said when all the others are out.</summary>
    private async Task SendAsync(IReadOnlyList<UnmatchedEntry> decided, CancellationToken cancellation)
    {
        try
        {
            await publisher.PublishAsync([.. decided.Select(entry => Outbound.Message(entry.Placed!, traceParent: null))], cancellation);
        }
        catch (Exception fault) when (decided.Count > 1 && !BatchConsumer.IsTransient(fault))
        {
            await OneByOneAsync(decided, cancellation);
            return;
        }

        await store.SaveAsync([.. decided.Select(Sent)], cancellation);
    }

    private static UnmatchedEntry Sent(UnmatchedEntry entry) => entry.State == UnmatchedState.TakingBack
        ? entry with { State = UnmatchedState.Open, RelayDueAt = null, ClaimId = null, Placed = null }
        : entry with { State = UnmatchedState.Placed, RelayDueAt = null };

    private async Task OneByOneAsync(IReadOnlyList<UnmatchedEntry> decided, CancellationToken cancellation)
    {
        Exception? culprit = null;
        foreach (var entry in decided)
        {
            try
            {
                await SendAsync([entry], cancellation);
            }
            catch (Exception fault) when (!BatchConsumer.IsTransient(fault))
            {
                culprit = fault;
            }
        }

        if (culprit is not null)
            ExceptionDispatchInfo.Throw(culprit);
    }
}
