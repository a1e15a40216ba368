using System.Globalization;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConnectorSdk.Entries;

/// <summary>Our reference at the debtor system, <c>DK-710100-434536</c>: it is made of what names a claim, so that the claim can be named from it again.</summary>
public sealed record OurReference(string Agency, long FeeId)
{
    private const int AgencyLength = 9;

    public Guid ClaimId { get; } = DeterministicId.OfClaim(Agency, FeeId);

    /// <summary>Reads it as people and systems write it: fields of a fixed width and line breaks add blanks, some write it in lower case.</summary>
    /// <returns>Null: it has another form, or names a claim of another municipality.</returns>
    public static OurReference? TryRead(string municipality, string? written)
    {
        var text = written is null ? null : string.Concat(written.Where(letter => !char.IsWhiteSpace(letter))).ToUpperInvariant();
        if (text is not { Length: > AgencyLength + 1 } || text[AgencyLength] != '-')
            return null;
        var agency = text[..AgencyLength];
        // An ISIL has the code's last three digits; its first is 0, or 9 in a municipality made up for tests.
        return Identifiers.TryIsil(agency, out var owner, out _) && owner.AsSpan(1).SequenceEqual(municipality.AsSpan(1))
            && text[AgencyLength + 1] != '0' && long.TryParse(text.AsSpan(AgencyLength + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var feeId)
            ? new OurReference(agency, feeId)
            : null;
    }
}
