using Microsoft.Data.Sqlite;

namespace ClaimsTransfer.Defaults.Messaging.Embedded;

/// <summary>Reads rows of <c>messages</c>.</summary>
internal static class MessageRows
{
    /// <summary>The rows after a sequence, until so many rows or so many bytes are read; one row always, however large.</summary>
    public static List<StoredMessage> Page(SqliteConnection connection, int queue, long after, int rows, long bytes)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT sequence, name, message_id, traceparent, attempts, fault_type, fault_text, failed_at, fault_queue, body
            FROM messages
            WHERE queue_id = $queue AND sequence > $after
            ORDER BY sequence
            LIMIT $rows
            """;
        command.Parameters.AddWithValue("$queue", queue);
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$rows", rows);
        using var reader = command.ExecuteReader();
        var page = new List<StoredMessage>();
        while (bytes > 0 && reader.Read())
        {
            var body = reader.GetFieldValue<byte[]>(9);
            bytes -= body.Length;
            page.Add(new StoredMessage(
                reader.GetInt64(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), body,
                reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetInt32(4), FaultOf(reader)));
        }
        return page;
    }

    /// <summary>The sequences of the oldest rows whose message id is wanted.</summary>
    public static HashSet<long> Choose(SqliteConnection connection, int queue, Func<string?, bool> isWanted, int limit)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sequence, message_id FROM messages WHERE queue_id = $queue ORDER BY sequence";
        command.Parameters.AddWithValue("$queue", queue);
        using var reader = command.ExecuteReader();
        var chosen = new HashSet<long>();
        while (chosen.Count < limit && reader.Read())
        {
            if (isWanted(reader.IsDBNull(1) ? null : reader.GetString(1)))
                chosen.Add(reader.GetInt64(0));
        }
        return chosen;
    }

    private static FaultNote? FaultOf(SqliteDataReader reader) => reader.IsDBNull(5)
        ? null
        : new FaultNote(reader.GetString(5), reader.GetString(6), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(7)), reader.GetString(8));
}
