using System.Runtime.ExceptionServices;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Booking;

namespace ClaimsTransfer.Payments.Matching;

/// <summary>
/// Gives an entry that did not name its claim to the account that its other names lead to, as the ordinary message of such an entry. Every sweep looks at all open entries
/// and all accounts, so it does not matter which of the two came first. Where a claim is decided, nobody can decide otherwise any more; a crash before the message is
/// confirmed sends it again under the same id.
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
                await SendAsync(await DecideAsync([.. matches.Select(match => Decided(match.Entry, match.Account))], cancellation), cancellation);
            var readable = await store.ReadableNowAsync(most, cancellation);
            if (readable.Count > 0)
                await store.SaveAsync([.. readable.Select(entry => entry with { State = UnmatchedState.Closed, DecidedAt = time.GetUtcNow() })], cancellation);
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
        await SendAsync(await DecideAsync([Decided(entry, account) with { Who = who, Why = why }], cancellation), cancellation);

    public Task CloseAsync(UnmatchedEntry entry, string who, string why, CancellationToken cancellation) =>
        store.SaveAsync([entry with { State = UnmatchedState.Closed, Who = who, Why = why, DecidedAt = time.GetUtcNow() }], cancellation);

    private UnmatchedEntry Decided(UnmatchedEntry entry, MatchedAccount account)
    {
        var now = time.GetUtcNow();
        return entry with
        {
            State = UnmatchedState.Placing, ClaimId = account.ClaimId, DecidedAt = now, RelayDueAt = now + RelayAfter,
            Placed = Outbound.Record(EntryMessages.OfClaim(entry.Entry, account.ClaimId, account.Agency, account.FeeId, account.Version)),
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

        await store.SaveAsync([.. decided.Select(entry => entry with { State = UnmatchedState.Placed, RelayDueAt = null })], cancellation);
    }

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
