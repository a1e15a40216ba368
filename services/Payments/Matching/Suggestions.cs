using System.Globalization;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.Payments.Matching;

/// <summary>An account that an entry may belong to.</summary>
/// <param name="Because">named, payment slip, similar reference and amount, same balance or same amount.</param>
public sealed record Suggestion(string Agency, long FeeId, long AmountOre, long BalanceOre, string Because);

/// <summary>Where an entry may belong, the likeliest first, for a person to compare; nothing is placed by it.</summary>
public sealed partial class Suggestions(IStore store)
{
    private const int MostOfAKind = 3;

    /// <summary>Beside the claim's number, a reference may hold a date, a year, a number of the payer's own.</summary>
    private const int MostNamed = 5;

    /// <summary>A neighbour of the number that was named is as likely another citizen's: it is suggested only where the amount speaks for it too.</summary>
    private const string SameAmount = "(amount_ore = @amount OR (status = 'Open' AND balance_ore = @amount))";

    public async Task<IReadOnlyList<Suggestion>> ForAsync(DebtorEntryUnmatched entry, CancellationToken cancellation)
    {
        var found = new List<Suggestion>();
        var (agencies, named) = Reference(entry);
        if (named.Count > 0)
            await AddAsync("named", store.In("claim_id", "ids"), "fee_id", ids: Ids(agencies, named), most: MostNamed);
        if (PaymentSlips.Guesses(entry.PaymentSlipAsWritten) is { Count: > 0 } slips)
            await AddAsync("payment slip", store.In("payment_slip", "slips", ColumnType.Text), "fee_id", slips: slips);
        if (entry.Kind != DebtorEntryKind.Account)
        {
            if (named.Count > 0)
                await AddAsync("similar reference and amount", $"{store.In("claim_id", "ids")} AND {SameAmount}", "fee_id", ids: Ids(agencies, named.SelectMany(Near)));
            await AddAsync("same balance", "status = 'Open' AND balance_ore = @amount", "changed_at");
            await AddAsync("same amount", "amount_ore = @amount", "changed_at");
        }

        return [.. found.DistinctBy(suggestion => (suggestion.Agency, suggestion.FeeId))];

        async Task AddAsync(string because, string condition, string order, IReadOnlyList<Guid>? ids = null, IReadOnlyList<string>? slips = null, int most = MostOfAKind) =>
            found.AddRange(await QueryAsync(
                because, condition, order,
                new
                {
                    entry.Municipality, amount = Math.Abs(entry.AmountOre), most,
                    ids = ids is null ? null : store.List(ids), slips = slips is null ? null : store.List(slips),
                },
                cancellation));
    }

    /// <summary>
    /// What the reference may name, however it is written: claims of the municipality's own agency and of one that it gives, by each of its numbers, the longest first. A number
    /// with the shape of an agency may be a claim's as well.
    /// </summary>
    private static (IReadOnlyList<string> Agencies, IReadOnlyList<string> Fees) Reference(DebtorEntryUnmatched entry)
    {
        var main = $"DK-7{entry.Municipality.AsSpan(Math.Min(1, entry.Municipality.Length))}00";
        if (entry.Reference is not { } reference || !Identifiers.TryIsil(main, out _, out _))
            return ([], []);
        var numbers = Numbers().Matches(reference).Select(number => number.Value).Distinct().ToList();
        var given = numbers.Select(number => $"DK-{number}").Where(isil => Identifiers.TryIsil(isil, out var its, out _) && its == entry.Municipality);
        return ([.. given.Append(main).Distinct()], [.. numbers.OrderByDescending(number => number.Length).Take(MostNamed)]);
    }

    /// <summary>A claim's id follows from its reference, so that they are looked up by id, however many accounts there are.</summary>
    private static IReadOnlyList<Guid> Ids(IReadOnlyList<string> agencies, IEnumerable<string> fees) =>
        [.. fees.Where(digits => digits.Length is > 0 and <= 18 && digits[0] != '0').Distinct()
            .SelectMany(digits => agencies.Select(agency => DeterministicId.OfClaim(agency, long.Parse(digits, CultureInfo.InvariantCulture))))];

    /// <summary>One slip of the keyboard away: a digit wrong, missing, doubled or changed with its neighbour.</summary>
    private static IEnumerable<string> Near(string digits)
    {
        for (var at = 0; at <= digits.Length; at++)
        {
            for (var digit = '0'; digit <= '9'; digit++)
            {
                yield return digits.Insert(at, digit.ToString());
                if (at < digits.Length)
                    yield return $"{digits.AsSpan(0, at)}{digit}{digits.AsSpan(at + 1)}";
            }

            if (at < digits.Length)
                yield return digits.Remove(at, 1);
            if (at + 1 < digits.Length)
                yield return $"{digits.AsSpan(0, at)}{digits[at + 1]}{digits[at]}{digits.AsSpan(at + 2)}";
        }
    }

    private async Task<IEnumerable<Suggestion>> QueryAsync(string because, string condition, string order, object values, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("most")} agency AS Agency, fee_id AS FeeId, amount_ore AS AmountOre, balance_ore AS BalanceOre
                FROM payments.accounts
                WHERE municipality = @Municipality AND {condition}
                ORDER BY {order} DESC {store.Limit("most")}
                """),
            values, cancellationToken: cancellation));
        return rows.Select(row => new Suggestion(row.Agency, row.FeeId, row.AmountOre, row.BalanceOre, because));
    }

    [GeneratedRegex(@"(?<![0-9])[0-9]{2,17}(?![0-9])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numbers();

    private sealed record Row
    {
        public required string Agency { get; init; }
        public long FeeId { get; init; }
        public long AmountOre { get; init; }
        public long BalanceOre { get; init; }
    }
}
