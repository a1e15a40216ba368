using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using Microsoft.Data.Sqlite;

namespace ClaimsTransfer.Defaults.Storage;

/// <summary>The embedded store: one file a service, write-ahead log, every commit on disk before it returns.</summary>
internal sealed partial class SqliteStore : SqlStore
{
    /// <summary>
    /// SQLite has one writer at a time. Writers of this process queue here, in order; left to SQLite they would poll, and the unlucky one starve.
    /// Other processes (the command line) still meet the busy timeout.
    /// </summary>
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new();

    private const int CannotOpen = 14;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);
    private readonly string _connectionString;
    private readonly string _file;
    private readonly SemaphoreSlim _gate;
    private readonly Regex _prefix;
    private int _prepared;

    public SqliteStore(string folder, string schema, TimeProvider time) : base(schema, time)
    {
        OwnersAlone.MakeFolder(folder);
        _file = Path.GetFullPath(Path.Combine(folder, schema + ".db"));
        OwnersAlone.MakeDatabase(_file);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = _file,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = true,
            ForeignKeys = true,
            DefaultTimeout = 30,
        }.ToString();
        _gate = Gates.GetOrAdd(_file, _ => new SemaphoreSlim(1, 1));
        _prefix = new Regex($@"\b{schema}\.", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    protected override string Engine => "SQLite";

    public override string In(string column, string parameter, ColumnType type = ColumnType.Id) => $"{column} IN (SELECT value FROM json_each(@{parameter}))";

    public override object List<T>(IReadOnlyCollection<T> values) => ListText.Json(values);

    public override ValueTask DisposeAsync()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }

    protected override async Task<DbConnection> ConnectAsync(CancellationToken cancellation)
    {
        // SQLite would begin an empty one in its place, and throw away what the write-ahead log beside it still holds.
        if (Volatile.Read(ref _prepared) == 1 && !File.Exists(_file))
            throw new SqliteException($"{Path.GetFileName(_file)} is gone from {Path.GetDirectoryName(_file)}; put it back, with the files -wal and -shm that belong to it.", CannotOpen);
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await using var settings = connection.CreateCommand();
            // What is erased is to be gone from the file, not only from the rows.
            settings.CommandText = Volatile.Read(ref _prepared) == 1
                ? "PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
                : "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;";
            await settings.ExecuteNonQueryAsync(cancellation);
            Volatile.Write(ref _prepared, 1);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    protected override async Task<T> RunOnceAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellation)
    {
        if (!await _gate.WaitAsync(LongestWait, cancellation))
            throw new TransientException($"{Path.GetFileName(_file)} was written to by others for {LongestWait.TotalSeconds:0} s.");
        try
        {
            // BEGIN IMMEDIATE is what BeginTransaction means here: a transaction that reads first can still write, without a deadlock against another process.
            return await base.RunOnceAsync(work, cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    protected override async Task LockSchemaAsync(DbTransaction transaction, CancellationToken cancellation) =>
        await ExecuteAsync(transaction, "CREATE TABLE IF NOT EXISTS schema_history (number INTEGER PRIMARY KEY, sentence TEXT NOT NULL, applied_at INTEGER NOT NULL)", cancellation);

    protected override string Adapt(string statement) =>
        TypeTokens().Replace(_prefix.Replace(statement, ""), static token => token.Groups["json"].Success ? $"json_extract({token.Groups["json"].Value}, '$.{token.Groups["path"].Value}')"
            : token.Value is "{integer}" or "{flag}" ? "INTEGER" : "TEXT");

    /// <summary>
    /// TOOBIG, CONSTRAINT and MISMATCH of SQLite's "Result and Error Codes" (https://www.sqlite.org/rescode.html); and of the general ERROR what only a value can
    /// cause, which has no code of its own. All others speak of the file: READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB, PERM, a table that is not there.
    /// </summary>
    public static bool IsAboutTheData(SqliteException failure) => failure.SqliteErrorCode is 18 or 19 or 20
        || (failure.SqliteErrorCode == 1 && (failure.Message.Contains("malformed JSON", StringComparison.Ordinal) || failure.Message.Contains("integer overflow", StringComparison.Ordinal)));

    /// <summary>Busy, locked, I/O error, disk full, cannot open, locking protocol: none says anything about the data.</summary>
    public static bool IsTransient(SqliteException failure) => failure.SqliteErrorCode is 5 or 6 or 10 or 13 or 14 or 15;

    protected override Fault FaultOf(DbException failure) => failure switch
    {
        SqliteException { SqliteErrorCode: 19, SqliteExtendedErrorCode: 1555 or 2067 or 2579 } => Fault.RowExists,
        SqliteException broken when IsTransient(broken) => Fault.Transient,
        _ => Fault.Other,
    };

    protected override async Task WriteAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation)
    {
        await using var insert = Prepare(transaction, shape, Insert(shape));
        foreach (var row in rows)
            await RunAsync(insert, shape, row, cancellation);
    }

    protected override async Task<IReadOnlyList<object?[]>> WriteNewAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation)
    {
        var inserted = new List<object?[]>(rows.Length);
        await using var insert = Prepare(transaction, shape, $"{Insert(shape)} ON CONFLICT ({shape.Names(shape.Key)}) DO NOTHING");
        foreach (var row in rows)
        {
            if (await RunAsync(insert, shape, row, cancellation) == 1)
                inserted.Add(row);
        }

        return inserted;
    }

    protected override async Task ReplaceAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation)
    {
        var replace = shape.Rest.Length == 0 ? "NOTHING" : "UPDATE SET " + string.Join(", ", shape.Rest.Select(c => $"{shape.Columns[c].Name} = excluded.{shape.Columns[c].Name}"));
        await using var upsert = Prepare(transaction, shape, $"{Insert(shape)} ON CONFLICT ({shape.Names(shape.Key)}) DO {replace}");
        foreach (var row in rows)
            await RunAsync(upsert, shape, row, cancellation);
    }

    protected override async Task<int> AdvanceAsync(DbTransaction transaction, TableShape shape, int version, object?[][] rows, CancellationToken cancellation)
    {
        var set = string.Join(", ", shape.Rest.Select(c => $"{shape.Columns[c].Name} = @p{c}"));
        var key = string.Join(" AND ", shape.Key.Select(c => $"{shape.Columns[c].Name} = @p{c}"));
        await using var update = Prepare(transaction, shape, $"UPDATE {shape.Table.Name} SET {set} WHERE {key} AND {shape.Columns[version].Name} = @p{version} - 1");
        var count = 0;
        foreach (var row in rows)
            count += await RunAsync(update, shape, row, cancellation);
        return count;
    }

    private static string Insert(TableShape shape) =>
        $"INSERT INTO {shape.Table.Name} ({shape.AllNames()}) VALUES ({string.Join(", ", shape.Columns.Select((_, c) => $"@p{c}"))})";

    private static async Task ExecuteAsync(DbTransaction transaction, string statement, CancellationToken cancellation)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static Task<int> RunAsync(SqliteCommand command, TableShape shape, object?[] row, CancellationToken cancellation)
    {
        for (var i = 0; i < row.Length; i++)
        {
            command.Parameters[i].Value = row[i] switch
            {
                null => DBNull.Value,
                Guid id => id.ToString("D"),
                bool flag => flag ? 1L : 0L,
                var value => value,
            };
        }

        return command.ExecuteNonQueryAsync(cancellation);
    }

    [GeneratedRegex(@"\{(?:(?<type>text|code|longtext|integer|id|flag)|json (?<json>\w+) (?<path>[\w.]+))\}", RegexOptions.None, 1000)]
    private static partial Regex TypeTokens();

    private SqliteCommand Prepare(DbTransaction transaction, TableShape shape, string statement)
    {
        var command = (SqliteCommand)transaction.Connection!.CreateCommand();
        command.Transaction = (SqliteTransaction)transaction;
        command.CommandText = Sql(statement);
        for (var i = 0; i < shape.Columns.Length; i++)
            command.Parameters.Add(new SqliteParameter($"@p{i}", shape.Columns[i].Type is ColumnType.Integer or ColumnType.Flag ? SqliteType.Integer : SqliteType.Text));
        command.Prepare();
        return command;
    }
}
