using System.Text;
using System.Text.Json;
using ClaimsTransfer.Defaults.Identifiers;

namespace ClaimsTransfer.Payments.Reconciliation.Reading;

/// <summary>A claim that FBS holds open, and what remains of it.</summary>
/// <param name="Line">Where it stood in the list, from 1; 0: not in a list.</param>
internal sealed record FbsClaim(string Agency, long FeeId, long AmountOre, long Line = 0);

/// <summary>Where the claims that FBS holds open come from.</summary>
internal interface IFbsClaims
{
    /// <summary>It was asked of patrons we know: of a claim without one nothing is known, and what we have no account for was never handed over.</summary>
    bool IsByPatron { get; }

    /// <summary>Page by page, in any order. A list that cannot be read to its end is <see cref="ReadingFailed"/>.</summary>
    IAsyncEnumerable<IReadOnlyList<FbsClaim>> ReadAsync(string municipality, CancellationToken cancellation);
}

/// <summary>Reads <c>{"agency","feeId","amountOre"}</c>, or kroner in <c>amount</c>.</summary>
internal sealed class FbsClaimLine(string list, string municipality)
{
    private byte[] _lastAgency = [];
    private string _agency = "";

    public FbsClaim? Parse(ReadOnlySpan<byte> line, long number)
    {
        string? agency = null;
        long? feeId = null, ore = null, kroner = null;
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                throw Wrong(number, "is not a JSON object");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isAgency, isFee) = (json.ValueTextEquals("agency"u8), json.ValueTextEquals("feeId"u8));
                var (isOre, isKroner) = (json.ValueTextEquals("amountOre"u8), json.ValueTextEquals("amount"u8));
                json.Read();
                var fault = "";
                if (isAgency)
                    agency = json.TokenType == JsonTokenType.String ? Agency(ref json, number) : throw Wrong(number, "agency is not a text, such as \"DK-710100\"");
                else if (isFee)
                    feeId = json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var id) && id >= 0 ? id : throw Wrong(number, "feeId is not a whole number from 0, such as 434536");
                else if (isOre)
                    ore = Amounts.TryOre(ref json, 0, out var given, out fault) ? given : throw Wrong(number, $"amountOre {fault}");
                else if (isKroner)
                    kroner = Amounts.TryKroner(ref json, out var given, out fault) ? given : throw Wrong(number, $"amount {fault}");
                else
                    json.Skip();
            }

            if (json.TokenType != JsonTokenType.EndObject || json.Read())
                throw Wrong(number, "is not one JSON object");
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException)
        {
            // The reader says the second of a text that is none: half a surrogate, or bytes that are no UTF-8.
            throw Wrong(number, "is not JSON, or is cut off");
        }

        if (agency is null || feeId is null)
            throw Wrong(number, $"has no {(agency is null ? "agency" : "feeId")}");
        if (ore is not null && kroner is not null && ore != kroner)
            throw Wrong(number, "has amountOre and amount, and they say different amounts");
        // 0 is as good as absent: nothing is open.
        return (ore ?? kroner) switch
        {
            null => throw Wrong(number, "has neither amountOre nor amount"),
            0 => null,
            { } amount => new FbsClaim(agency, feeId.Value, amount, number),
        };
    }

    public ReadingFailed Wrong(long number, string what) => new($"{list}: line {number} {what}.");

    /// <summary>Most lines name the agency of the line before.</summary>
    private string Agency(ref Utf8JsonReader json, long number)
    {
        if (!json.HasValueSequence && !json.ValueIsEscaped && json.ValueSpan.SequenceEqual(_lastAgency) && _agency.Length > 0)
            return _agency;
        var agency = json.GetString() ?? "";
        if (!Identifiers.TryIsil(agency, out var theirs, out var fault))
            throw Wrong(number, $"agency {fault}");
        if (theirs != municipality)
            throw Wrong(number, $"names the library {agency} of municipality {theirs}; this is the reconciliation of {municipality}");
        (_lastAgency, _agency) = (Encoding.UTF8.GetBytes(agency), agency);
        return agency;
    }
}
