using System.Text;
using System.Text.Json;

namespace ClaimsTransfer.Defaults.Storage;

/// <summary>
/// A list of any length as one text parameter: Dapper would expand an array into as many parameters as it has elements, which no engine takes for long lists
/// and none can reuse a plan for.
/// </summary>
internal static class ListText
{
    public static string Json<T>(IReadOnlyCollection<T> values)
    {
        using var buffer = new MemoryStream(16 + (values.Count * 40));
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var value in values)
            {
                if (IsText(value, out var text))
                    json.WriteStringValue(text);
                else
                    json.WriteNumberValue(Number(value));
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>PostgreSQL's own form of an array, <c>{"a","b"}</c>.</summary>
    public static string PostgresArray<T>(IReadOnlyCollection<T> values)
    {
        var result = new StringBuilder("{", 2 + (values.Count * 40));
        foreach (var value in values)
        {
            if (result.Length > 1)
                result.Append(',');
            if (!IsText(value, out var text))
                result.Append(Number(value));
            else
                result.Append('"').Append(text.Replace("\\", "\\\\").Replace("\"", "\\\"")).Append('"');
        }

        return result.Append('}').ToString();
    }

    private static bool IsText<T>(T value, out string text)
    {
        text = value switch { string s => s, Guid id => id.ToString("D"), _ => "" };
        return value is string or Guid;
    }

    private static long Number<T>(T value) => value switch
    {
        long number => number,
        int number => number,
        _ => throw new ArgumentException($"A list of {typeof(T).Name} cannot be a parameter; Guid, string, long and int can."),
    };
}
