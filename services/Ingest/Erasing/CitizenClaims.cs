using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.Ingest.Erasing;

/// <summary>A claim that names somebody: as its borrower, guardian or liable party.</summary>
public sealed record CitizenClaim(Guid ClaimId, string Municipality);

public sealed record CitizenClaims(IReadOnlyList<CitizenClaim> Claims);

/// <summary>Whose claims these are, by the ref: Ingest has the numbers' key, and no number.</summary>
internal sealed class ClaimsByParty(IStore store)
{
    private readonly string _ofRef = store.Sql(
        $"""
        SELECT {store.Top("limit")} claim_id AS ClaimId, municipality AS Municipality
        FROM ingest.parties
        WHERE ref = @party
        ORDER BY claim_id
        {store.Limit("limit")}
        """);

    public async Task<CitizenClaims> ClaimsOfAsync(string party, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(_ofRef, new { party, limit = Lists.Most }, cancellationToken: cancellation));
        return new CitizenClaims([.. rows.Select(row => new CitizenClaim(row.ClaimId, row.Municipality))]);
    }

    private sealed record Row
    {
        public Guid ClaimId { get; init; }
        public string Municipality { get; init; } = "";
    }
}
