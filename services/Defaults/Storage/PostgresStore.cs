using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Hosting;
using Npgsql;
using NpgsqlTypes;

namespace ClaimsTransfer.Defaults.Storage;

/// <summary>PostgreSQL: a schema a service in one database; a batch is one statement over arrays, whatever its length.</summary>
internal sealed partial class PostgresStore(NpgsqlDataSource source, string schema, TimeProvider time) : SqlStore(schema, time)
{
    protected override string Engine => "PostgreSQL";

    public static NpgsqlDataSource Source(Installation installation) => NpgsqlDataSource.Create(Settings(installation));

    /// <summary>
    /// What <c>postgres://user:password@host:port/database?maximum+pool+size=40</c> means; the query takes any of Npgsql's keywords. On another machine the server shows a certificate
    /// that is checked: a connection that is merely encrypted may be to anybody.
    /// </summary>
    /// <exception cref="ArgumentException">The address is not understood, or does not keep to that; the message holds nothing of it.</exception>
    public static NpgsqlConnectionStringBuilder Settings(Installation installation)
    {
        if (!Uri.TryCreate(installation.Store, UriKind.Absolute, out var uri) || uri.Scheme is not ("postgres" or "postgresql") || uri.AbsolutePath.Length < 2 || uri.UserInfo.Length == 0)
            throw new ArgumentException("not understood; a password's own @ : / ? # are written %40 %3A %2F %3F %23");
        var user = uri.UserInfo.Split(':', 2);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.IsDefaultPort || uri.Port <= 0 ? 5432 : uri.Port,
            Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            SslMode = installation.AllowPlainStore || IsHere(uri.DnsSafeHost) ? SslMode.Prefer : SslMode.VerifyFull,
            MaxPoolSize = 20,
            Timeout = 15,
            CommandTimeout = 30,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 3,
            // A plan kept from when a table was empty reads all of it for ever; a batch is worth a plan of its own.
            Options = "-c plan_cache_mode=force_custom_plan",
            // Nothing is set on a session, so there is nothing to reset when the next one gets the connection.
            NoResetOnClose = true,
            ApplicationName = "claims-transfer",
        };
        foreach (var (number, pair) in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Index())
        {
            var (key, value) = pair.Split('=', 2) is [var k, var v] ? (k, v) : (pair, "");
            if (!Takes(settings, Uri.UnescapeDataString(key.Replace('+', ' ')), Uri.UnescapeDataString(value.Replace('+', ' '))))
                throw new ArgumentException($"with a query whose part {number + 1} is no keyword of Npgsql with a value that it takes");
        }

        if (installation.StoreCa.Length > 0)
            settings.RootCertificate = installation.StoreCa;
        if (installation.AllowPlainStore || (settings.Host ?? "").Split(',').All(IsHere))
            return settings;
        return settings.SslMode == SslMode.VerifyFull ? settings : throw new ArgumentException(
            "on another machine and with an SSL mode that does not check its certificate: leave sslmode away, or say sslmode=VerifyFull, with the CA in Claims:StoreCa; or Claims:AllowPlainStore=true, where something else secures the way");
    }

    /// <summary>What Npgsql says against a keyword repeats it and its value, which may be the rest of a password.</summary>
    private static bool Takes(NpgsqlConnectionStringBuilder settings, string key, string value)
    {
        try
        {
            settings[key] = value;
            return true;
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>A socket's path is of this machine too.</summary>
    private static bool IsHere(string host) =>
        host is ['/' or '@', ..] || (Uri.TryCreate($"postgres://{host.Trim()}", UriKind.Absolute, out var address) && Installation.IsHere(address));

    /// <summary>The list comes as text: in a query of its own it is read once, not again for every row that is looked at.</summary>
    public override string In(string column, string parameter, ColumnType type = ColumnType.Id) => $"{column} = ANY((SELECT @{parameter}::{TypeName(type)}[])::{TypeName(type)}[])";

    public override object List<T>(IReadOnlyCollection<T> values) => ListText.PostgresArray(values);

    /// <summary>The connections belong to all schemas of the process; <see cref="Stores"/> closes them.</summary>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override async Task<DbConnection> ConnectAsync(CancellationToken cancellation) => await source.OpenConnectionAsync(cancellation);

    protected override async Task LockSchemaAsync(DbTransaction transaction, CancellationToken cancellation)
    {
        var number = BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"claims-transfer/{Schema}")));
        foreach (var statement in (string[])[
            $"SELECT pg_advisory_xact_lock({number})",
            $"CREATE SCHEMA IF NOT EXISTS {Schema}",
            $"CREATE TABLE IF NOT EXISTS {Schema}.schema_history (number bigint PRIMARY KEY, sentence text NOT NULL, applied_at bigint NOT NULL)"])
        {
            await using var command = Command(transaction, statement);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    protected override string Adapt(string statement) => TypeTokens().Replace(statement, static token => token.Groups["type"].Value switch
    {
        "" => $"({token.Groups["json"].Value}::json #>> '{{{token.Groups["path"].Value.Replace('.', ',')}}}')",
        "integer" => "bigint",
        "id" => "uuid",
        "flag" => "boolean",
        _ => "text",
    });

    /// <summary>
    /// Classes 22 (data exception) and 23 (integrity constraint violation), and 54000, which an index entry that is too long gets: PostgreSQL's documentation, appendix
    /// "PostgreSQL Error Codes" (https://www.postgresql.org/docs/current/errcodes-appendix.html). All others speak of the server: 25006 read-only, 53 out of disk,
    /// memory or connections, 57 shut down, 58 a file that cannot be read, XX damaged, 42 a table or a right that is gone.
    /// </summary>
    public static bool IsAboutTheData(string sqlState) =>
        sqlState.StartsWith("22", StringComparison.Ordinal) || sqlState.StartsWith("23", StringComparison.Ordinal) || sqlState == PostgresErrorCodes.ProgramLimitExceeded;

    /// <summary>PostgreSQL remembers what became of a transaction by its number: "Transaction ID and Snapshot Information Functions" in its documentation.</summary>
    protected override async Task<object?> MarkAsync(DbTransaction transaction, CancellationToken cancellation)
    {
        await using var ask = Command(transaction, "SELECT txid_current_if_assigned()");
        return await ask.ExecuteScalarAsync(cancellation) is long number ? number : null;
    }

    protected override async Task<bool?> HasCommittedAsync(DbConnection connection, object mark, CancellationToken cancellation)
    {
        await using var ask = connection.CreateCommand();
        ask.CommandText = "SELECT txid_status(@number)";
        ask.Parameters.Add(new NpgsqlParameter<long>("number", (long)mark));
        return await ask.ExecuteScalarAsync(cancellation) switch
        {
            "committed" => true,
            "aborted" => false,
            _ => null,
        };
    }

    /// <summary>Beside what Npgsql calls transient: a statement that ran into its time limit, and a server that is shut down or started under us.</summary>
    public static bool IsTransient(PostgresException failure) => failure.IsTransient || failure.SqlState is
        PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable
        or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow;

    protected override Fault FaultOf(DbException failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => Fault.RowExists,
        PostgresException broken when IsTransient(broken) => Fault.Transient,
        { IsTransient: true } => Fault.Transient,
        NpgsqlException { InnerException: TimeoutException or IOException or System.Net.Sockets.SocketException } => Fault.Transient,
        _ => Fault.Other,
    };

    protected override async Task WriteAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation)
    {
        await using var insert = Batch(transaction, shape, rows, Insert(shape));
        await insert.ExecuteNonQueryAsync(cancellation);
    }

    protected override async Task<IReadOnlyList<object?[]>> WriteNewAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation)
    {
        await using var insert = Batch(transaction, shape, rows, $"{Insert(shape)} ON CONFLICT ({shape.Names(shape.Key)}) DO NOTHING RETURNING {shape.Names(shape.Key)}");
        var inserted = new List<object?[]>(rows.Length);
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

    protected override async Task ReplaceAsync(DbTransaction transaction, TableShape shape, object?[][] rows, CancellationToken cancellation)
    {
        var replace = shape.Rest.Length == 0 ? "NOTHING" : "UPDATE SET " + string.Join(", ", shape.Rest.Select(c => $"{shape.Columns[c].Name} = EXCLUDED.{shape.Columns[c].Name}"));
        await using var upsert = Batch(transaction, shape, rows, $"{Insert(shape)} ON CONFLICT ({shape.Names(shape.Key)}) DO {replace}");
        await upsert.ExecuteNonQueryAsync(cancellation);
    }

    protected override async Task<int> AdvanceAsync(DbTransaction transaction, TableShape shape, int version, object?[][] rows, CancellationToken cancellation)
    {
        var set = string.Join(", ", shape.Rest.Select(c => $"{shape.Columns[c].Name} = r.{shape.Columns[c].Name}"));
        var key = string.Join(" AND ", shape.Key.Select(c => $"t.{shape.Columns[c].Name} = r.{shape.Columns[c].Name}"));
        var name = shape.Columns[version].Name;
        await using var update = Batch(transaction, shape, rows, $"UPDATE {shape.Table.Name} AS t SET {set} FROM {Rows(shape)} WHERE {key} AND t.{name} = r.{name} - 1");
        return await update.ExecuteNonQueryAsync(cancellation);
    }

    private static string TypeName(ColumnType type) => type switch
    {
        ColumnType.Integer => "bigint",
        ColumnType.Id => "uuid",
        ColumnType.Flag => "boolean",
        _ => "text",
    };

    private static string Insert(TableShape shape) => $"INSERT INTO {shape.Table.Name} ({shape.AllNames()}) SELECT {shape.AllNames("r.")} FROM {Rows(shape)}";

    /// <summary>The batch as a table: one array a column.</summary>
    private static string Rows(TableShape shape) => $"unnest({string.Join(", ", shape.Columns.Select((_, c) => $"${c + 1}"))}) AS r ({shape.AllNames()})";

    private static NpgsqlCommand Command(DbTransaction transaction, string statement) =>
        new(statement, (NpgsqlConnection)transaction.Connection!, (NpgsqlTransaction)transaction);

    private static NpgsqlCommand Batch(DbTransaction transaction, TableShape shape, object?[][] rows, string statement)
    {
        var command = Command(transaction, statement);
        for (var c = 0; c < shape.Columns.Length; c++)
        {
            command.Parameters.Add(shape.Columns[c].Type switch
            {
                ColumnType.Integer => Array<long?>(NpgsqlDbType.Bigint, rows, c),
                ColumnType.Id => Array<Guid?>(NpgsqlDbType.Uuid, rows, c),
                ColumnType.Flag => Array<bool?>(NpgsqlDbType.Boolean, rows, c),
                _ => Array<string?>(NpgsqlDbType.Text, rows, c),
            });
        }

        return command;
    }

    private static NpgsqlParameter<T[]> Array<T>(NpgsqlDbType element, object?[][] rows, int column) =>
        new() { TypedValue = System.Array.ConvertAll(rows, row => (T)row[column]!), NpgsqlDbType = NpgsqlDbType.Array | element };

    [GeneratedRegex(@"\{(?:(?<type>text|code|longtext|integer|id|flag)|json (?<json>\w+) (?<path>[\w.]+))\}", RegexOptions.None, 1000)]
    private static partial Regex TypeTokens();
}
