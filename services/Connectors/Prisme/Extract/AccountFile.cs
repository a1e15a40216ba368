using System.Globalization;
using System.Runtime.CompilerServices;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Prisme.Format;

namespace ClaimsTransfer.Prisme.Extract;

/// <summary>
/// A <c>.saldo</c> file, which may hold a million claims: gone through twice and never held. First to its end, to know that it is whole and agrees with its totals; then again
/// for the claims.
/// </summary>
public sealed class AccountFile(string path)
{
    private const string Header = "X00";
    private const string Line = "X10";
    private const string Trailer = "X99";

    /// <summary>Why nothing of the file counts; null when all of it does.</summary>
    public async Task<string?> FindFaultAsync(string municipality, string questionId, CancellationToken cancellation)
    {
        var (number, count, sumOre) = (0, 0L, 0m);
        TaggedRecord? trailer = null;
        try
        {
            await foreach (var record in TaggedLines.ReadAsync(path, cancellation))
            {
                number++;
                if (number == 1 && (record.Type != Header || record[1] != "PRISME-SALDO" || record[2] != "1" || record[3] != municipality || record[4] != questionId))
                    return "its header is not of the answer that was asked for";
                if (trailer is not null)
                    return "something follows its trailer";
                if (record.Type == Trailer)
                    trailer = record;
                else if (number > 1)
                {
                    if (Account(record) is not { } account)
                        return $"line {number} is not a claim";
                    count++;
                    sumOre += account.AmountOre;
                }
            }
        }
        catch (InvalidDataException broken)
        {
            return broken.Message;
        }

        if (trailer is null)
            return "it has no trailer: it was cut off";
        return trailer.OreOf(1) != count || trailer.OreOf(2) != sumOre ? $"its trailer has other totals than the {count} claims of {sumOre} øre that are there" : null;
    }

    /// <summary>Only of a file without a fault.</summary>
    public async IAsyncEnumerable<DebtorAccount> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var record in TaggedLines.ReadAsync(path, cancellation))
        {
            if (Account(record) is { } account)
                yield return account;
        }
    }

    private static DebtorAccount? Account(TaggedRecord line) =>
        line.Type == Line && line.TextOf(1) is { Length: <= 100 } reference && line.OreOf(2) is { } amountOre && line.OreOf(3) is { } coveredOre && line.OreOf(4) is { } writtenOffOre
            && line[5] is "A" or "N" && int.TryParse(line[6], NumberStyles.None, CultureInfo.InvariantCulture, out var bookings)
            ? new DebtorAccount(reference, amountOre, coveredOre, writtenOffOre, line[5] == "A", bookings, line.MomentOf(7))
            : null;
}
