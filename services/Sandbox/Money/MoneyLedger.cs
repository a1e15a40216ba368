using System.Data.Common;
using System.Globalization;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Ledger;
using Dapper;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>
/// Gives each claim held its lot, and carries out what follows from it. A sweep over the registrations in the order of their decisions, with a durable cursor, finds the
/// claims: whoever books an instruction waits for nothing of it.
/// </summary>
public sealed class MoneyLedger(IStore store, MoneyControl control, TimeProvider time)
{
    private const int MostPerTransaction = 2_000;
    private const string Cursor = "money-sweep";

    /// <summary>Draws for the next registrations; returns whether there may be more at once.</summary>
    public async Task<bool> SweepAsync(CancellationToken cancellation)
    {
        if (!control.IsOn)
            return false;
        var swept = await SweptAsync(cancellation);
        var next = await RegisteredAsync(swept, cancellation);
        if (next.Count == 0)
            return false;
        await store.InTransactionAsync(async transaction =>
        {
            var held = await LedgerReading.ClaimsAsync(store, transaction.Connection!, transaction, References(next.Where(decision => decision.IsRegistration).Select(decision => decision.Reference)));
            var lots = held.Where(claim => claim.State == ClaimState.InForce)
                .Select(claim => (Claim: claim, Lot: control.LotOf(claim.Municipality, claim.Reference))).Where(drawn => drawn.Lot != Lot.None).ToList();
            // A claim that has an account has drawn before: its registration came a second time.
            var first = await store.InsertNewAsync(
                transaction, MoneyTables.Accounts, [.. lots.Select(drawn => MoneyTables.Row(drawn.Claim.Municipality, drawn.Claim.Reference, ClaimMoney.None))], cancellation);
            var now = time.GetUtcNow();
            await store.InsertAsync(transaction, MoneyTables.Steps,
            [
                .. first.SelectMany(index => MoneyScript.Of(lots[index].Lot, control, lots[index].Claim.Municipality, lots[index].Claim.Reference, now)).Select(MoneyTables.Row),
            ], cancellation);
            await store.UpsertAsync(transaction, LedgerTables.Settings, [[Cursor, next[^1].Number.ToString(CultureInfo.InvariantCulture)]], cancellation);
            return true;
        }, cancellation);
        return next.Count == MostPerTransaction;
    }

    /// <summary>Carries out the steps that are due, in their order; returns whether there may be more at once.</summary>
    public async Task<bool> MakeDueAsync(CancellationToken cancellation)
    {
        var steps = await DueAsync(cancellation);
        if (steps.Count == 0)
            return false;
        var references = References(steps.Select(step => step.Reference));
        await store.InTransactionAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            var last = await connection.QuerySingleAsync<long>(store.Sql("SELECT COALESCE(MAX(entry_number), 0) FROM sandbox.money_entries"), transaction: transaction);
            var books = new MoneyBooks(control, time.GetUtcNow(), last);
            books.Load(
                await LedgerReading.ClaimsAsync(store, connection, transaction, references),
                await CoverageAsync(transaction, References(steps.Where(step => step.Action == MoneyAction.TakeBack).Select(step => step.Reference))));
            foreach (var step in steps)
                books.Make(step);

            await store.InsertAsync(transaction, MoneyTables.Entries, [.. books.Entries.Select(MoneyTables.Row)], cancellation);
            await store.UpsertAsync(
                transaction, MoneyTables.Accounts, [.. books.Changed.Select(changed => MoneyTables.Row(changed.Claim.Municipality, changed.Claim.Reference, changed.Money))], cancellation);
            await store.InsertAsync(transaction, MoneyTables.Tellings, [.. books.Tellings.Select(telling => MoneyTables.Row(telling.Telling, telling.DueAt))], cancellation);
            await connection.ExecuteAsync(
                store.Sql($"DELETE FROM sandbox.money_steps WHERE {store.In("step_id", "ids", ColumnType.Text)}"),
                new { ids = store.List<string>([.. steps.Select(step => step.Id)]) }, transaction);
            return true;
        }, cancellation);
        return steps.Count == MostPerTransaction;
    }

    /// <summary>A claim's lines, in the order they were booked.</summary>
    public async Task<IReadOnlyList<MoneyEntry>> EntriesAsync(string municipality, string reference, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<MoneyTables.EntryRow>(store.Sql(
            $"SELECT {MoneyTables.EntryColumns} FROM sandbox.money_entries e WHERE e.reference = @reference AND e.municipality = @municipality ORDER BY e.entry_number"),
            new { reference, municipality });
        return [.. rows.Select(row => row.ToEntry())];
    }

    /// <summary>The number of the last decision that was looked at.</summary>
    internal async Task<long> SweptAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var value = await connection.QuerySingleOrDefaultAsync<string>(store.Sql("SELECT value FROM sandbox.settings WHERE name = @name"), new { name = Cursor });
        return value is null ? 0 : long.Parse(value, CultureInfo.InvariantCulture);
    }

    private async Task<List<DecisionLine>> RegisteredAsync(long swept, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<DecisionLine>(store.Sql(
            $"""
            SELECT {store.Top("most")} receipt_number AS Number, reference AS Reference, kind AS Kind, refusal AS Refusal FROM sandbox.decisions
            WHERE receipt_number > @swept ORDER BY receipt_number {store.Limit("most")}
            """), new { swept, most = MostPerTransaction });
        return rows.AsList();
    }

    private async Task<List<MoneyStep>> DueAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<MoneyTables.StepRow>(store.Sql(
            $"""
            SELECT {store.Top("most")} municipality AS Municipality, reference AS Reference, step_number AS Number, action AS Action, due_at AS DueAt FROM sandbox.money_steps
            WHERE due_at <= @now ORDER BY due_at, reference, step_number {store.Limit("most")}
            """), new { now = time.GetUtcNow().ToUnixTimeMilliseconds(), most = MostPerTransaction });
        return [.. rows.Select(row => row.ToStep())];
    }

    private async Task<IEnumerable<MoneyEntry>> CoverageAsync(DbTransaction transaction, IReadOnlyCollection<string> references)
    {
        if (references.Count == 0)
            return [];
        var rows = await transaction.Connection!.QueryAsync<MoneyTables.EntryRow>(store.Sql(
            $"""
            SELECT {MoneyTables.EntryColumns} FROM sandbox.money_entries e
            WHERE {store.In("e.reference", "references", ColumnType.Text)} AND e.kind = @kind AND e.part = @part ORDER BY e.entry_number
            """), new { references = store.List(references), kind = nameof(MoneyKind.Coverage), part = nameof(MoneyPart.Principal) }, transaction);
        return rows.Select(row => row.ToEntry());
    }

    private static List<string> References(IEnumerable<string> references) => [.. references.Distinct(StringComparer.Ordinal)];

    private sealed class DecisionLine
    {
        public long Number { get; init; }
        public string Reference { get; init; } = "";
        public string Kind { get; init; } = "";
        public string? Refusal { get; init; }

        public bool IsRegistration => Kind == nameof(InstructionKind.Register) && Refusal is null;
    }
}
