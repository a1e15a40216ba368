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

    /// <summary>A neighbour of the number that was named is as likely another citizen's: it is suggested only where the amount speaks for it too.</summary>
    private const string SameAmount = "(amount_ore = @amount OR (status = 'Open' AND balance_ore = @amount))";

    public async Task<IReadOnlyList<Suggestion>> ForAsync(DebtorEntryUnmatched entry, CancellationToken cancellation)
    {
        var found = new List<Suggestion>();
        var reference = Reference(entry);
        if (reference is { } named)
            await AddAsync("named", store.In("claim_id", "ids"), "fee_id", ids: Ids(named.Agency, [named.Fee]));
        if (PaymentSlips.Guesses(entry.PaymentSlipAsWritten) is { Count: > 0 } slips)
            await AddAsync("payment slip", store.In("payment_slip", "slips", ColumnType.Text), "fee_id", slips: slips);
        if (entry.Kind != DebtorEntryKind.Account)
        {
            if (reference is { } near)
                await AddAsync("similar reference and amount", $"{store.In("claim_id", "ids")} AND {SameAmount}", "fee_id", ids: Ids(near.Agency, Near(near.Fee)));
            await AddAsync("same balance", "status = 'Open' AND balance_ore = @amount", "changed_at");
            await AddAsync("same amount", "amount_ore = @amount", "changed_at");
        }

        return [.. found.DistinctBy(suggestion => (suggestion.Agency, suggestion.FeeId))];

        async Task AddAsync(string because, string condition, string order, IReadOnlyList<Guid>? ids = null, IReadOnlyList<string>? slips = null) =>
            found.AddRange(await QueryAsync(
                because, condition, order,
                new
                {
                    entry.Municipality, amount = Math.Abs(entry.AmountOre), most = MostOfAKind,
                    ids = ids is null ? null : store.List(ids), slips = slips is null ? null : store.List(slips),
                },
                cancellation));
    }

    /// <summary>The claim that the reference names, however it is written: its agency, the municipality's own where none is given, and the digits of its fee.</summary>
    private static (string Agency, string Fee)? Reference(DebtorEntryUnmatched entry)
    {
        var main = $"DK-7{entry.Municipality.AsSpan(Math.Min(1, entry.Municipality.Length))}00";
        if (entry.Reference is not { } reference || !Identifiers.TryIsil(main, out _, out _))
            return null;
        var isil = Isil().Match(reference);
        var agency = isil.Success && Identifiers.TryIsil($"DK-{isil.Groups[1].Value}", out var its, out _) && its == entry.Municipality ? $"DK-{isil.Groups[1].Value}" : main;
        var fee = FeeId().Match(isil.Success ? reference[(isil.Index + isil.Length)..] : reference);
        return fee.Success ? (agency, fee.Value) : null;
    }

    /// <summary>A claim's id follows from its reference, so that they are looked up by id, however many accounts there are.</summary>
    private static IReadOnlyList<Guid> Ids(string agency, IEnumerable<string> fees) =>
        [.. fees.Where(digits => digits.Length is > 0 and <= 18 && digits[0] != '0').Distinct()
            .Select(digits => DeterministicId.OfClaim(agency, long.Parse(digits, CultureInfo.InvariantCulture)))];

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

    [GeneratedRegex(@"(7\d{5})(?=\D)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Isil();

    [GeneratedRegex(@"\d{2,17}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FeeId();

    private sealed record Row
    {
        public required string Agency { get; init; }
        public long FeeId { get; init; }
        public long AmountOre { get; init; }
        public long BalanceOre { get; init; }
    }
}
