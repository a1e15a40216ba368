using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Recording;

/// <summary>
/// A list of fees shows how they stand now; what has become of a fee is found by what is on record of its claim. Nothing about a claim that has been taken is refused towards
/// FBS for what a list says of it: only who sent the list is told.
/// </summary>
internal sealed partial class Books
{
    /// <returns>Null: it is decided like any other message.</returns>
    private Answer? DecideListed(Line line, ListedFee fee)
    {
        var read = line.Read;
        if (fee.IsPaid && read.Faults.Count == 0)
            return ChangesNothing(line, read.Id, Outcome.Paid);
        var versions = read.Addressed.ClaimId is { } claimId ? VersionsOf(claimId) : [];
        if (versions.Count == 0)
            return null;
        if (read.Message is not SubmitClaim listed)
            return Refuse(line, read.Id, read.Faults, isTold: false);

        var (first, last) = (versions[0], versions[^1]);
        var conflict = Fingerprints.OfConflict(read.Id, read.Content!.Value);
        if (first.Debtor is { } debtor && debtor != fee.Debtor)
            return Refuse(line, conflict, [OtherDebtor(listed)], isTold: false);
        if (versions.Exists(row => row.Kind == MessageNames.CancelClaim))
            return Refuse(line, conflict, [Cancelled(listed)], isTold: false);
        var amountOre = versions.FindLast(row => row.AmountOre is not null)?.AmountOre;
        if (amountOre == listed.AmountOre)
            return ChangesNothing(line, last.Id, Outcome.Duplicate);
        if (versions.Exists(row => row.Id != ListedFee.IdOf(row.ClaimId!.Value, row.Version!.Value)))
            return Refuse(line, conflict, [AmountOfAMessage(listed, amountOre)], isTold: false);

        var version = (int)last.Version!.Value + 1;
        var adjustment = new AdjustClaim(
            ListedFee.IdOf(read.Addressed.ClaimId!.Value, version), listed.OccurredAt, listed.Agency, listed.FeeId, version, listed.AmountOre, listed.Reason);
        var adjusted = _asAdjustment(line, adjustment);
        Add(NewRow(adjusted, adjusted.Read.Id, Outcome.Change));
        return AnswerTo(adjusted, Outcome.Change);
    }

    /// <summary>What has been taken of a claim, in the order of its versions.</summary>
    private List<Row> VersionsOf(Guid claimId) => [.. _taken.Where(taken => taken.Key.ClaimId == claimId).OrderBy(taken => taken.Key.Version).Select(taken => taken.Value)];

    private Answer ChangesNothing(Line line, Guid id, string outcome)
    {
        if (_byId.TryGetValue(id, out var same))
            same.Times++;
        else
            Add(NewRow(line, id, outcome));
        return AnswerTo(line, outcome);
    }

    private static ToldFault OtherDebtor(SubmitClaim listed) => FaultList.Fault(
        "borrower", null, FaultNotes.OtherDebtor, $"the list of the patron whose fee {listed.FeeId} is");

    private static ToldFault Cancelled(SubmitClaim listed) => FaultList.Fault(
        "feeId", $"{listed.FeeId}", FaultNotes.ClaimCancelled, "a new fee for a new claim");

    private static ToldFault AmountOfAMessage(SubmitClaim listed, long? amountOre) => FaultList.Fault(
        "amount", Kroner(listed.AmountOre), FaultNotes.AmountOfMessage(amountOre ?? 0), "adjust-claim");

    private static string Kroner(long? ore) => ((ore ?? 0) / 100m).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
}
