using System.Text.Json;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.Ingest.Asking;

/// <summary>Which refused messages <c>m</c> with their answers <c>a</c> are asked for; everything is optional and holds together with the rest.</summary>
/// <param name="Municipality">Empty: all, those included that nobody can say whose they are.</param>
/// <param name="From">Came first then or later.</param>
/// <param name="To">Came first before.</param>
internal sealed record RefusedFilter(string[]? Municipality = null, string[]? Agency = null, long[]? FeeId = null, DateTimeOffset? From = null, DateTimeOffset? To = null)
{
    private const int MostPairs = 1000;

    public (string Where, DynamicParameters Parameters) Condition(IStore store)
    {
        var conditions = new List<string> { "m.outcome = 'refused'" };
        var parameters = new DynamicParameters();
        if (Municipality is { Length: > 0 })
            Add(store.In("m.municipality", "municipalities", ColumnType.Text), "municipalities", store.List(Municipality));
        if (From is { } from)
            Add("m.received_at >= @from", "from", from.ToUnixTimeMilliseconds());
        if (To is { } to)
            Add("m.received_at < @to", "to", to.ToUnixTimeMilliseconds());

        if (Agency is { Length: > 0 } && FeeId is { Length: > 0 } && (long)Agency.Length * FeeId.Length <= MostPairs)
        {
            Add(store.In("m.claim_id", "claims"), "claims", store.List(Agency.SelectMany(agency => FeeId.Select(fee => DeterministicId.OfClaim(agency, fee))).ToList()));
        }
        else
        {
            // The row itself says only which claim it is; whose fee, its answer does, in the words in which we wrote it: no text in it can pass for another field.
            Says("agency", Agency?.Select(agency => JsonSerializer.Serialize(agency, MessageJson.Default.String)));
            Says("feeId", FeeId?.Select(fee => $"{fee}"));
        }

        return (string.Join(" AND ", conditions), parameters);

        void Says(string field, IEnumerable<string>? values)
        {
            var said = (values ?? []).Select((value, i) =>
            {
                parameters.Add($"{field}{i}", $"%\"{field}\":{Literally(value)},%");
                return $"a.body LIKE @{field}{i} ESCAPE '!'";
            }).ToList();
            if (said.Count > 0)
                conditions.Add($"({string.Join(" OR ", said)})");
        }

        void Add(string condition, string parameter, object value)
        {
            conditions.Add(condition);
            parameters.Add(parameter, value);
        }
    }

    private static string Literally(string text) =>
        text.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal).Replace("[", "![", StringComparison.Ordinal);
}
