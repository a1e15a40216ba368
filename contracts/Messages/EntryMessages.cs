namespace ClaimsTransfer.Messages;

/// <summary>What an entry of the debtor system becomes once its claim is known: the same message under the same id, whether its connector knew the claim or Payments found it.</summary>
public static class EntryMessages
{
    /// <param name="version">The claim's, as whoever says it knows it.</param>
    public static IClaimMessage OfClaim(DebtorEntryUnmatched entry, Guid claimId, string agency, long feeId, int version)
    {
        var id = DeterministicId.Of(claimId, $"entry/{entry.EntryId}");
        return entry.Kind switch
        {
            DebtorEntryKind.Coverage => new CoverageRegistered(
                id, entry.OccurredAt, claimId, entry.Municipality, agency, feeId, version, entry.EntryId, entry.AmountOre, entry.Channel, entry.ValueDate),
            DebtorEntryKind.Reversal => new CoverageReversed(
                id, entry.OccurredAt, claimId, entry.Municipality, agency, feeId, version, entry.EntryId, entry.ReversesEntryId, entry.AmountOre, entry.ValueDate),
            DebtorEntryKind.WriteOff => new WriteOffRegistered(
                id, entry.OccurredAt, claimId, entry.Municipality, agency, feeId, version, entry.EntryId, entry.AmountOre, entry.Reason, entry.ValueDate),
            // The entry says how the claim changed, the message by how much less is claimed.
            DebtorEntryKind.Adjustment => new WriteOffRegistered(
                id, entry.OccurredAt, claimId, entry.Municipality, agency, feeId, version, entry.EntryId, -entry.AmountOre, entry.Reason, entry.ValueDate, WriteOffKind.Adjustment),
            DebtorEntryKind.Account => new DebtorAccountChanged(
                id, entry.OccurredAt, claimId, entry.Municipality, agency, feeId, version, entry.EntryId,
                entry.Status ?? throw new InvalidOperationException("An entry about an account always has its status.")),
            _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.Kind, "Not a kind of entry."),
        };
    }
}
