using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Text;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Hosting;
using Microsoft.Data.SqlClient;

namespace ClaimsTransfer.Defaults.Storage;

/// <summary>
/// SQL Server: a schema a service in one database; a batch is statements over <c>(VALUES …)</c>, as many rows in each as 2,100 parameters allow.
/// No MERGE (its races), no table-valued parameters (a type to create and grant): update, then insert what is not there.
/// </summary>
internal sealed partial class SqlServerStore(string connectionString, string schema, TimeProvider time) : SqlStore(schema, time)
{
    /// <summary>Text is compared by its characters, as on the other engines, whatever the database's collation.</summary>
    private const string Exactly = "COLLATE Latin1_General_100_BIN2";

    private readonly ConcurrentQueue<Guid> _confirmed = new();

    private const int Parameters = 2_000;
    private const int LockTimeoutMilliseconds = 10_000;

    protected override string Engine => "SQL Server";

    /// <summary>The connection string with what we insist on: an encrypted connection, on another machine to a server whose certificate is checked.</summary>
    /// <exception cref="ArgumentException">It is not understood, or does not keep to that; the message holds nothing of it.</exception>
    public static string ConnectionString(string given, bool allowUnchecked)
    {
        if (Read(given) is not { } settings)
            throw new ArgumentException("no connection string of SQL Server; a password with ; or = in it is written in quotes");
        if (SqlConnectionEncryptOption.Optional.Equals(settings.Encrypt))
            throw new ArgumentException("with Encrypt=False; claims travel encrypted: leave it out or say Encrypt=True");
        if (settings.DataSource.Length == 0)
            throw new ArgumentException("a connection string without Server");
        if (settings.TrustServerCertificate && !allowUnchecked && !IsHere(settings.DataSource))
            throw new ArgumentException("on another machine and with TrustServerCertificate=True, which takes any server's certificate: leave it out, or name the server's own in ServerCertificate; or Claims:AllowPlainStore=true, where something else secures the way");
        if (!SqlConnectionEncryptOption.Strict.Equals(settings.Encrypt))
            settings.Encrypt = true;
        settings.MultipleActiveResultSets = false;
        return settings.ConnectionString;
    }

    /// <summary>What the client says against a connection string repeats a part of it, which is the rest of a password that has a semicolon in it.</summary>
    private static SqlConnectionStringBuilder? Read(string given)
    {
        try
        {
            return new SqlConnectionStringBuilder(given);
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException)
        {
            return null;
        }
    }

    /// <param name="server">As a connection string has it: <c>tcp:db.example,1433</c>, <c>db.example\INSTANCE</c>.</param>
    private static bool IsHere(string server)
    {
        var host = server[(server.IndexOf(':', StringComparison.Ordinal) is var colon && colon is 2 or 3 or 5 ? colon + 1 : 0)..].Split(',', '\\')[0].Trim();
        return host is "." or "(local)" || host.StartsWith("(localdb)", StringComparison.OrdinalIgnoreCase)
            || (Uri.TryCreate($"tcp://{host}", UriKind.Absolute, out var address) && Installation.IsHere(address));
    }

    public override string In(string column, string parameter, ColumnType type = ColumnType.Id) =>
        $"{column} IN (SELECT v{Collation(type)} FROM OPENJSON(@{parameter}) WITH (v {OpenJsonType(type)} '$'))";

    public override object List<T>(IReadOnlyCollection<T> values) => ListText.Json(values);

    public override string Top(string parameter) => $"TOP (@{parameter})";

    public override string Limit(string parameter) => "";

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override async Task<DbConnection> ConnectAsync(CancellationToken cancellation)
    {
        var connection = new SqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await using var settings = connection.CreateCommand();
            settings.CommandText = $"SET LOCK_TIMEOUT {LockTimeoutMilliseconds}";
            await settings.ExecuteNonQueryAsync(cancellation);
            return new StoppableConnection(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
    }

    protected override async Task<T> RunOnceAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            return await StoppableConnection.OrStopAsync(() => base.RunOnceAsync(work, cancellation), cancellation);
        }
        catch (SqlException failure) when (failure.Class >= 20)
        {
            // The connection is broken, and with it probably its neighbours in the pool.
            SqlConnection.ClearAllPools();
            throw;
        }
    }

    protected override async Task LockSchemaAsync(DbTransaction transaction, CancellationToken cancellation)
    {
        await using (var take = Command(transaction, "DECLARE @r int; EXEC @r = sp_getapplock @Resource = @name, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 60000; SELECT @r"))
        {
            take.CommandTimeout = 90;
            take.Parameters.Add(new SqlParameter("@name", SqlDbType.NVarChar, 255) { Value = $"claims-transfer/{Schema}" });
            if (Convert.ToInt32(await take.ExecuteScalarAsync(cancellation)) < 0)
                throw new Messaging.TransientException($"Another instance has migrated {Schema} for more than a minute.");
        }

        foreach (var statement in (string[])[
            $"IF SCHEMA_ID('{Schema}') IS NULL EXEC('CREATE SCHEMA {Schema}')",
            $"IF OBJECT_ID('{Schema}.schema_history') IS NULL CREATE TABLE {Schema}.schema_history (number bigint NOT NULL PRIMARY KEY, sentence nvarchar(400) NOT NULL, applied_at bigint NOT NULL)",
            CommitsTable(Schema),
            // Left by processes that ended with answers outstanding.
            $"DELETE FROM {Schema}.commits WHERE at < DATEADD(day, -1, SYSUTCDATETIME())"])
        {
            await using var command = Command(transaction, statement);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    protected override string Adapt(string statement) => TypeTokens().Replace(statement, static token => token.Groups["type"].Value switch
    {
        "" => $"JSON_VALUE({token.Groups["json"].Value}, '$.{token.Groups["path"].Value}')",
        "integer" => "bigint",
        "id" => "uniqueidentifier",
        "flag" => "bit",
        "longtext" => "nvarchar(max)",
        // A word of our own: short, so that an index over several stays within 1,700 bytes.
        "code" => $"nvarchar(50) {Exactly}",
        _ => $"nvarchar({RowBatch.TextLength}) {Exactly}",
    });

    /// <summary>
    /// Of "Database Engine events and errors" (https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors) those about a value:
    /// overflow (220, 232, 8115), conversion (241, 242, 244, 245, 248, 295, 8114, 8169), out of range (517), null (515), constraint (547), key (2601, 2627), too long
    /// (1946 in an index, 2628, 8152), division by zero (8134), no JSON (13608, 13609). All others speak of the server: 3906 read-only, 9002 log full, 1101 and 1105
    /// disk full, 823 to 825 damaged, 976 and 983 no replica to write to, 229 no right.
    /// </summary>
    public static bool IsAboutTheData(int number) => number is
        220 or 232 or 241 or 242 or 244 or 245 or 248 or 295 or 515 or 517 or 547 or 1946 or 2601 or 2627 or 2628 or 8114 or 8115 or 8134 or 8152 or 8169 or 13608 or 13609;

    /// <summary>
    /// SQL Server does not tell what became of a transaction, so each leaves a row with it. The next one takes away a row whose answer came: as many stay as
    /// transactions were open at once.
    /// </summary>
    protected override async Task<object?> MarkAsync(DbTransaction transaction, CancellationToken cancellation)
    {
        var mark = Guid.NewGuid();
        _confirmed.TryDequeue(out var over);
        await using var leave = Command(transaction, MarkStatement(Schema));
        leave.Parameters.Add(new SqlParameter("@mark", SqlDbType.UniqueIdentifier) { Value = mark });
        leave.Parameters.Add(new SqlParameter("@over", SqlDbType.UniqueIdentifier) { Value = over });
        await leave.ExecuteNonQueryAsync(cancellation);
        return mark;
    }

    protected override async Task<bool?> HasCommittedAsync(DbConnection connection, object mark, CancellationToken cancellation)
    {
        await using var ask = connection.CreateCommand();
        ask.CommandText = MarkedStatement(Schema);
        ask.Parameters.Add(new SqlParameter("@mark", SqlDbType.UniqueIdentifier) { Value = mark });
        // Read committed: while the transaction is open, its row is locked and this waits for it.
        return Convert.ToInt32(await ask.ExecuteScalarAsync(cancellation)) == 1;
    }

    protected override void Confirm(object mark) => _confirmed.Enqueue((Guid)mark);

    internal static string MarkStatement(string schema) =>
        $"DELETE FROM {schema}.commits WHERE mark = @over; INSERT INTO {schema}.commits (mark, at) VALUES (@mark, SYSUTCDATETIME())";

    internal static string MarkedStatement(string schema) => $"SELECT COUNT(*) FROM {schema}.commits WITH (READCOMMITTEDLOCK) WHERE mark = @mark";

    internal static string CommitsTable(string schema) =>
        $"IF OBJECT_ID('{schema}.commits') IS NULL CREATE TABLE {schema}.commits (mark uniqueidentifier NOT NULL PRIMARY KEY, at datetime2(3) NOT NULL)";

    /// <summary>Deadlock, lock timeout, command timeout, snapshot conflict, connection lost or refused, throttled, failing over.</summary>
    public static bool IsTransient(SqlException failure) => failure.Class >= 20 || failure.Number is
        1205 or 1222 or -2 or 3960 or -1 or 2 or 20 or 53 or 64 or 121 or 233 or 258 or 4060 or 10053 or 10054 or 10060 or 10061 or 40197 or 40501 or 40613 or 49918 or 49919 or 49920;

    protected override Fault FaultOf(DbException failure) => failure switch
    {
        SqlException { Number: 2627 or 2601 } => Fault.RowExists,
        SqlException broken when IsTransient(broken) => Fault.Transient,
        _ => Fault.Other,
    };

    protected override async Task WriteAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation)
    {
        foreach (var chunk in Chunks(shape, rows))
        {
            await using var insert = Batch(transaction, shape, chunk, values => Insert(shape, values));
            await insert.ExecuteNonQueryAsync(cancellation);
        }
    }

    protected override async Task<IReadOnlyList<object?[]>> WriteNewAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation)
    {
        var inserted = new List<object?[]>(rows.Length);
        foreach (var chunk in Chunks(shape, rows))
            inserted.AddRange(await AgainWhenOvertakenAsync(() => WriteNewChunkAsync(transaction, shape, chunk, cancellation)));
        return inserted;
    }

    protected override async Task ReplaceAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation)
    {
        foreach (var chunk in Chunks(shape, rows))
        {
            await AgainWhenOvertakenAsync(async () =>
            {
                if (shape.Rest.Length > 0)
                {
                    await using var update = Batch(transaction, shape, chunk, values => Update(shape, values));
                    await update.ExecuteNonQueryAsync(cancellation);
                }

                return await WriteNewChunkAsync(transaction, shape, chunk, cancellation);
            });
        }
    }

    protected override async Task<int> AdvanceAsync(DbTransaction transaction, TableShape shape, int version, object?[][] rows, CancellationToken cancellation)
    {
        var count = 0;
        foreach (var chunk in Chunks(shape, rows))
        {
            await using var update = Batch(transaction, shape, chunk, values => Advance(shape, version, values));
            count += await update.ExecuteNonQueryAsync(cancellation);
        }

        return count;
    }

    private static string Collation(ColumnType type) => type is ColumnType.Text ? " " + Exactly : "";

    private static string OpenJsonType(ColumnType type) => type switch
    {
        ColumnType.Integer => "bigint",
        ColumnType.Id => "uniqueidentifier",
        ColumnType.Flag => "bit",
        ColumnType.LongText => "nvarchar(max)",
        _ => $"nvarchar({RowBatch.TextLength})",
    };

    private static string Set(TableShape shape) => string.Join(", ", shape.Rest.Select(c => $"{shape.Columns[c].Name} = v.{shape.Columns[c].Name}"));

    private static string SameKey(TableShape shape) =>
        string.Join(" AND ", shape.Key.Select(c => $"t.{shape.Columns[c].Name} = v.{shape.Columns[c].Name}{Collation(shape.Columns[c].Type)}"));

    private static IEnumerable<object?[][]> Chunks(TableShape shape, object?[][] rows) => rows.Chunk(Math.Clamp(Parameters / shape.Columns.Length, 1, 1_000));

    /// <summary>What is sent for a table's batches, a row each; for the test that reads them.</summary>
    internal static IEnumerable<string> Batches(Table table)
    {
        var shape = TableShape.Of(table);
        var values = Values(shape, [new object?[shape.Columns.Length]], (_, _, _) => { });
        yield return Insert(shape, values);
        yield return InsertNew(shape, values);
        if (shape.Rest.Length == 0)
            yield break;
        yield return Update(shape, values);
        yield return Advance(shape, shape.Rest[0], values);
    }

    private static string Insert(TableShape shape, string values) =>
        $"INSERT INTO {shape.Table.Name} ({shape.AllNames()}) SELECT {shape.AllNames("v.")} FROM {values}";

    private static string InsertNew(TableShape shape, string values) =>
        $"INSERT INTO {shape.Table.Name} ({shape.AllNames()}) OUTPUT {shape.Names(shape.Key, "inserted.")} SELECT {shape.AllNames("v.")} FROM {values} "
        + $"WHERE NOT EXISTS (SELECT 1 FROM {shape.Table.Name} AS t WITH (UPDLOCK, HOLDLOCK) WHERE {SameKey(shape)})";

    private static string Update(TableShape shape, string values) =>
        $"UPDATE t SET {Set(shape)} FROM {shape.Table.Name} AS t INNER JOIN {values} ON {SameKey(shape)}";

    private static string Advance(TableShape shape, int version, string values)
    {
        var name = shape.Columns[version].Name;
        return $"{Update(shape, values)} WHERE t.{name} = v.{name} - 1";
    }

    private static SqlCommand Command(DbTransaction transaction, string statement) =>
        new(statement, (SqlConnection)transaction.Connection!, (SqlTransaction)transaction);

    private static SqlCommand Batch(DbTransaction transaction, TableShape shape, object?[][] rows, Func<string, string> statement)
    {
        var command = Command(transaction, "");
        command.CommandText = statement(Values(shape, rows, (name, type, value) => command.Parameters.Add(Parameter(name, type, value))));
        return command;
    }

    private static string Values(TableShape shape, object?[][] rows, Action<string, ColumnType, object?> add)
    {
        var values = new StringBuilder("(VALUES ");
        var count = 0;
        for (var r = 0; r < rows.Length; r++)
        {
            values.Append(r == 0 ? "(" : ", (");
            for (var c = 0; c < shape.Columns.Length; c++)
            {
                var name = $"@p{count++}";
                values.Append(c == 0 ? "" : ", ").Append(name);
                add(name, shape.Columns[c].Type, rows[r][c]);
            }

            values.Append(')');
        }

        return values.Append($") AS v ({shape.AllNames()})").ToString();
    }

    private static SqlParameter Parameter(string name, ColumnType type, object? value) => new(name, type switch
    {
        ColumnType.Integer => SqlDbType.BigInt,
        ColumnType.Id => SqlDbType.UniqueIdentifier,
        ColumnType.Flag => SqlDbType.Bit,
        _ => SqlDbType.NVarChar,
    })
    {
        // One size for all values, so that all batches of a length share one plan.
        Size = type switch { ColumnType.LongText => -1, ColumnType.Text => RowBatch.TextLength, _ => 0 },
        Value = value ?? DBNull.Value,
    };

    private async Task<IReadOnlyList<object?[]>> WriteNewChunkAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation)
    {
        var inserted = new List<object?[]>(rows.Length);
        await using var insert = Batch(transaction, shape, rows, values => InsertNew(shape, values));
        await using var reader = await insert.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var row = new object?[shape.Columns.Length];
            for (var i = 0; i < shape.Key.Length; i++)
                row[shape.Key[i]] = reader.GetValue(i);
            inserted.Add(row);
        }

        return inserted;
    }

    /// <summary>Where lock hints are not honoured somebody can insert between the look and the insert; the second look sees that row.</summary>
    private async Task<IReadOnlyList<object?[]>> AgainWhenOvertakenAsync(Func<Task<IReadOnlyList<object?[]>>> write)
    {
        const int Tries = 3;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await write();
            }
            catch (SqlException failure) when (FaultOf(failure) == Fault.RowExists && attempt < Tries)
            {
                // The statement alone was undone, the transaction stands.
            }
        }
    }

    [GeneratedRegex(@"\{(?:(?<type>text|code|longtext|integer|id|flag)|json (?<json>\w+) (?<path>[\w.]+))\}", RegexOptions.None, 1000)]
    private static partial Regex TypeTokens();
}
