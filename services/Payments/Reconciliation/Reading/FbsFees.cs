using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.Payments.Reconciliation.Reading;

/// <summary>
/// FBS's own interface knows no list of a library's fees, only a patron's: <c>GET …/external/AGENCY/patron/PATRON/fees/v2</c>. Every patron we know from an account is asked about,
/// a few at a time. Fees without an account here were never handed over, and are left out.
/// </summary>
internal sealed class FbsFees(IStore store, Http http, ReconciliationOptions options) : IFbsClaims
{
    private const string List = "FBS's fees";
    private const int PatronPage = 5_000;
    private const int FeesPage = 1_000;

    public bool IsByPatron => true;

    public async IAsyncEnumerable<IReadOnlyList<FbsClaim>> ReadAsync(string municipality, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long answered = 0, unknown = 0;
        var last = new Patron { Agency = "", PatronId = -1 };
        while (await PatronsAsync(municipality, last, cancellation) is { Count: > 0 } patrons)
        {
            last = patrons[^1];
            foreach (var some in patrons.Chunk(FeesPage))
            {
                var fees = new IReadOnlyList<FbsClaim>?[some.Length];
                await Parallel.ForAsync(0, some.Length, new ParallelOptions { MaxDegreeOfParallelism = options.FbsConcurrency, CancellationToken = cancellation },
                    async (i, stop) => fees[i] = await FeesAsync(some[i], stop));
                unknown += fees.Count(list => list is null);
                answered += fees.Count(list => list is not null);
                yield return await WithAccountAsync(municipality, [.. fees.SelectMany(list => list ?? [])], cancellation);
            }
        }

        // A patron may be gone. All of them are not: the address is wrong.
        if (unknown > 0 && answered == 0)
            throw new ReadingFailed($"{List}: FBS knows none of the {unknown} patrons of municipality {municipality}; is {ReconciliationOptions.Section}:{nameof(ReconciliationOptions.FbsUrl)} right?");
    }

    private async Task<List<Patron>> PatronsAsync(string municipality, Patron last, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return (await connection.QueryAsync<Patron>(new CommandDefinition(store.Sql(
            $"""
            SELECT {store.Top("page")} agency AS Agency, patron_id AS PatronId
            FROM payments.accounts
            WHERE municipality = @municipality AND patron_id IS NOT NULL AND (agency > @agency OR (agency = @agency AND patron_id > @patron))
            GROUP BY agency, patron_id
            ORDER BY agency, patron_id
            {store.Limit("page")}
            """),
            new { municipality, agency = last.Agency, patron = last.PatronId, page = PatronPage }, cancellationToken: cancellation))).AsList();
    }

    /// <summary>Null: FBS does not know the patron.</summary>
    private async Task<IReadOnlyList<FbsClaim>?> FeesAsync(Patron patron, CancellationToken cancellation)
    {
        var address = new Uri($"{options.FbsUrl.TrimEnd('/')}/external/{patron.Agency}/patron/{patron.PatronId}/fees/v2");
        using var response = await http.GetAsync(List, address, cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        if (!response.IsSuccessStatusCode)
            throw new ReadingFailed($"{List}: FBS answered {(int)response.StatusCode} about a patron of {patron.Agency}.");
        try
        {
            using var answer = await BoundedBody.ReadAsync(response.Content, Bound.AnswerBytes, cancellation);
            return Read(patron.Agency, answer.GetBuffer().AsSpan(0, (int)answer.Length));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or HttpRequestException or IOException or BeyondBoundException)
        {
            // The reader says the second of a text that is none: half a surrogate, or bytes that are no UTF-8.
            throw new ReadingFailed($"{List}: the answer about a patron of {patron.Agency} could not be read ({failure.GetType().Name}).", failure);
        }
    }

    private static List<FbsClaim> Read(string agency, ReadOnlySpan<byte> answer)
    {
        var json = new Utf8JsonReader(answer);
        var fees = new List<FbsClaim>();
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
            throw new ReadingFailed($"{List}: the answer about a patron of {agency} is not an array of fees.");
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            long? feeId = null, ore = null;
            var isPaid = false;
            var fault = "";
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isFee, isAmount, isPaidDate) = (json.ValueTextEquals("feeId"u8), json.ValueTextEquals("amount"u8), json.ValueTextEquals("paidDate"u8));
                json.Read();
                if (isFee && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var id))
                    feeId = id;
                else if (isAmount && Amounts.TryKroner(ref json, out var amount, out fault))
                    ore = amount;
                else if (isPaidDate)
                    isPaid = json.TokenType != JsonTokenType.Null;
                json.Skip();
            }

            if (feeId is null || ore is null)
                throw new ReadingFailed($"{List}: a fee of {agency} {(feeId is null ? "has no feeId" : $"({feeId}): amount {(fault.Length > 0 ? fault : "is missing")}")}.");
            if (!isPaid && ore > 0)
                fees.Add(new FbsClaim(agency, feeId.Value, ore.Value));
        }

        return fees;
    }

    private async Task<IReadOnlyList<FbsClaim>> WithAccountAsync(string municipality, IReadOnlyList<FbsClaim> fees, CancellationToken cancellation)
    {
        if (fees.Count == 0)
            return [];
        var ids = fees.Select(fee => DeterministicId.OfClaim(fee.Agency, fee.FeeId)).ToList();
        await using var connection = await store.OpenAsync(cancellation);
        var known = (await connection.QueryAsync<Guid>(new CommandDefinition(
            store.Sql($"SELECT claim_id FROM payments.accounts WHERE municipality = @municipality AND {store.In("claim_id", "ids")}"),
            new { municipality, ids = store.List(ids) }, cancellationToken: cancellation))).ToHashSet();
        return [.. fees.Where((_, i) => known.Contains(ids[i]))];
    }

    private sealed record Patron
    {
        public string Agency { get; init; } = "";

        public long PatronId { get; init; }
    }
}
