using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Routing.Saga;
using Dapper;

namespace ClaimsTransfer.Routing.Asking;

/// <summary>Which claims are asked for; everything is optional and holds together with the rest.</summary>
/// <param name="Municipality">Empty: all.</param>
/// <param name="Text">
/// A claim's id, our reference, the debtor system's, a payment slip, a fee, a patron or an agency, as people write them; words are looked for in why a claim is held, rejected or cancelled.
/// </param>
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
        var said = Text?.Trim() is { Length: > 0 } text ? ClaimText.Read(text) : null;
        // What is named is found by its name, and the rest holds of the few that are: wrapped, so that no engine goes through a municipality's list for it.
        var isNamed = said?.DebtorReference is not null;
        Among("municipality", Municipality);
        Among("category", Names<ClaimCategory>(Category));
        Among("status", Names<ClaimStatus>(Status));
        if (Agency is not null)
            Add($"{Word("agency")} = @agency", "agency", Agency);
        Is("fee_id", FeeId);
        Is("claim_id", ClaimId);
        if (From is { } from)
            Add($"{Time("listed_at")} >= @from", "from", from.ToUnixTimeMilliseconds());
        if (To is { } to)
            Add($"{Time("listed_at")} < @to", "to", to.ToUnixTimeMilliseconds());
        if (VersionGap)
            conditions.Add("waiting_since IS NOT NULL");
        if (said is not null)
            Find(said);
        return (conditions.Count == 0 ? "1 = 1" : string.Join(" AND ", conditions), parameters);

        // What has the form of something that an index knows is that; only words are looked for in words.
        void Find(ClaimText said)
        {
            Is("claim_id", said.ClaimId, "textClaim");
            Is("agency", said.Agency, "textAgency");
            const string InWords = "searched IS NOT NULL AND searched LIKE @words ESCAPE '!'";
            if (said.Words is { } words)
                parameters.Add("words", $"%{Literally(words.ToLowerInvariant())}%");
            if (said is { Words: not null, DebtorReference: null })
                conditions.Add(InWords);
            if (said.DebtorReference is not { } reference)
                return;

            // Each is found in its own index, so that none of them is looked for row by row, however many claims there are.
            var named = new List<string>();
            One("debtor_reference", "textReference", reference);
            if (said.Number is { } number)
            {
                One("fee_id", "textFee", number);
                One("patron_id", "textPatron", number);
            }

            foreach (var (slip, index) in said.Slips.Select((slip, index) => (slip, index)))
                One("payment_slip", $"textSlip{index}", slip);
            if (said.Words is not null)
                named.Add($"SELECT claim_id FROM routing.claims WHERE {InWords}");
            conditions.Add($"claim_id IN ({string.Join(" UNION ALL ", named)})");

            void One(string column, string parameter, object value)
            {
                named.Add($"SELECT claim_id FROM routing.claims WHERE {column} = @{parameter}");
                parameters.Add(parameter, value);
            }
        }

        void Among(string column, IReadOnlyCollection<string>? values)
        {
            if (values is { Count: 1 })
                Add($"{Word(column)} = @{column}", column, values.First());
            else if (values is { Count: > 1 })
                Add(store.In(Word(column), column, ColumnType.Text), column, store.List(values));
        }

        string Word(string column) => isNamed ? $"COALESCE({column}, '')" : column;

        string Time(string column) => isNamed ? $"COALESCE({column}, 0)" : column;

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
