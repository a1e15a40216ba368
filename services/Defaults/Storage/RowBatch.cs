using System.Runtime.CompilerServices;
using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Defaults.Storage;

/// <summary>What the engines need to know of a table again and again, worked out once for each table.</summary>
internal sealed class TableShape
{
    private static readonly ConditionalWeakTable<Table, TableShape> Shapes = [];

    private TableShape(Table table)
    {
        Table = table;
        Columns = [.. table.Columns];
        Key = [.. table.Key.Select(IndexOf)];
        Rest = [.. Enumerable.Range(0, Columns.Length).Except(Key)];
    }

    public Table Table { get; }

    public Column[] Columns { get; }

    /// <summary>Positions of the key columns.</summary>
    public int[] Key { get; }

    /// <summary>Positions of the other columns.</summary>
    public int[] Rest { get; }

    public static TableShape Of(Table table) => Shapes.GetValue(table, static t => new TableShape(t));

    public int IndexOf(string column)
    {
        var index = Array.FindIndex(Columns, c => string.Equals(c.Name, column, StringComparison.Ordinal));
        return index >= 0 ? index : throw new ArgumentException($"Table {Table.Name} has no column {column}.");
    }

    public string Names(IEnumerable<int> columns, string prefix = "") => string.Join(", ", columns.Select(c => prefix + Columns[c].Name));

    public string AllNames(string prefix = "") => string.Join(", ", Columns.Select(c => prefix + c.Name));
}

/// <summary>
/// Rows as every engine takes them: checked against the columns' types, numbers as <see cref="long"/>. Without this an engine would be lenient where another is
/// not, and a service would work on the developer's SQLite and fail on the customer's server.
/// </summary>
internal static class RowBatch
{
    public const int TextLength = 200;

    public static object?[][] Checked(TableShape shape, IReadOnlyList<object?[]> rows)
    {
        var result = new object?[rows.Count][];
        for (var i = 0; i < result.Length; i++)
            result[i] = Checked(shape, rows[i]);
        return result;
    }

    /// <summary>Sorted by key, so that two batches that share rows lock them in the same order.</summary>
    public static int[] ByKey(TableShape shape, object?[][] rows)
    {
        var order = new int[rows.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (a, b) => new RowKey(shape, rows[a]).Order(new RowKey(shape, rows[b])));
        return order;
    }

    private static object?[] Checked(TableShape shape, object?[] row)
    {
        if (row.Length != shape.Columns.Length)
            throw new ArgumentException($"A row for {shape.Table.Name} has {row.Length} values, the table {shape.Columns.Length} columns.");
        var result = new object?[row.Length];
        for (var i = 0; i < row.Length; i++)
            result[i] = Checked(shape, shape.Columns[i], row[i]);
        return result;
    }

    private static object? Checked(TableShape shape, Column column, object? value) => (column.Type, value) switch
    {
        (_, null or DBNull) => column.Nullable ? null : throw Unfit(shape, column, "is null and may not be"),
        (ColumnType.Text, string text) when text.Length > TextLength => throw Unfit(shape, column, $"has {text.Length} characters and may have {TextLength}; LongText takes more"),
        (ColumnType.Text or ColumnType.LongText, string text) when text.Contains('\0') => throw Unfit(shape, column, "contains the character U+0000, which PostgreSQL cannot store"),
        (ColumnType.Text or ColumnType.LongText, string) => value,
        (ColumnType.Integer, long) => value,
        (ColumnType.Integer, int number) => (long)number,
        (ColumnType.Id, Guid) => value,
        (ColumnType.Flag, bool) => value,
        _ => throw Wrong(shape, column, $"is a {value.GetType().Name}, which {column.Type} does not take"),
    };

    /// <summary>What came in a message and can never be kept, however often it is tried. Says which column and why, never the value: it may be a person's.</summary>
    private static PermanentException Unfit(TableShape shape, Column column, string what) => new($"{shape.Table.Name}.{column.Name} {what}.");

    /// <summary>A fault of the code that wrote the row.</summary>
    private static ArgumentException Wrong(TableShape shape, Column column, string what) => new($"{shape.Table.Name}.{column.Name} {what}.");
}

/// <summary>The key of a row, compared by its values in an order that is the same in every process.</summary>
internal readonly struct RowKey(TableShape shape, object?[] row) : IEquatable<RowKey>
{
    private readonly int[] _key = shape.Key;
    private readonly object?[] _row = row;

    public bool Equals(RowKey other)
    {
        foreach (var column in _key)
        {
            if (!Equals(_row[column], other._row[column]))
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is RowKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var column in _key)
            hash.Add(_row[column]);
        return hash.ToHashCode();
    }

    public int Order(RowKey other)
    {
        foreach (var column in _key)
        {
            var order = (_row[column], other._row[column]) switch
            {
                (string a, string b) => string.CompareOrdinal(a, b),
                (IComparable a, { } b) => a.CompareTo(b),
                _ => 0,
            };
            if (order != 0)
                return order;
        }

        return 0;
    }
}
