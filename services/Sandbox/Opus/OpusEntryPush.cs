using System.Collections.Concurrent;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Sandbox.Money;
using Dapper;

namespace ClaimsTransfer.Sandbox.Opus;

/// <summary>
/// Brings entries to the municipalities' newest addresses, again and again until they answer 200. Each municipality is served by itself: one that does not answer keeps
/// nobody else waiting.
/// </summary>
internal sealed partial class OpusEntryPush(
    IStore store, Tellings tellings, OpusCallbacks callbacks, FaultControl faults, MoneyControl money, TimeProvider time, ILogger<OpusEntryPush> log) : BackgroundService
{
    private const int MostPerCall = 200;
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Task> running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Failure> failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> kept = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Idle, time);
        var recalled = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (!recalled)
                    await RecallAsync(stoppingToken);
                recalled = true;
                await KeepAsync(stoppingToken);
                foreach (var municipality in await tellings.MunicipalitiesAsync(Vendor.KmdOpus, stoppingToken))
                {
                    if (!running.TryGetValue(municipality, out var task) || task.IsCompleted)
                        running[municipality] = BringAllAsync(municipality, stoppingToken);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.Failed(log, failure);
            }
        }
    }

    private async Task BringAllAsync(string municipality, CancellationToken cancellation)
    {
        try
        {
            while (MayTry(municipality) && callbacks.AddressOf(municipality) is { } address)
            {
                var due = await tellings.DueAsync(Vendor.KmdOpus, municipality, MostPerCall, cancellation);
                if (due.Count == 0)
                    return;
                // In an order that is none: whoever is told must not rely on one.
                var shuffled = due.OrderBy(telling => money.Draw("order", $"{telling.Number}"));
                var isCut = faults.CutsOff($"opus-entries/{municipality}/{due[0].Number}");
                if (await callbacks.SendAsync(municipality, address, OpusEntries.Document(shuffled), cancellation, isCut) is { } reason)
                {
                    var failed = failures.AddOrUpdate(municipality, _ => new Failure(address, 1, time.GetUtcNow()), (_, before) => new Failure(address, before.Times + 1, time.GetUtcNow()));
                    Log.NotBrought(log, municipality, due.Count, reason, failed.Pause.TotalSeconds);
                    return;
                }

                failures.TryRemove(municipality, out _);
                await tellings.TakeOffAsync(due, cancellation);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // What was not taken off is brought again.
            Log.Failed(log, failure);
        }
    }

    /// <summary>A new address is tried at once.</summary>
    private bool MayTry(string municipality) =>
        !faults.Plan.Down.Contains(municipality)
        && (!failures.TryGetValue(municipality, out var failed) || failed.Address != callbacks.AddressOf(municipality) || time.GetUtcNow() >= failed.At + failed.Pause);

    /// <summary>
    /// A municipality whose claims are all acknowledged may have no reason to call for days: its address must outlast the process. What an older version did not keep is
    /// where its newest receipt went.
    /// </summary>
    private async Task RecallAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        foreach (var row in await connection.QueryAsync<AddressRow>(store.Sql("SELECT municipality AS Municipality, address AS Address FROM sandbox.callbacks")))
            callbacks.Recall(row.Municipality, kept[row.Municipality] = row.Address);
        foreach (var row in await connection.QueryAsync<AddressRow>(store.Sql(
            """
            SELECT d.municipality AS Municipality, d.reply_to AS Address FROM sandbox.decisions d
            JOIN (SELECT MAX(receipt_number) AS newest FROM sandbox.decisions WHERE vendor = @vendor AND reply_to IS NOT NULL GROUP BY municipality) n ON n.newest = d.receipt_number
            """), new { vendor = nameof(Vendor.KmdOpus) }))
            callbacks.Recall(row.Municipality, row.Address);
    }

    private async Task KeepAsync(CancellationToken cancellation)
    {
        var learned = callbacks.All.Where(known => kept.GetValueOrDefault(known.Key) != known.Value).ToList();
        if (learned.Count == 0)
            return;
        await store.InTransactionAsync(async transaction =>
        {
            await store.UpsertAsync(transaction, MoneyTables.Callbacks, [.. learned.Select(known => (object?[])[known.Key, known.Value])], cancellation);
            return true;
        }, cancellation);
        foreach (var (municipality, address) in learned)
            kept[municipality] = address;
    }

    private sealed record Failure(string Address, int Times, DateTimeOffset At)
    {
        public TimeSpan Pause => TimeSpan.FromMilliseconds(Math.Min(250 * Math.Pow(2, Math.Min(Times, 20)), LongestDelay.TotalMilliseconds));
    }

    private sealed class AddressRow
    {
        public string Municipality { get; init; } = "";
        public string Address { get; init; } = "";
    }

    private static partial class Log
    {
        [LoggerMessage(7111, LogLevel.Warning, "{Municipality}: {Count} entries were not taken ({Reason}); they are brought again in {Seconds} s")]
        public static partial void NotBrought(ILogger log, string municipality, int count, string reason, double seconds);

        [LoggerMessage(7112, LogLevel.Error, "Bringing entries failed; they are brought again soon")]
        public static partial void Failed(ILogger log, Exception failure);
    }
}
