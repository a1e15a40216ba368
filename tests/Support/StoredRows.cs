using System.Globalization;
using ClaimsTransfer.Defaults.Storage;
using Dapper;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;

namespace ClaimsTransfer.Support;

/// <summary>Everything that a schema holds, for tests that look for what should not be there, or for what has changed.</summary>
public static class StoredRows
{
    /// <summary>A line a row: the table and every value that is not null.</summary>
    public static async Task<IReadOnlyList<string>> AllAsync(IStore store)
    {
        await using var connection = await store.OpenAsync(default);
        var isSqlite = connection is SqliteConnection;
        var tables = isSqlite
            ? await connection.QueryAsync<string>("SELECT name FROM sqlite_master WHERE type = 'table'")
            : await connection.QueryAsync<string>("SELECT table_name FROM information_schema.tables WHERE table_schema = @schema",
                new { schema = store.Schema });
        List<string> lines = [];
        foreach (var table in tables.Where(name => name != "schema_history").ToList())
        {
            foreach (IDictionary<string, object?> row in await connection.QueryAsync($"SELECT * FROM {(isSqlite ? "" : $"{store.Schema}.")}{table}"))
            {
                var values = row.Where(value => value.Value is not null)
                    .Select(value => string.Create(CultureInfo.InvariantCulture, $"{value.Key}={value.Value}"));
                lines.Add($"{table}: {string.Join(", ", values)}");
            }
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    /// <summary>While <paramref name="work"/> runs the column is away: whatever needs it fails there, with what it did before.</summary>
    public static async Task WithoutAsync(IStore store, string table, string column, Func<Task> work)
    {
        await using var connection = await store.OpenAsync(default);
        await connection.ExecuteAsync(Rename(column, "away"));
        await work();
        await connection.ExecuteAsync(Rename("away", column));

        string Rename(string from, string to) => connection switch
        {
            SqliteConnection => $"ALTER TABLE {table} RENAME COLUMN {from} TO {to}",
            SqlConnection => $"EXEC sp_rename '{store.Schema}.{table}.{from}', '{to}', 'COLUMN'",
            _ => $"ALTER TABLE {store.Schema}.{table} RENAME COLUMN {from} TO {to}",
        };
    }
}
