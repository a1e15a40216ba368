using System.Globalization;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using Dapper;

namespace ClaimsTransfer.Routing.Asking;

/// <summary>Which claims are asked for; everything is optional and holds together with the rest.</summary>
/// <param name="Municipality">Empty: all.</param>
/// <param name="Text">An agency, a fee id, our reference, a claim id; anything else is looked for in why a claim is held, rejected or cancelled.</param>
/// <param name="From">Received then or later.</param>
/// <param name="To">Received before.</param>
/// <param name="VersionGap">Only those with a change that waits for a version before it.</param>
public sealed record ClaimFilter(
    string[]? Municipality = null, string[]? Category = null, string[]? Status = null, string? Agency = null, long? FeeId = null, Guid? ClaimId = null, string? Text = null,
    DateTimeOffset? From = null, DateTimeOffset? To = null, bool VersionGap = false)
{
    private const int TextLength = 100;

    /// <summary>What cannot be asked for; null: nothing.</summary>
    public string? Fault() =>
        Unknown<ClaimCategory>("category", Category) ?? Unknown<ClaimStatus>("status", Status)
        ?? (Text?.Length > TextLength ? $"text has {Text.Length} characters; give at most {TextLength}." : null);

    /// <summary>The condition, with what it compares with. One value is an equality: of that an index gives the rows in the order of the list.</summary>
    internal (string Where, DynamicParameters Parameters) Condition(IStore store)
    {
        var conditions = new List<string>();
        var parameters = new DynamicParameters();
        Among("municipality", Municipality);
        Among("category", Names<ClaimCategory>(Category));
        Among("status", Names<ClaimStatus>(Status));
        Is("agency", Agency);
        Is("fee_id", FeeId);
        Is("claim_id", ClaimId);
        if (From is { } from)
            Add("listed_at >= @from", "from", from.ToUnixTimeMilliseconds());
        if (To is { } to)
            Add("listed_at < @to", "to", to.ToUnixTimeMilliseconds());
        if (VersionGap)
            conditions.Add("waiting_since IS NOT NULL");
        if (Text?.Trim() is { Length: > 0 } text)
            Find(text);
        return (conditions.Count == 0 ? "1 = 1" : string.Join(" AND ", conditions), parameters);

        // What has the form of something that an index knows is that; only words are looked for in words.
        void Find(string text)
        {
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var feeId))
                Is("fee_id", feeId, "textFee");
            else if (Guid.TryParse(text, out var claimId))
                Is("claim_id", claimId, "textClaim");
            else if (text.LastIndexOf('-') is > 2 and var dash && long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var fee))
                Is("claim_id", DeterministicId.OfClaim(text[..dash], fee), "textClaim");
            else if (text.StartsWith("DK-", StringComparison.OrdinalIgnoreCase))
                Is("agency", text.ToUpperInvariant(), "textAgency");
            else
                Add("searched IS NOT NULL AND searched LIKE @words ESCAPE '!'", "words", $"%{Literally(text.ToLowerInvariant())}%");
        }

        void Among(string column, IReadOnlyCollection<string>? values)
        {
            if (values is { Count: 1 })
                Is(column, values.First());
            else if (values is { Count: > 1 })
                Add(store.In(column, column, ColumnType.Text), column, store.List(values));
        }

        void Is(string column, object? value, string? parameter = null)
        {
            if (value is not null)
                Add($"{column} = @{parameter ?? column}", parameter ?? column, value);
        }

        void Add(string condition, string parameter, object value)
        {
            conditions.Add(condition);
            parameters.Add(parameter, value);
        }
    }

    private static string Literally(string text) =>
        text.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal).Replace("[", "![", StringComparison.Ordinal);

    private static string? Unknown<T>(string name, string[]? given)
        where T : struct, Enum =>
        Array.Find(given ?? [], text => !Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase)) is { } unknown
            ? $"{name} is '{unknown}'; give one of {string.Join(", ", Enum.GetNames<T>())}."
            : null;

    private static List<string>? Names<T>(string[]? given)
        where T : struct, Enum => given is { Length: > 0 } ? given.Select(text => Enum.Parse<T>(text, ignoreCase: true).ToString()).Distinct().ToList() : null;
}
