using System.Collections.Concurrent;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Sandbox.Money;
using Dapper;

namespace ClaimsTransfer.Sandbox.Indsigt;

/// <summary>The feed of entries. A position is given when an entry is told, rising, in the transaction that makes it visible: a cursor misses none.</summary>
public sealed class EntryFeed(IStore store, Tellings tellings)
{
    private const int MostAtOnce = 2_000;

    private readonly ConcurrentDictionary<string, long> asked = new(StringComparer.Ordinal);

    /// <summary>Tells what is due; returns whether there may be more at once. One caller.</summary>
    public async Task<bool> TellAsync(CancellationToken cancellation)
    {
        var due = new List<Telling>();
        foreach (var municipality in await tellings.MunicipalitiesAsync(Vendor.OesIndsigt, cancellation))
            due.AddRange(await tellings.DueAsync(Vendor.OesIndsigt, municipality, MostAtOnce, cancellation));
        if (due.Count == 0)
            return false;
        await store.InTransactionAsync(async transaction =>
        {
            var position = await transaction.Connection!.QuerySingleAsync<long>(store.Sql("SELECT COALESCE(MAX(feed_position), 0) FROM sandbox.feed"), transaction: transaction);
            await store.InsertAsync(
                transaction, MoneyTables.Feed, [.. due.Select(telling => (object?[])[++position, telling.Entry.Municipality, telling.Entry.Number])], cancellation);
            await store.InsertNewAsync(
                transaction, MoneyTables.FeedReads, [.. due.Select(telling => telling.Entry.Municipality).Distinct().Select(municipality => (object?[])[municipality, 0L])], cancellation);
            return await Tellings.TakeOffAsync(store, transaction, due);
        }, cancellation);
        return due.Count >= MostAtOnce;
    }

    /// <summary>What stands after a position. Whoever asks after it has everything up to it.</summary>
    public async Task<IReadOnlyList<(long Position, MoneyEntry Entry)>> ReadAsync(string municipality, long after, int most, CancellationToken cancellation)
    {
        await KeepAskedAsync(municipality, after, cancellation);
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<MoneyTables.ToldRow>(store.Sql(
            $"""
            SELECT {store.Top("most")} f.feed_position AS Told, {MoneyTables.EntryColumns} FROM sandbox.feed f JOIN sandbox.money_entries e ON e.entry_number = f.entry_number
            WHERE f.municipality = @municipality AND f.feed_position > @after ORDER BY f.feed_position {store.Limit("most")}
            """), new { municipality, after, most });
        return [.. rows.Select(row => (row.Told, row.ToEntry()))];
    }

    private async Task KeepAskedAsync(string municipality, long after, CancellationToken cancellation)
    {
        if (after <= asked.GetValueOrDefault(municipality))
            return;
        await store.InTransactionAsync(async transaction => await transaction.Connection!.ExecuteAsync(
            store.Sql("UPDATE sandbox.feed_reads SET asked_position = @after WHERE municipality = @municipality AND asked_position < @after"),
            new { municipality, after }, transaction), cancellation);
        asked.AddOrUpdate(municipality, after, (_, before) => Math.Max(before, after));
    }
}

internal sealed partial class EntryFeedTimer(EntryFeed feed, TimeProvider time, ILogger<EntryFeedTimer> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await feed.TellAsync(stoppingToken))
                {
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // What has no position yet gets one in the next round.
                Log.Failed(log, failure);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6311, LogLevel.Error, "The feed of entries failed in a round; it goes on in the next")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
