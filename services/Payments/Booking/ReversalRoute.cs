using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Matching;

namespace ClaimsTransfer.Payments.Booking;

/// <summary>
/// Where a reversal goes that names its claim and the entry it takes back. It belongs where that entry went: where the two differ, or the entry is nowhere yet, it goes the way of
/// an entry that names no claim.
/// </summary>
internal static class ReversalRoute
{
    public static EntryKey? ReversedBy(IMessage message) => message is CoverageReversed { ReversesEntryId: { } entryId } reversal ? new EntryKey(reversal.Municipality, entryId) : null;

    /// <summary>Whether a message is booked on the claim that it names.</summary>
    /// <param name="unmatched">What came without an account under the id it takes back, and what takes the same back.</param>
    /// <param name="booked">The claims on which entries are booked.</param>
    public static bool IsOfItsClaim(IClaimMessage message, IEnumerable<UnmatchedEntry> unmatched, IReadOnlyDictionary<EntryKey, Guid> booked)
    {
        if (message is not CoverageReversed reversal || ReversedBy(reversal) is not { } reversed)
            return true;
        var known = unmatched.Where(entry => entry.Entry.Municipality == reversed.Municipality).ToList();
        Guid? bookedOn = booked.TryGetValue(reversed, out var claimId) ? claimId : null;
        if (IsOurOwn(reversal, reversed.EntryId, known, bookedOn))
            return true;
        // Once it follows its entry it does so for good: the same message again does not go the other way.
        if (known.Exists(entry => entry.Entry.MessageId == reversal.MessageId))
            return false;
        var entries = Entries(reversed, known).ToList();
        return entries.Count > 0 ? entries.TrueForAll(entry => IsOn(entry, reversal.ClaimId)) : bookedOn is null || bookedOn == reversal.ClaimId;
    }

    /// <summary>The placements that it takes back on its claim.</summary>
    public static IEnumerable<UnmatchedEntry> PlacementsOf(IClaimMessage message, IEnumerable<UnmatchedEntry> unmatched) =>
        ReversedBy(message) is { } reversed ? Entries(reversed, unmatched).Where(entry => IsOn(entry, message.ClaimId)) : [];

    private static IEnumerable<UnmatchedEntry> Entries(EntryKey reversed, IEnumerable<UnmatchedEntry> unmatched) => unmatched.Where(entry =>
        entry.Cause == UnmatchedCause.NoMatch && entry.Entry.Municipality == reversed.Municipality && entry.EntryId == reversed.EntryId);

    private static bool IsOn(UnmatchedEntry entry, Guid claimId) => entry.State == UnmatchedState.Placed && entry.ClaimId == claimId;

    /// <summary>What placing a reversal, or taking a placement back, has sent: that was decided with the claim.</summary>
    private static bool IsOurOwn(CoverageReversed reversal, string reversed, List<UnmatchedEntry> known, Guid? bookedOn) =>
        (bookedOn == reversal.ClaimId && reversal.EntryId == EntryIds.TakenBack(reversed))
        || known.Exists(entry => entry.State is UnmatchedState.Placing or UnmatchedState.Placed && entry.PlacementId == reversal.EntryId && entry.ClaimId == reversal.ClaimId);
}
