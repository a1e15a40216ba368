using Microsoft.Data.Sqlite;

namespace ClaimsTransfer.Defaults.Messaging.Embedded;

/// <summary>The SQL of <c>broker.db</c>, prepared once, used by the writer alone.</summary>
internal sealed class BrokerStatements : IDisposable
{
    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS queues (
          id        INTEGER PRIMARY KEY,
          name      TEXT NOT NULL UNIQUE,
          delivered INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE IF NOT EXISTS bindings (
          exchange    TEXT NOT NULL,
          routing_key TEXT NOT NULL,
          queue_id    INTEGER NOT NULL REFERENCES queues (id),
          PRIMARY KEY (exchange, routing_key, queue_id)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS messages (
          sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
          queue_id    INTEGER NOT NULL,
          name        TEXT NOT NULL,
          message_id  TEXT,
          traceparent TEXT,
          attempts    INTEGER NOT NULL DEFAULT 0,
          fault_type  TEXT,
          fault_text  TEXT,
          failed_at   INTEGER,
          fault_queue TEXT,
          body        BLOB NOT NULL
        );
        CREATE INDEX IF NOT EXISTS messages_by_queue ON messages (queue_id, sequence);
        """;

    private readonly SqliteConnection connection;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand delete;
    private readonly SqliteCommand giveBack;
    private readonly SqliteCommand mark;
    private readonly SqliteCommand move;

    public BrokerStatements(SqliteConnection connection)
    {
        this.connection = connection;
        insert = Command(
            """
            INSERT INTO messages (queue_id, name, message_id, traceparent, attempts, fault_type, fault_text, failed_at, fault_queue, body)
            VALUES ($queue, $name, $id, $trace, $attempts, $faultType, $faultText, $failedAt, $faultQueue, $body)
            RETURNING sequence
            """, "$queue", "$name", "$id", "$trace", "$attempts", "$faultType", "$faultText", "$failedAt", "$faultQueue", "$body");
        delete = Command("DELETE FROM messages WHERE sequence = $sequence", "$sequence");
        giveBack = Command("UPDATE messages SET attempts = $attempts WHERE sequence = $sequence", "$attempts", "$sequence");
        mark = Command("UPDATE queues SET delivered = max(delivered, $sequence) WHERE id = $queue", "$sequence", "$queue");
        move = Command(
            """
            INSERT INTO messages (queue_id, name, message_id, traceparent, body)
            SELECT $queue, name, message_id, traceparent, body FROM messages WHERE sequence = $sequence
            RETURNING sequence, name, length(body)
            """, "$queue", "$sequence");
    }

    /// <summary>Durable at every commit; deleted bodies are overwritten, because what FBS sends carries CPR numbers until Ingest has sealed them.</summary>
    public static void Prepare(SqliteConnection connection)
    {
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -32000;");
        Execute(connection, Schema);
        // Whatever a consumer had been given and not acknowledged when the last process ended counts as one attempt.
        Execute(connection,
            """
            UPDATE messages SET attempts = attempts + 1
            WHERE EXISTS (SELECT 1 FROM queues WHERE queues.id = messages.queue_id AND messages.sequence <= queues.delivered)
            """);
    }

    public void InTransaction(Action work)
    {
        Execute(connection, "BEGIN IMMEDIATE");
        try
        {
            work();
            Execute(connection, "COMMIT");
        }
        catch
        {
            if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
                Execute(connection, "ROLLBACK");
            throw;
        }
    }

    public long Insert(int queue, string name, string? messageId, ReadOnlyMemory<byte> body, string? traceParent, int attempts = 0, FaultNote? fault = null) =>
        (long)Run(insert, queue, name, messageId, traceParent, attempts, fault?.Type, fault?.Text, fault?.FailedAt.ToUnixTimeMilliseconds(), fault?.Queue, AsArray(body))!;

    public void Delete(long sequence) => Run(delete, sequence);

    public void GiveBack(long sequence, int attempts) => Run(giveBack, attempts, sequence);

    public void MarkDelivered(int queue, long sequence) => Run(mark, sequence, queue);

    public (long Sequence, string Name, long Bytes)? Move(long sequence, int toQueue)
    {
        (long, string, long) moved;
        Give(move, toQueue, sequence);
        using (var row = move.ExecuteReader())
        {
            if (!row.Read())
                return null;
            moved = (row.GetInt64(0), row.GetString(1), row.GetInt64(2));
        }
        Delete(sequence);
        return moved;
    }

    public int DeclareQueue(string name)
    {
        using var command = Command("INSERT INTO queues (name) VALUES ($name) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id", "$name");
        return (int)(long)Run(command, name)!;
    }

    public void Bind(string exchange, string routingKey, int queue)
    {
        using var command = Command("INSERT OR IGNORE INTO bindings VALUES ($exchange, $key, $queue)", "$exchange", "$key", "$queue");
        Run(command, exchange, routingKey, queue);
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[insert, delete, giveBack, mark, move])
            command.Dispose();
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this file come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static object? Run(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        Give(command, values);
        return command.ExecuteScalar();
    }

    private static void Give(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
    }

    private static byte[] AsArray(ReadOnlyMemory<byte> body) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(body, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : body.ToArray();

    private SqliteCommand Command(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this file come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var parameter in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        return command;
    }
}
