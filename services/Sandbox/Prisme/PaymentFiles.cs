using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Money;
using Dapper;

namespace ClaimsTransfer.Sandbox.Prisme;

/// <summary>A payment file on its way.</summary>
/// <param name="Name">Never used again: written again for who asks, it has another.</param>
/// <param name="IsWritten">False: still to be written under this name.</param>
/// <param name="IsBad">It is, or is to be, cut off or wrong in its totals; it counts as taken only when it was asked for again and written rightly.</param>
public sealed record PaymentFile(string Id, string Municipality, string Name, bool IsWritten, bool IsBad, int Entries);

/// <summary>
/// Which entries went into which file, kept for good: a file that is asked for again has the same content under the same FILEID. What is written where is put down before it
/// is written.
/// </summary>
public sealed class PaymentFiles(IStore store, Tellings tellings)
{
    private const int MostPerFile = 2_000;
    private const string Due = "Due";
    private const string Written = "Written";
    private const string Taken = "Taken";

    /// <summary>Puts what is due at a municipality down for a file; null when nothing is.</summary>
    public async Task<PaymentFile?> StartAsync(string municipality, Func<string, string> nameOf, Func<string, bool> isBad, CancellationToken cancellation)
    {
        var due = await tellings.DueAsync(Vendor.Prisme, municipality, MostPerFile, cancellation);
        if (due.Count == 0)
            return null;
        // Each telling is in one file only, so its number names the file.
        var id = DeterministicId.Create(DeterministicId.ClaimsTransfer, $"sandbox/payment-file/{municipality}/{due[0].Number}").ToString("N");
        var file = new PaymentFile(id, municipality, nameOf(id), IsWritten: false, isBad(id), due.Count);
        await store.InTransactionAsync(async transaction =>
        {
            await store.InsertAsync(transaction, MoneyTables.PaymentFiles, [Row(file, Due)], cancellation);
            await store.InsertAsync(
                transaction, MoneyTables.PaymentFileLines, [.. due.Select((telling, index) => (object?[])[file.Id, (long)index, telling.Entry.Number])], cancellation);
            return await Tellings.TakeOffAsync(store, transaction, due);
        }, cancellation);
        return file;
    }

    /// <summary>Those not taken yet, oldest name first.</summary>
    public async Task<IReadOnlyList<PaymentFile>> OpenAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<FileRow>(store.Sql($"SELECT {Columns} FROM sandbox.payment_files WHERE state IN ('{Due}', '{Written}') ORDER BY municipality, file_name"));
        return [.. rows.Select(row => row.ToFile())];
    }

    public async Task<PaymentFile?> FindAsync(string municipality, string fileId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<FileRow>(
            store.Sql($"SELECT {Columns} FROM sandbox.payment_files WHERE file_id = @fileId AND municipality = @municipality"), new { fileId, municipality });
        return row?.ToFile();
    }

    public async Task<IReadOnlyList<MoneyEntry>> EntriesAsync(PaymentFile file, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<MoneyTables.EntryRow>(store.Sql(
            $"""
            SELECT {MoneyTables.EntryColumns} FROM sandbox.payment_file_lines l JOIN sandbox.money_entries e ON e.entry_number = l.entry_number
            WHERE l.file_id = @id ORDER BY l.line_number
            """), new { id = file.Id });
        return [.. rows.Select(row => row.ToEntry())];
    }

    /// <summary>It was asked for again: to be written under a new name, rightly this time.</summary>
    public Task<PaymentFile> AgainAsync(PaymentFile file, string name, CancellationToken cancellation) =>
        KeepAsync(file with { Name = name, IsWritten = false, IsBad = false }, Due, cancellation);

    public Task<PaymentFile> WrittenAsync(PaymentFile file, CancellationToken cancellation) => KeepAsync(file with { IsWritten = true }, Written, cancellation);

    /// <summary>It lies where it was put no longer, and nothing was wrong with it.</summary>
    public Task<PaymentFile> TakenAsync(PaymentFile file, CancellationToken cancellation) => KeepAsync(file, Taken, cancellation);

    private async Task<PaymentFile> KeepAsync(PaymentFile file, string state, CancellationToken cancellation)
    {
        await store.InTransactionAsync(async transaction =>
        {
            await store.UpsertAsync(transaction, MoneyTables.PaymentFiles, [Row(file, state)], cancellation);
            return true;
        }, cancellation);
        return file;
    }

    private const string Columns =
        "file_id AS Id, municipality AS Municipality, file_name AS Name, state AS State, is_bad AS IsBad, entries AS Entries";

    private static object?[] Row(PaymentFile file, string state) => [file.Id, file.Municipality, file.Name, state, file.IsBad ? 1L : 0L, (long)file.Entries];

    private sealed class FileRow
    {
        public string Id { get; init; } = "";
        public string Municipality { get; init; } = "";
        public string Name { get; init; } = "";
        public string State { get; init; } = "";
        public long IsBad { get; init; }
        public long Entries { get; init; }

        public PaymentFile ToFile() => new(Id, Municipality, Name, State != Due, IsBad == 1, (int)Entries);
    }
}
