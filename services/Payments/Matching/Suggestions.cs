using System.Globalization;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.Payments.Matching;

/// <summary>An account that an entry may belong to.</summary>
/// <param name="Because">same balance, same amount or similar reference.</param>
public sealed record Suggestion(string Agency, long FeeId, long AmountOre, long BalanceOre, string Because);

/// <summary>Where an entry may belong, for a person to compare; nothing is placed by it.</summary>
public sealed partial class Suggestions(IStore store)
{
    private const int MostOfAKind = 3;

    public async Task<IReadOnlyList<Suggestion>> ForAsync(DebtorEntryUnmatched entry, CancellationToken cancellation)
    {
        var found = new List<Suggestion>();
        var ids = Similar(entry.Reference, entry.Municipality);
        if (ids.Count > 0)
            found.AddRange(await QueryAsync("similar reference", store.In("claim_id", "ids"), "fee_id", new { entry.Municipality, ids = store.List(ids), most = MostOfAKind }, cancellation));
        if (entry.Kind != DebtorEntryKind.Account)
        {
            var values = new { entry.Municipality, amount = Math.Abs(entry.AmountOre), most = MostOfAKind };
            found.AddRange(await QueryAsync("same balance", "status = 'Open' AND balance_ore = @amount", "changed_at", values, cancellation));
            found.AddRange(await QueryAsync("same amount", "amount_ore = @amount", "changed_at", values, cancellation));
        }

        return [.. found.DistinctBy(suggestion => (suggestion.Agency, suggestion.FeeId))];
    }

    /// <summary>
    /// Claims whose reference is one slip of the keyboard away: a digit wrong, missing, doubled or changed with its neighbour. A claim's id follows from its reference, so
    /// they are looked up by id, however many accounts there are.
    /// </summary>
    private static IReadOnlyList<Guid> Similar(string? reference, string municipality)
    {
        if (reference is null || !Identifiers.TryIsil($"DK-7{municipality.AsSpan(Math.Min(1, municipality.Length))}00", out _, out _))
            return [];
        var isil = Isil().Match(reference);
        var agency = isil.Success && Identifiers.TryIsil($"DK-{isil.Groups[1].Value}", out var its, out _) && its == municipality
            ? $"DK-{isil.Groups[1].Value}"
            : $"DK-7{municipality[1..]}00";
        var fee = FeeId().Match(isil.Success ? reference[(isil.Index + isil.Length)..] : reference);
        return fee.Success
            ? [.. Near(fee.Value).Where(digits => digits.Length is > 0 and <= 18 && digits[0] != '0').Distinct()
                .Select(digits => DeterministicId.OfClaim(agency, long.Parse(digits, CultureInfo.InvariantCulture)))]
            : [];
    }

    private static IEnumerable<string> Near(string digits)
    {
        yield return digits;
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
