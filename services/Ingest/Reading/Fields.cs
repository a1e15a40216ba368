using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>The fields of one JSON object, read by rule. What breaks a rule becomes a fault, and reading goes on: all faults are found at once.</summary>
/// <param name="isPersonal">The object is a person's or an organisation's: no value of it is ever shown.</param>
internal readonly struct Fields(JsonElement element, string prefix, FaultList faults, bool isPersonal = false)
{
    private static readonly SearchValues<char> NoText = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')), '\uFFFE', '\uFFFF']);

    public string Path(string name) => prefix.Length == 0 ? name : $"{prefix}.{name}";

    public bool IsGiven(string name, out JsonElement value) => element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    public void Fault(string name, string reason, string example) =>
        faults.Add(Path(name), IsGiven(name, out var value) ? Shown(value) : null, reason, example);

    /// <summary>An amount with fractions may have as many digits as somebody's number, and is none: it is shown.</summary>
    public void AmountFault(string name, string reason, string example)
    {
        if (IsGiven(name, out var value) && value.ValueKind == JsonValueKind.Number && value.GetRawText().IndexOf('.') is > 0 and < 9)
            faults.Add(Path(name), PersonalText.Cut(value.GetRawText()), reason, example);
        else
            Fault(name, reason, example);
    }

    /// <summary>The value is somebody's number in a place where none belongs: it is not shown.</summary>
    public void PersonalFault(string name, string reason, string example) => faults.Add(Path(name), PersonalText.Masked, reason, example);

    public string? Text(string name, int longest, string example, bool isRequired = true)
    {
        if (!IsGiven(name, out var value))
            return Missing<string>(name, isRequired, example);
        if (value.ValueKind != JsonValueKind.String)
            return Wrong<string>(name, $"must be text, not {KindOf(value)}", example);
        var text = value.GetString()!;
        if (text.Length > longest)
            return Wrong<string>(name, $"is {text.Length} characters long; at most {longest} are taken", example);
        if (text.AsSpan().ContainsAny(NoText))
            return Wrong<string>(name, "contains control characters", example);
        if (string.IsNullOrWhiteSpace(text))
            return isRequired ? Wrong<string>(name, "is empty", example) : null;
        return text;
    }

    public string? OneOf(string name, params ReadOnlySpan<string> taken)
    {
        var text = Text(name, 100, taken[0]);
        if (text is null || taken.Contains(text))
            return text;
        return Wrong<string>(name, $"must be one of {string.Join(", ", taken)}", taken[0]);
    }

    /// <summary>A whole number without fraction or exponent.</summary>
    public long? Integer(string name, long least, long most, string meaning, string example)
    {
        if (!IsGiven(name, out var value))
            return MissingValue<long>(name, example);
        if (value.ValueKind != JsonValueKind.Number)
            return WrongValue<long>(name, $"must be a number ({meaning}), not {KindOf(value)}", example);
        if (!value.TryGetInt64(out var number))
        {
            return WrongValue<long>(
                name, value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? $"must be a whole number ({meaning}), without fraction or exponent" : "is outside what a 64-bit integer holds", example);
        }
        if (number < least)
            return WrongValue<long>(name, $"must be at least {least} ({meaning})", example);
        return number > most ? WrongValue<long>(name, $"must be at most {most} ({meaning})", example) : number;
    }

    public DateOnly? Date(string name, string example, bool isRequired = true)
    {
        if (!IsGiven(name, out var value))
        {
            if (isRequired)
                Fault(name, "is missing", example);
            return null;
        }
        if (value.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return date;
        return WrongValue<DateOnly>(name, "must be a date that exists, as ISO 8601 writes it (yyyy-MM-dd)", example);
    }

    /// <summary>A moment with its offset: without one nobody could tell which hour it was.</summary>
    public DateTimeOffset? Instant(string name, string example)
    {
        if (!IsGiven(name, out var value))
            return MissingValue<DateTimeOffset>(name, example);
        const string Reason = "must be a moment as ISO 8601 writes it, with offset (Z or +01:00)";
        if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: >= 17 and <= 40 } text)
            return WrongValue<DateTimeOffset>(name, Reason, example);
        var hasOffset = text[^1] is 'Z' or 'z' || (text.LastIndexOfAny(['+', '-']) is var sign and > 10 && sign >= text.Length - 6);
        if (!hasOffset || text[10] is not ('T' or 't') || !value.TryGetDateTimeOffset(out var moment))
            return WrongValue<DateTimeOffset>(name, Reason, example);
        return moment.Year is >= 1990 and <= 2200 ? moment.ToUniversalTime() : WrongValue<DateTimeOffset>(name, "is not a moment of our time (1990 to 2200)", example);
    }

    public Guid? Uuid(string name, string example)
    {
        if (!IsGiven(name, out var value))
            return MissingValue<Guid>(name, example);
        if (value.ValueKind != JsonValueKind.String || !value.TryGetGuid(out var id))
            return WrongValue<Guid>(name, "must be a UUID in its usual form of 36 characters", example);
        return id != Guid.Empty ? id : WrongValue<Guid>(name, "is the empty UUID, which names nothing", example);
    }

    public Fields? Object(string name, string example, bool isRequired = true, bool isPersonal = false)
    {
        if (!IsGiven(name, out var value))
        {
            if (isRequired)
                Fault(name, "is missing", example);
            return null;
        }
        if (value.ValueKind == JsonValueKind.Object)
            return new Fields(value, Path(name), faults, isPersonal);
        faults.Add(Path(name), isPersonal ? PersonalText.Masked : Shown(value), $"must be an object, not {KindOf(value)}", example);
        return null;
    }

    /// <summary>An entry of an array, which must be an object.</summary>
    public Fields? Item(JsonElement item, string path, string example)
    {
        if (item.ValueKind == JsonValueKind.Object)
            return new Fields(item, Path(path), faults, isPersonal);
        faults.Add(Path(path), Shown(item), $"must be an object, not {KindOf(item)}", example);
        return null;
    }

    public static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private string Shown(JsonElement value) => isPersonal ? PersonalText.Masked : value.ValueKind switch
    {
        JsonValueKind.String => PersonalText.Shown(value.GetString()!),
        JsonValueKind.Object => "{…}",
        JsonValueKind.Array => "[…]",
        _ => PersonalText.Shown(value.GetRawText()),
    };

    private T? Missing<T>(string name, bool isRequired, string example)
        where T : class
    {
        if (isRequired)
            Fault(name, "is missing", example);
        return null;
    }

    private T? MissingValue<T>(string name, string example)
        where T : struct => WrongValue<T>(name, "is missing", example);

    private T? Wrong<T>(string name, string reason, string example)
        where T : class
    {
        Fault(name, reason, example);
        return null;
    }

    private T? WrongValue<T>(string name, string reason, string example)
        where T : struct
    {
        Fault(name, reason, example);
        return null;
    }
}
