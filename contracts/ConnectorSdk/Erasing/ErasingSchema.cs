using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.ConnectorSdk.Erasing;

internal static class ErasingSchema
{
    public static IReadOnlyList<Migration> Migrations(string schema) =>
    [
        new(9, "Find the entries of a claim, and those of none",
        [
            $"CREATE INDEX ix_entries_claim ON {schema}.entries (claim_id) WHERE claim_id IS NOT NULL",
            $"CREATE INDEX ix_entry_conflicts_claim ON {schema}.entry_conflicts (claim_id) WHERE claim_id IS NOT NULL",
            $"CREATE INDEX ix_entries_unclaimed ON {schema}.entries (municipality, taken_at) WHERE claim_id IS NULL",
        ]),
    ];
}
