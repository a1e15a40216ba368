using System.Data.Common;

namespace ClaimsTransfer.Defaults.Storage;

public static class DecidedWrites
{
    /// <summary>
    /// Writes in one transaction what was decided from rows read before it. A row that is there by now, or has another version, is a <see cref="LostRaceException"/> at once:
    /// running the same transaction again would only lose again, whoever decided has to look again first.
    /// </summary>
    /// <param name="lost">What somebody else has done, for the exception.</param>
    public static async Task SaveDecidedAsync(this IStore store, string lost, Func<DbTransaction, Task> save, CancellationToken cancellation)
    {
        try
        {
            await store.InTransactionAsync(
                async transaction =>
                {
                    try
                    {
                        await save(transaction);
                    }
                    catch (LostRaceException race)
                    {
                        // As one that the store does not try again.
                        throw new RowExistsException(race.Message, race);
                    }

                    return true;
                },
                cancellation);
        }
        catch (RowExistsException taken)
        {
            throw new LostRaceException(lost, taken);
        }
    }
}
