using System.Data.Common;

namespace ClaimsTransfer.Defaults.Storage;

/// <summary>
/// One service's schema on one of three engines. The SQL of a service is written once; what differs between the engines is behind the few members here.
/// Queries go through Dapper on the connection that <see cref="OpenAsync"/> gives.
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>The service's schema, <c>routing</c>. Tables are written <c>routing.claims</c> in all SQL.</summary>
    string Schema { get; }

    /// <summary>Brings the schema up to date; several instances may do it at once.</summary>
    Task MigrateAsync(IReadOnlyList<Migration> migrations, CancellationToken cancellation);

    Task<DbConnection> OpenAsync(CancellationToken cancellation);

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction and commits. On a deadlock, a busy database or a lost race it is run again from the start, a bounded
    /// number of times, then throws <see cref="Messaging.TransientException"/>. A connection that cannot be had is transient as well.
    /// </summary>
    Task<T> InTransactionAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellation);

    /// <summary>Adapts a statement to the engine (schema prefix, type tokens); cached.</summary>
    string Sql(string statement);

    /// <summary>A condition that a column is among a list of any length given as ONE parameter: <c>$"WHERE {store.In("claim_id", "ids")}"</c> with <c>new { ids = store.List(claimIds) }</c>.</summary>
    string In(string column, string parameter, ColumnType type = ColumnType.Id);

    /// <summary>The value for a parameter used with <see cref="In"/>.</summary>
    object List<T>(IReadOnlyCollection<T> values);

    /// <summary>Limits a SELECT's rows: <c>$"SELECT {store.Top("n")} … ORDER BY due_at {store.Limit("n")}"</c> (one of the two is empty on each engine).</summary>
    string Top(string parameter);

    string Limit(string parameter);

    /// <summary>Inserts all rows; a key that exists already is a <see cref="RowExistsException"/>.</summary>
    Task InsertAsync(DbTransaction transaction, Table table, IReadOnlyList<object?[]> rows, CancellationToken cancellation);

    /// <summary>Inserts the rows whose key does not exist yet; returns the indices of those inserted.</summary>
    Task<IReadOnlyList<int>> InsertNewAsync(DbTransaction transaction, Table table, IReadOnlyList<object?[]> rows, CancellationToken cancellation);

    /// <summary>Inserts or replaces rows by key.</summary>
    Task UpsertAsync(DbTransaction transaction, Table table, IReadOnlyList<object?[]> rows, CancellationToken cancellation);

    /// <summary>
    /// Inserts rows whose <paramref name="versionColumn"/> is 1 and updates those above 1 where the stored version is exactly one less. Any row that finds
    /// another version than it expects throws <see cref="LostRaceException"/>: somebody else was faster, decide again from what is there now.
    /// </summary>
    Task SaveVersionedAsync(DbTransaction transaction, Table table, string versionColumn, IReadOnlyList<object?[]> rows, CancellationToken cancellation);
}

/// <summary>A unique key exists already.</summary>
public sealed class RowExistsException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Somebody else changed the row first.</summary>
public sealed class LostRaceException(string message, Exception? inner = null) : Exception(message, inner);
