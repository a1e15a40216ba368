using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaimsTransfer.Defaults.Notes;

/// <summary>
/// What a service has to say to a person, as a code with its fields. Every service notes and tells it so; it is worded where it is shown, by
/// <see cref="NoteTexts"/>.
/// </summary>
/// <param name="Fields">By name, in invariant form. A name that ends in <c>Ore</c> is an amount in øre. No personal data.</param>
public sealed record Note(
    string Code, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Fields = null)
{
    /// <summary>
    /// The code of what somebody outside has written, or an older version of ours: it has one field, <c>text</c>, and is shown as it was written.
    /// </summary>
    public const string Quoted = "quoted";

    /// <summary>A field without a value is left out.</summary>
    public static Note Of(string code, params ReadOnlySpan<(string Name, object? Value)> fields)
    {
        Dictionary<string, string>? given = null;
        foreach (var (name, value) in fields)
        {
            if (TextOf(value) is { Length: > 0 } text)
                (given ??= new(fields.Length, StringComparer.Ordinal))[name] = text;
        }

        return new Note(code, given);
    }

    public static Note Quote(string text) => Of(Quoted, ("text", text));

    /// <summary>As a service keeps them, in one column.</summary>
    public static string Write(IReadOnlyList<Note> notes) => JsonSerializer.Serialize(notes, NoteJson.Default.IReadOnlyListNote);

    /// <summary>As <see cref="Write"/> wrote them; what an older version has kept in prose is a quotation.</summary>
    public static IReadOnlyList<Note> Read(string? kept)
    {
        if (string.IsNullOrEmpty(kept))
            return [];
        if (kept is not ['[', '{' or ']', ..])
            return [Quote(kept)];
        try
        {
            return JsonSerializer.Deserialize(kept, NoteJson.Default.IReadOnlyListNote) ?? [];
        }
        catch (JsonException)
        {
            return [Quote(kept)];
        }
    }

    /// <summary>The same with every value passed through, such as to mask or shorten it.</summary>
    public Note With(Func<string, string> value) =>
        Fields is null ? this : this with { Fields = Fields.ToDictionary(field => field.Key, field => value(field.Value), StringComparer.Ordinal) };

    public bool Equals(Note? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Code);

    /// <summary>For logs and tests: <c>claim.covered amountOre=7000</c>.</summary>
    public override string ToString() =>
        Fields is null ? Code : $"{Code} {string.Join(", ", Fields.Select(field => $"{field.Key}={field.Value}"))}";

    private static string? TextOf(object? value) => value switch
    {
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset at => at.ToString("O", CultureInfo.InvariantCulture),
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString(),
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<Note>))]
internal sealed partial class NoteJson : JsonSerializerContext;
