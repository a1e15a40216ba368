using System.Collections.Concurrent;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Sandbox.Faults;
using Dapper;

namespace ClaimsTransfer.Sandbox.Ledger;

/// <summary>
/// The three stand-in debtor systems' ledger. What it answers is committed before it answers. Instructions that arrive while a transaction is committing
/// share the next one, which is what makes thousands a second possible without ever answering early.
/// </summary>
public sealed partial class DebtorLedger(IStore store, FaultControl faults, TimeProvider time)
{
    private const int MostPerTransaction = 1_000;
    private const int PageSize = 1_000;

    private readonly ConcurrentQueue<Waiting> waiting = new();
    private int writing;
    private byte[]? hashKey;

    /// <summary>Brings the schema up to date; before anything else is called.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        await store.MigrateAsync(LedgerTables.Migrations, cancellation);
        var drawn = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        hashKey = await store.InTransactionAsync(async transaction =>
        {
            await store.InsertNewAsync(transaction, LedgerTables.Settings, [["hash-key", drawn]], cancellation);
            var key = await transaction.Connection!.QuerySingleAsync<string>(
                store.Sql("SELECT value FROM sandbox.settings WHERE name = @name"), new { name = "hash-key" }, transaction);
            return Convert.FromBase64String(key);
        }, cancellation);
    }

    /// <summary>Books what arrived, in order, in one transaction; returns when it is durable.</summary>
    public async Task<IReadOnlyList<Decision>> TakeAsync(IReadOnlyList<Arrival> arrivals, CancellationToken cancellation)
    {
        if (arrivals.Count == 0)
            return [];
        var mine = new Waiting(arrivals);
        waiting.Enqueue(mine);
        // What is queued is written even if its caller has gone: it arrived.
        if (Interlocked.CompareExchange(ref writing, 1, 0) == 0)
            _ = Task.Run(WriteAllAsync, CancellationToken.None);
        return await mine.Answer.Task.WaitAsync(cancellation);
    }

    /// <summary>What was decided about these instructions; those that never arrived are missing.</summary>
    public async Task<IReadOnlyDictionary<Guid, Decision>> FindAsync(string municipality, IReadOnlyCollection<Guid> instructionIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var found = await LoadDecisionsAsync(connection, null, instructionIds);
        return found.Where(decision => decision.Municipality == municipality).ToDictionary(decision => decision.InstructionId);
    }

    public async Task<LedgerClaim?> FindClaimAsync(string municipality, string reference, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return (await LedgerReading.ClaimsAsync(store, connection, null, [reference])).FirstOrDefault(claim => claim.Municipality == municipality);
    }

    public async Task<IReadOnlyList<LedgerEntry>> EntriesAsync(string municipality, string reference, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<LedgerTables.EntryRow>(store.Sql(
            """
            SELECT entry_number AS Number, kind AS Kind, amount_ore AS AmountOre, instruction_id AS InstructionId, booked_at AS BookedAt
            FROM sandbox.entries WHERE reference = @reference AND municipality = @municipality ORDER BY entry_number
            """), new { reference, municipality });
        return [.. rows.Select(row => row.ToEntry())];
    }

    /// <summary>
    /// The municipality's receipts after a number, oldest first, up to the first that is not due yet: a feed whose cursor is <see cref="Decision.ReceiptNumber"/>
    /// misses none.
    /// </summary>
    public async Task<IReadOnlyList<Decision>> ReceiptsAsync(string municipality, long afterNumber, int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<LedgerTables.DecisionRow>(store.Sql(
            $"""
            SELECT {store.Top("most")} {LedgerTables.DecisionColumns} FROM sandbox.decisions
            WHERE municipality = @municipality AND receipt_number > @afterNumber ORDER BY receipt_number {store.Limit("most")}
            """), new { municipality, afterNumber, most });
        var now = time.GetUtcNow();
        return [.. rows.Select(row => row.ToDecision()).TakeWhile(decision => !decision.IsInProgress(now))];
    }

    /// <summary>Every registered claim, or one municipality's, in pages: any number in bounded memory.</summary>
    public async IAsyncEnumerable<LedgerClaim> ReadAsync(string? municipality, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (reference, of) = ("", "");
        while (true)
        {
            await using var connection = await store.OpenAsync(cancellation);
            var rows = (await connection.QueryAsync<LedgerTables.ClaimRow>(store.Sql(
                $"""
                SELECT {store.Top("most")} {LedgerTables.ClaimColumns} FROM sandbox.claims
                WHERE (reference > @reference OR (reference = @reference AND municipality > @of)) {(municipality is null ? "" : "AND municipality = @municipality")}
                ORDER BY reference, municipality {store.Limit("most")}
                """), new { reference, of, municipality, most = PageSize })).AsList();
            foreach (var claim in await LedgerReading.WithMoneyAsync(store, connection, null, rows))
                yield return claim;
            if (rows.Count < PageSize)
                yield break;
            (reference, of) = (rows[^1].Reference, rows[^1].Municipality);
        }
    }

    private async Task WriteAllAsync()
    {
        do
        {
            while (await WriteGroupAsync())
            {
            }

            Volatile.Write(ref writing, 0);
        }
        while (!waiting.IsEmpty && Interlocked.CompareExchange(ref writing, 1, 0) == 0);
    }

    private async Task<bool> WriteGroupAsync()
    {
        var group = new List<Waiting>();
        for (var count = 0; count < MostPerTransaction && waiting.TryDequeue(out var next); count += next.Arrivals.Count)
            group.Add(next);
        if (group.Count == 0)
            return false;
        try
        {
            var answers = await store.InTransactionAsync(transaction => BookAsync(transaction, group), CancellationToken.None);
            for (var i = 0; i < group.Count; i++)
                group[i].Answer.SetResult(answers[i]);
        }
        catch (Exception failure)
        {
            // Nothing was committed: every caller of this group is told, and none of the next.
            foreach (var caller in group)
                caller.Answer.SetException(failure);
        }

        return true;
    }

    private async Task<List<IReadOnlyList<Decision>>> BookAsync(DbTransaction transaction, List<Waiting> group)
    {
        var connection = transaction.Connection!;
        var key = hashKey ?? throw new InvalidOperationException("The ledger was not opened: call OpenAsync first.");
        var arrivals = group.SelectMany(caller => caller.Arrivals).ToList();
        var last = await connection.QuerySingleAsync<long>(
            store.Sql("SELECT COALESCE(MAX(receipt_number), 0) FROM sandbox.decisions"), transaction: transaction);
        var books = new Bookkeeping(
            faults, time.GetUtcNow(), number => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(number)))[..32], last);
        books.Load(
            await LedgerReading.ClaimsAsync(store, connection, transaction, [.. arrivals.Select(arrival => arrival.Reference).Distinct(StringComparer.Ordinal)]),
            await LoadDecisionsAsync(connection, transaction, [.. arrivals.Select(arrival => arrival.InstructionId).Distinct()]));
        var answers = group.Select(caller => (IReadOnlyList<Decision>)[.. caller.Arrivals.Select(books.Take)]).ToList();

        await store.UpsertAsync(transaction, LedgerTables.Claims, [.. books.ChangedClaims.Select(LedgerTables.Row)], CancellationToken.None);
        var decisions = books.ChangedDecisions.ToList();
        await store.UpsertAsync(transaction, LedgerTables.Decisions, [.. decisions.Select(LedgerTables.Row)], CancellationToken.None);
        await store.InsertAsync(
            transaction, LedgerTables.Entries, [.. books.NewEntries.Select(booked => LedgerTables.Row(booked.Claim, booked.Entry))], CancellationToken.None);
        await ReceiptOutbox.PutAsync(store, transaction, decisions);
        return answers;
    }

    private async Task<List<Decision>> LoadDecisionsAsync(DbConnection connection, DbTransaction? transaction, IReadOnlyCollection<Guid> ids) =>
        [.. (await connection.QueryAsync<LedgerTables.DecisionRow>(
            store.Sql($"SELECT {LedgerTables.DecisionColumns} FROM sandbox.decisions WHERE {store.In("instruction_id", "ids", ColumnType.Text)}"),
            new { ids = store.List<string>([.. ids.Select(id => id.ToString())]) }, transaction)).Select(row => row.ToDecision())];

    private sealed record Waiting(IReadOnlyList<Arrival> Arrivals)
    {
        public TaskCompletionSource<IReadOnlyList<Decision>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
