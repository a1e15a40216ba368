using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Support;

/// <summary>
/// A store on another engine that also forms every statement as it would be sent to SQL Server, and reads that with Microsoft's own parser: so every statement that a store
/// test runs is known to be Transact-SQL, within <see cref="TransactSql"/>'s rules, where there is no SQL Server to run it.
/// </summary>
internal sealed partial class SqlServerTwin(IStore inner) : IStore
{
    private static readonly ConcurrentDictionary<string, bool> Read = new(StringComparer.Ordinal);

    private readonly SqlServerStore _twin = new("Server=nowhere.invalid", inner.Schema, TimeProvider.System);

    public string Schema => inner.Schema;

    public Task MigrateAsync(IReadOnlyList<Migration> migrations, CancellationToken cancellation)
    {
        var tables = new IndexWidths();
        foreach (var statement in migrations.OrderBy(migration => migration.Number).SelectMany(migration => migration.Statements))
            tables.Add(TransactSql.Check(_twin.Sql(statement)));
        return inner.MigrateAsync(migrations, cancellation);
    }

    public Task<DbConnection> OpenAsync(CancellationToken cancellation) => inner.OpenAsync(cancellation);

    public Task<T> InTransactionAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellation) => inner.InTransactionAsync(work, cancellation);

    // What differs between the engines stays a mark until the whole statement is there, and can be formed for both.
    public string Top(string parameter) => $"/*top {parameter}*/";

    public string Limit(string parameter) => $"/*limit {parameter}*/";

    public string In(string column, string parameter, ColumnType type = ColumnType.Id) => $"/*in {column} {parameter} {type}*/";

    public string Sql(string statement)
    {
        CheckOnce(_twin.Sql(For(_twin, statement)));
        return inner.Sql(For(inner, statement));
    }

    public object List<T>(IReadOnlyCollection<T> values) => inner.List(values);

    public Task InsertAsync(DbTransaction transaction, Table table, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        CheckBatches(table);
        return inner.InsertAsync(transaction, table, rows, cancellation);
    }

    public Task<IReadOnlyList<int>> InsertNewAsync(DbTransaction transaction, Table table, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        CheckBatches(table);
        return inner.InsertNewAsync(transaction, table, rows, cancellation);
    }

    public Task UpsertAsync(DbTransaction transaction, Table table, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        CheckBatches(table);
        return inner.UpsertAsync(transaction, table, rows, cancellation);
    }

    public Task SaveVersionedAsync(DbTransaction transaction, Table table, string versionColumn, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        CheckBatches(table);
        return inner.SaveVersionedAsync(transaction, table, versionColumn, rows, cancellation);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static void CheckBatches(Table table)
    {
        foreach (var statement in SqlServerStore.Batches(table))
            CheckOnce(statement);
    }

    private static void CheckOnce(string statement)
    {
        if (Read.ContainsKey(statement))
            return;
        TransactSql.Check(statement);
        Read.TryAdd(statement, true);
    }

    private static string For(IStore store, string statement) => Marks().Replace(statement, mark => mark.Groups["what"].Value switch
    {
        "top" => store.Top(mark.Groups["first"].Value),
        "limit" => store.Limit(mark.Groups["first"].Value),
        _ => store.In(mark.Groups["first"].Value, mark.Groups["second"].Value, Enum.Parse<ColumnType>(mark.Groups["third"].Value)),
    });

    [GeneratedRegex(@"/\*(?<what>top|limit|in) (?<first>\S+?)( (?<second>\S+) (?<third>\w+))?\*/", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Marks();
}
