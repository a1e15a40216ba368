using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Messaging;
using Dapper;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ClaimsTransfer.Defaults.Storage;

/// <summary>What went wrong in the database, as far as it decides what to do next.</summary>
internal enum Fault { Other, RowExists, Transient }

/// <summary>What the three engines have in common: retries, migrations, names, and the order in which a batch is worked off.</summary>
internal abstract class SqlStore : IStore
{
    private const int Attempts = 6;

    /// <summary>With the waits between them half a minute.</summary>
    private const int Looks = 10;

    private const int CachedStatements = 2_000;
    private readonly ConcurrentDictionary<string, string> _statements = new();
    private readonly TimeProvider _time;
    private volatile bool _isMigrated;

    protected SqlStore(string schema, TimeProvider time)
    {
        if (!Regex.IsMatch(schema, "^[a-z][a-z0-9_]{0,40}$", RegexOptions.None, TimeSpan.FromSeconds(1)))
            throw new ArgumentException($"\"{schema}\" is no name for a schema; lower-case letters, digits and _ are, connector_kmdopus for instance.");
        Schema = schema;
        _time = time;
        DapperTypes.Register();
    }

    /// <summary>
    /// Whether the data are to blame: they break a constraint, are too long, or are no such value. Everything else is the store's, what nobody has foreseen too: it
    /// is read-only after a failover, its disk or log is full, its file is damaged or gone. That passes, or somebody mends it, and the same message is then handled.
    /// </summary>
    public static bool IsAboutTheData(DbException failure) => failure switch
    {
        SqlException broken => SqlServerStore.IsAboutTheData(broken.Number),
        SqliteException broken => SqliteStore.IsAboutTheData(broken),
        PostgresException broken => PostgresStore.IsAboutTheData(broken.SqlState),
        _ => false,
    };

    /// <summary>Whether it passes by itself within moments: a deadlock, a lock, a connection that broke. The rest of what is the store's stays until it is mended.</summary>
    public static bool IsPassing(DbException failure) => failure switch
    {
        SqlException broken => SqlServerStore.IsTransient(broken),
        SqliteException broken => SqliteStore.IsTransient(broken),
        PostgresException broken => PostgresStore.IsTransient(broken),
        _ => failure.IsTransient || IsCutOff(failure),
    };

    private static bool IsCutOff(DbException failure) => failure.InnerException is TimeoutException or IOException or System.Net.Sockets.SocketException;

    public string Schema { get; }

    protected abstract string Engine { get; }

    public async Task MigrateAsync(IReadOnlyList<Migration> migrations, CancellationToken cancellation)
    {
        await InTransactionAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            await LockSchemaAsync(transaction, cancellation);
            var done = (await connection.QueryAsync<AppliedMigration>(Sql($"SELECT number, sentence FROM {Schema}.schema_history"), transaction: transaction))
                .ToDictionary(m => m.Number, m => m.Sentence);
            foreach (var migration in migrations.OrderBy(m => m.Number))
            {
                if (done.TryGetValue(migration.Number, out var sentence))
                {
                    if (!string.Equals(sentence, migration.Sentence, StringComparison.Ordinal))
                        throw new InvalidOperationException($"Schema {Schema}: migration {migration.Number} was applied as \"{sentence}\" and is now \"{migration.Sentence}\". Migrations are history: add a new one instead of changing one.");
                    continue;
                }

                foreach (var statement in migration.Statements)
                    await connection.ExecuteAsync(Sql(statement), transaction: transaction);
                await connection.ExecuteAsync(
                    Sql($"INSERT INTO {Schema}.schema_history (number, sentence, applied_at) VALUES (@number, @sentence, @at)"),
                    new { number = (long)migration.Number, sentence = migration.Sentence, at = _time.GetUtcNow().ToUnixTimeMilliseconds() }, transaction);
            }

            return true;
        }, cancellation);
        _isMigrated = true;
    }

    /// <summary>Whether the store takes what it is given, now: some pages are written and taken back. Nothing is asked of a schema that this process has not migrated.</summary>
    /// <exception cref="DbException">It does not.</exception>
    /// <exception cref="TransientException">It does not, or is not there.</exception>
    public async Task ProbeAsync(CancellationToken cancellation)
    {
        const int Rows = 64;
        if (!_isMigrated)
            return;
        // Numbers below any migration's, and others than another instance's at the same time: they are never seen outside of this transaction.
        var first = -Random.Shared.NextInt64(1, 1L << 50) * Rows;
        var rows = string.Join(", ", Enumerable.Range(0, Rows).Select(row => $"({first + row}, @filler, 0)"));
        var (last, filler) = (first + Rows - 1, new string('x', 380));
        await InTransactionAsync(async transaction =>
        {
            await transaction.Connection!.ExecuteAsync(Adapt($"INSERT INTO {Schema}.schema_history (number, sentence, applied_at) VALUES {rows}"), new { filler }, transaction);
            return await transaction.Connection!.ExecuteAsync(Sql($"DELETE FROM {Schema}.schema_history WHERE number BETWEEN @first AND @last"), new { first, last }, transaction);
        }, cancellation);
    }

    public async Task<DbConnection> OpenAsync(CancellationToken cancellation)
    {
        try
        {
            return await ConnectAsync(cancellation);
        }
        catch (Exception failure) when (failure is DbException or TimeoutException or System.Net.Sockets.SocketException or InvalidOperationException)
        {
            // SqlClient calls an exhausted pool an invalid operation.
            throw new TransientException($"No connection to the {Engine} store of {Schema}: {failure.Message}", failure);
        }
    }

    public async Task<T> InTransactionAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunOnceAsync(work, cancellation);
            }
            catch (Exception failure) when (IsWorthAnotherTry(failure) && attempt < Attempts)
            {
                // A lost race is decided again at once; a busy or broken database gets a little time, each waiter a different one.
                if (failure is not LostRaceException)
                    await Task.Delay(TimeSpan.FromMilliseconds((10 << attempt) * (0.5 + Random.Shared.NextDouble())), _time, cancellation);
            }
            catch (Exception failure) when (IsWorthAnotherTry(failure))
            {
                throw new TransientException($"The {Engine} store of {Schema} did not take the transaction in {Attempts} attempts: {failure.Message}", failure);
            }
            catch (DbException failure) when (FaultOf(failure) == Fault.RowExists)
            {
                throw new RowExistsException($"A row of {Schema} exists already.", failure);
            }
        }
    }

    public string Sql(string statement)
    {
        if (_statements.TryGetValue(statement, out var adapted))
            return adapted;
        adapted = Adapt(statement);
        if (_statements.Count < CachedStatements)
            _statements.TryAdd(statement, adapted);
        return adapted;
    }

    public abstract string In(string column, string parameter, ColumnType type = ColumnType.Id);

    public abstract object List<T>(IReadOnlyCollection<T> values);

    public virtual string Top(string parameter) => "";

    public virtual string Limit(string parameter) => $"LIMIT @{parameter}";

    public async Task InsertAsync(DbTransaction transaction, Table table, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return;
        var shape = TableShape.Of(table);
        try
        {
            await WriteAsync(transaction, shape, RowBatch.Checked(shape, rows), cancellation);
        }
        catch (DbException failure) when (FaultOf(failure) == Fault.RowExists)
        {
            throw new RowExistsException($"{table.Name}: a row with this key exists already.", failure);
        }
    }

    public async Task<IReadOnlyList<int>> InsertNewAsync(DbTransaction transaction, Table table, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return [];
        var shape = TableShape.Of(table);
        var values = RowBatch.Checked(shape, rows);
        var first = new Dictionary<RowKey, int>(values.Length);
        for (var i = 0; i < values.Length; i++)
            first.TryAdd(new RowKey(shape, values[i]), i);
        var indices = Sorted(shape, values, [.. first.Values]);
        var inserted = await WriteNewAsync(transaction, shape, Pick(values, indices), cancellation);
        var result = new List<int>(inserted.Count);
        foreach (var row in inserted)
            result.Add(first[new RowKey(shape, row)]);
        result.Sort();
        return result;
    }

    public async Task UpsertAsync(DbTransaction transaction, Table table, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return;
        var shape = TableShape.Of(table);
        var values = RowBatch.Checked(shape, rows);
        var last = new Dictionary<RowKey, int>(values.Length);
        for (var i = 0; i < values.Length; i++)
            last[new RowKey(shape, values[i])] = i;
        await ReplaceAsync(transaction, shape, Pick(values, Sorted(shape, values, [.. last.Values])), cancellation);
    }

    public async Task SaveVersionedAsync(DbTransaction transaction, Table table, string versionColumn, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return;
        var shape = TableShape.Of(table);
        var version = shape.IndexOf(versionColumn);
        var values = RowBatch.Checked(shape, rows);
        var order = RowBatch.ByKey(shape, values);
        for (var i = 1; i < order.Length; i++)
        {
            if (new RowKey(shape, values[order[i]]).Equals(new RowKey(shape, values[order[i - 1]])))
                throw new ArgumentException($"{table.Name}: the batch saves the same key twice; a row is saved once, in its last state.");
        }

        var added = Pick(values, [.. order.Where(i => (long)values[i][version]! == 1)]);
        var changed = Pick(values, [.. order.Where(i => (long)values[i][version]! != 1)]);
        if (added.Length > 0 && (await WriteNewAsync(transaction, shape, added, cancellation)).Count != added.Length)
            throw new LostRaceException($"{table.Name}: a row that was new a moment ago is there now.");
        if (changed.Length > 0 && await AdvanceAsync(transaction, shape, version, changed, cancellation) != changed.Length)
            throw new LostRaceException($"{table.Name}: a row has another version than it was read with.");
    }

    public abstract ValueTask DisposeAsync();

    protected abstract Task<DbConnection> ConnectAsync(CancellationToken cancellation);

    /// <summary>Waits for other instances that migrate, and makes sure that schema and history exist.</summary>
    protected abstract Task LockSchemaAsync(DbTransaction transaction, CancellationToken cancellation);

    protected abstract string Adapt(string statement);

    protected abstract Fault FaultOf(DbException failure);

    /// <summary>Inserts all.</summary>
    protected abstract Task WriteAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation);

    /// <summary>Inserts those whose key is free, and returns at least the key columns of each in their places. Keys are distinct and sorted.</summary>
    protected abstract Task<IReadOnlyList<object?[]>> WriteNewAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation);

    /// <summary>Inserts or replaces. Keys are distinct and sorted.</summary>
    protected abstract Task ReplaceAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation);

    /// <summary>Updates the rows whose stored version is one less; returns how many. Keys are distinct and sorted.</summary>
    protected abstract Task<int> AdvanceAsync(DbTransaction transaction, TableShape shape, int version, object?[][] rows, CancellationToken cancellation);

    protected virtual async Task<T> RunOnceAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var result = await work(transaction);
        var mark = await MarkAsync(transaction, cancellation);
        try
        {
            await transaction.CommitAsync(cancellation);
        }
        catch (DbException lost) when (mark is not null && !cancellation.IsCancellationRequested)
        {
            // The answer is lost, not the commit perhaps: doing it again would do it twice, or find its own rows and take them for somebody else's.
            if (!await WasCommittedAsync(mark, lost, cancellation))
                throw;
        }

        if (mark is not null)
            Confirm(mark);
        return result;
    }

    /// <summary>By what a transaction that is about to be committed can be looked up afterwards; null: it wrote nothing, or its commit cannot get lost on this engine.</summary>
    protected virtual Task<object?> MarkAsync(DbTransaction transaction, CancellationToken cancellation) => Task.FromResult<object?>(null);

    /// <returns>Null: the engine is still at it.</returns>
    protected virtual Task<bool?> HasCommittedAsync(DbConnection connection, object mark, CancellationToken cancellation) => Task.FromResult<bool?>(false);

    /// <summary>Nobody will look it up any more.</summary>
    protected virtual void Confirm(object mark)
    {
    }

    private async Task<bool> WasCommittedAsync(object mark, DbException lost, CancellationToken cancellation)
    {
        for (var look = 1; look <= Looks; look++)
        {
            try
            {
                await using var connection = await OpenAsync(cancellation);
                if (await HasCommittedAsync(connection, mark, cancellation) is { } known)
                    return known;
            }
            catch (Exception away) when (away is TransientException or DbException)
            {
                // Asked until it answers: only the store knows. What it says of the question, that it knows no such number say, is said of no data of ours.
            }

            await Task.Delay(Backoff.After(look), _time, cancellation);
        }

        throw new TransientException($"The {Engine} store of {Schema} has not said whether it took a transaction: {lost.Message}", lost);
    }

    private static object?[][] Pick(object?[][] rows, int[] indices) => Array.ConvertAll(indices, i => rows[i]);

    private static int[] Sorted(TableShape shape, object?[][] rows, int[] indices)
    {
        Array.Sort(indices, (a, b) => new RowKey(shape, rows[a]).Order(new RowKey(shape, rows[b])));
        return indices;
    }

    private bool IsWorthAnotherTry(Exception failure) =>
        failure is LostRaceException || (failure is DbException broken && FaultOf(broken) == Fault.Transient);

    private sealed record AppliedMigration(long Number, string Sentence);
}
