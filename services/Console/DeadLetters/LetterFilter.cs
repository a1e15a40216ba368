using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Access;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>Which letters; whatever is absent is not looked at.</summary>
public sealed record LetterFilter
{
    /// <summary>Absent: those that wait for somebody.</summary>
    public IReadOnlyList<LetterStatus>? Status { get; init; }

    public string? Fingerprint { get; init; }

    /// <summary>Any of these; what a cause in business terms stands for.</summary>
    [JsonIgnore]
    public IReadOnlyList<string>? Fingerprints { get; init; }

    /// <summary>The cause in business terms, <see cref="Cause.Key"/>.</summary>
    public string? Cause { get; init; }

    public IReadOnlyList<string>? Municipality { get; init; }
    public string? Vendor { get; init; }

    /// <summary>The message type.</summary>
    public string? Name { get; init; }

    public string? Queue { get; init; }
    public Guid? ClaimId { get; init; }
    public string? Agency { get; init; }
    public long? FeeId { get; init; }
    public string? MessageId { get; init; }
    public Guid? ReplayId { get; init; }

    /// <summary>Part of the cause's text.</summary>
    public string? Text { get; init; }

    /// <summary>Failed last at that moment or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Failed last before.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Just these.</summary>
    public IReadOnlyList<Guid>? LetterIds { get; init; }

    /// <summary>The municipalities that whoever asks may see; null: all, and what names none.</summary>
    [JsonIgnore]
    public IReadOnlySet<string>? Scope { get; init; }

    public LetterFilter For(Actor actor) => this with { Scope = actor.Municipalities };

    /// <summary>Nothing given: every letter that waits.</summary>
    [JsonIgnore]
    public bool IsEverything => this with { Status = null, Scope = null } == new LetterFilter();

    /// <summary>Conditions, to follow a WHERE, on the letters under <paramref name="alias"/>.</summary>
    internal string Where(IStore store, DynamicParameters parameters, string alias = "l")
    {
        var conditions = new List<string>();
        Among("status", (Status ?? [LetterStatus.Open]).Select(status => status.ToString()).ToList());
        Equal("fingerprint", Fingerprint);
        Among("fingerprint", Fingerprints, "fingerprints");
        Among("municipality", Municipality);
        Among("municipality", Scope?.ToList(), "scope");
        Equal("vendor", Vendor);
        Equal("name", Name);
        Equal("queue", Queue);
        Equal("agency", Agency);
        Equal("message_id", MessageId);
        Value("claim_id", ClaimId);
        Value("fee_id", FeeId);
        Value("replay_id", ReplayId);
        if (LetterIds is not null)
        {
            conditions.Add(store.In($"{alias}.letter_id", "letterIds"));
            parameters.Add("letterIds", store.List(LetterIds));
        }

        if (!string.IsNullOrWhiteSpace(Text))
        {
            conditions.Add($"LOWER({alias}.cause_text) LIKE @text ESCAPE '!'");
            parameters.Add("text", $"%{Text.Trim().ToLowerInvariant().Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal).Replace("[", "![", StringComparison.Ordinal)}%");
        }

        Moment("from", From, ">=");
        Moment("to", To, "<");
        return string.Join(" AND ", conditions);

        void Equal(string column, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                Value<string>(column, value);
        }

        void Value<T>(string column, T? value)
        {
            if (value is null)
                return;
            conditions.Add($"{alias}.{column} = @{column}");
            parameters.Add(column, value);
        }

        void Among(string column, IReadOnlyList<string>? values, string? parameter = null)
        {
            if (values is null || (values.Count == 0 && parameter is null))
                return;
            conditions.Add(values.Count == 1 ? $"{alias}.{column} = @{parameter ?? column}" : store.In($"{alias}.{column}", parameter ?? column, ColumnType.Text));
            parameters.Add(parameter ?? column, values.Count == 1 ? values[0] : store.List(values));
        }

        void Moment(string parameter, DateTimeOffset? at, string comparison)
        {
            if (at is not { } moment)
                return;
            conditions.Add($"{alias}.last_failed_at {comparison} @{parameter}");
            parameters.Add(parameter, moment.ToUnixTimeMilliseconds());
        }
    }
}
