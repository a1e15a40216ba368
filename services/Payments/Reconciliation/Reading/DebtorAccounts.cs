using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Payments.Reconciliation.Reading;

/// <summary>How a claim stands in the debtor system's books, as its connector lists it.</summary>
/// <param name="Agency">With a reference that names no claim of the municipality: that reference, and <paramref name="FeeId"/> is -1.</param>
internal sealed record DebtorClaim(string Agency, long FeeId, long AmountOre, long CoveredOre, long WrittenOffOre, bool InForce, int Bookings, long? ChangedAt)
{
    public const long NoFee = -1;

    /// <summary>What is owed there; the one formula of all ledgers.</summary>
    public long BalanceOre => (InForce ? AmountOre - WrittenOffOre : 0) - CoveredOre;
}

/// <summary>The debtor system's own list of what it holds: <c>GET CONNECTOR/connectors/VENDOR/municipalities/CODE/accounts</c>.</summary>
internal sealed class DebtorAccounts(Http http, ReconciliationOptions options, TimeProvider time)
{
    public async IAsyncEnumerable<IReadOnlyList<DebtorClaim>> ReadAsync(Municipality municipality, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var list = $"The accounts of {municipality.Vendor}";
        using var response = await http.GetAsync(list, Address(municipality), cancellation);
        if (!response.IsSuccessStatusCode)
            throw new ReadingFailed($"{list}: the connector answered {(int)response.StatusCode} for municipality {municipality.Code}.");
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var line = new DebtorLine(list, municipality.Code);
        await foreach (var page in new Lines(list, options.ReadPatience, time).ReadAsync(stream, line.Parse, cancellation))
            yield return page;
    }

    private Uri Address(Municipality municipality)
    {
        var own = municipality.Vendor switch { Vendor.KmdOpus => options.Connectors.KmdOpus, Vendor.Prisme => options.Connectors.Prisme, _ => options.Connectors.OesIndsigt };
        var connector = own.Length > 0 ? own : options.Connectors.All;
        return connector.Length > 0
            ? new Uri($"{connector.TrimEnd('/')}/connectors/{municipality.Vendor}/municipalities/{municipality.Code}/accounts")
            : throw new ReadingFailed(
                $"Nothing says where the connector of {municipality.Vendor} answers: set {ReconciliationOptions.Section}:{nameof(ReconciliationOptions.Connectors)}:{municipality.Vendor}, such as http://127.0.0.1:5080.");
    }
}

/// <summary>Reads <c>{"reference","amountOre","coveredOre","writtenOffOre","inForce","bookings","changedAt"}</c>.</summary>
internal sealed class DebtorLine(string list, string municipality)
{
    private const int AgencyLength = 9;
    private string _agency = "";

    public DebtorClaim? Parse(ReadOnlySpan<byte> line, long number)
    {
        string? reference = null;
        long? amount = null, covered = null, writtenOff = null;
        bool? inForce = null;
        long? bookings = null;
        DateTimeOffset? changedAt = null;
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                throw Wrong(number, "is not a JSON object");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("reference"u8))
                    reference = json.Read() && json.TokenType == JsonTokenType.String ? json.GetString() : throw Wrong(number, "reference is not a text");
                else if (json.ValueTextEquals("amountOre"u8))
                    amount = Ore(ref json, number, "amountOre");
                else if (json.ValueTextEquals("coveredOre"u8))
                    covered = Ore(ref json, number, "coveredOre");
                else if (json.ValueTextEquals("writtenOffOre"u8))
                    writtenOff = Ore(ref json, number, "writtenOffOre");
                else if (json.ValueTextEquals("inForce"u8))
                    inForce = json.Read() && json.TokenType is JsonTokenType.True or JsonTokenType.False ? json.GetBoolean() : throw Wrong(number, "inForce is neither true nor false");
                else if (json.ValueTextEquals("bookings"u8))
                    bookings = json.Read() && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var count) && count is >= 0 and <= 1_000_000 ? count : throw Wrong(number, "bookings is not a count");
                else if (json.ValueTextEquals("changedAt"u8))
                    changedAt = Time(ref json, number);
                else
                    Skip(ref json);
            }

            if (json.TokenType != JsonTokenType.EndObject || json.Read())
                throw Wrong(number, "is not one JSON object");
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException)
        {
            // The reader says the second of a text that is none: half a surrogate, or bytes that are no UTF-8.
            throw Wrong(number, "is not JSON, or is cut off");
        }

        if (reference is null || amount is null || covered is null || writtenOff is null || inForce is null || bookings is null)
            throw Wrong(number, "lacks one of reference, amountOre, coveredOre, writtenOffOre, inForce and bookings");
        var (agency, feeId) = Claim(reference);
        return new DebtorClaim(agency, feeId, amount.Value, covered.Value, writtenOff.Value, inForce.Value, (int)bookings, changedAt?.ToUnixTimeMilliseconds());
    }

    /// <summary>Our reference is the agency and the fee, <c>DK-710100-434536</c>. Anything else the debtor system holds stays under what it calls it.</summary>
    private (string Agency, long FeeId) Claim(string reference)
    {
        if (reference.Length > AgencyLength + 1 && reference[AgencyLength] == '-'
            && long.TryParse(reference.AsSpan(AgencyLength + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var feeId))
        {
            if (reference.AsSpan(0, AgencyLength).SequenceEqual(_agency))
                return (_agency, feeId);
            if (Identifiers.TryIsil(reference[..AgencyLength], out var theirs, out _) && theirs == municipality)
            {
                _agency = reference[..AgencyLength];
                return (_agency, feeId);
            }
        }

        return (PersonalText.Shown(reference), DebtorClaim.NoFee);
    }

    private ReadingFailed Wrong(long number, string what) => new($"{list}: line {number} {what}.");

    private long Ore(ref Utf8JsonReader json, long number, string field)
    {
        json.Read();
        return Amounts.TryOre(ref json, -Amounts.MostOre, out var ore, out var fault) ? ore : throw Wrong(number, $"{field} {fault}");
    }

    private DateTimeOffset? Time(ref Utf8JsonReader json, long number)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null)
            return null;
        return json.TokenType == JsonTokenType.String && json.TryGetDateTimeOffset(out var at) ? at : throw Wrong(number, "changedAt is not a time, such as 2026-11-22T06:54:00Z");
    }

    private static void Skip(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }
}
