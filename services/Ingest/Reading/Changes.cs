using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>Reads what changes a claim: each names the claim and its next version, and the one thing that changes.</summary>
internal static class Changes
{
    public static AdjustClaim? ReadAdjustment(Fields fields, Addressed addressed)
    {
        var amount = fields.Integer("newAmountOre", 1, Limits.AmountOre, "oreOfChange", "5000");
        var reason = fields.Text("reason", Limits.ReasonLength, "Nedsat efter klage", isRequired: false);
        return amount is not null && addressed is { MessageId: { } id, OccurredAt: { } at, Agency: { } agency, FeeId: { } feeId, Version: { } version }
            ? new AdjustClaim(id, at, agency, feeId, version, amount.Value, PersonalText.MaskCpr(reason))
            : null;
    }

    public static CancelClaim? ReadCancellation(Fields fields, Addressed addressed)
    {
        var reason = fields.OneOf("reason", "itemReturned", "error", "complaint", "waived");
        return reason is not null && addressed is { MessageId: { } id, OccurredAt: { } at, Agency: { } agency, FeeId: { } feeId, Version: { } version }
            ? new CancelClaim(id, at, agency, feeId, version, reason)
            : null;
    }

    public static ChangeLiableParty? ReadLiableParty(Fields fields, Addressed addressed)
    {
        var party = Parties.Read(fields, "liableParty", isRequired: true);
        var reason = fields.OneOf("reason", "cprChange", "guardianAdded", "cameOfAge");
        return party is not null && reason is not null
            && addressed is { MessageId: { } id, OccurredAt: { } at, Agency: { } agency, FeeId: { } feeId, Version: { } version }
            ? new ChangeLiableParty(id, at, agency, feeId, version, party, reason)
            : null;
    }
}
