using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>The fields of one JSON object, read by rule. What breaks a rule becomes a fault, and reading goes on: all faults are found at once.</summary>
/// <param name="isPersonal">The object is a person's or an organisation's: no value of it is ever shown.</param>
internal readonly struct Fields(JsonElement element, string prefix, FaultList faults, bool isPersonal = false)
{
    private static readonly SearchValues<char> NoText = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')), '\uFFFE', '\uFFFF']);

    public string Path(string name) => prefix.Length == 0 ? name : $"{prefix}.{name}";

    public bool IsGiven(string name, out JsonElement value) => element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    public void Fault(string name, Note why, string example) =>
        faults.Add(Path(name), IsGiven(name, out var value) ? Shown(value) : null, why, example);

    /// <summary>An amount with fractions may have as many digits as somebody's number, and is none: it is shown.</summary>
    public void AmountFault(string name, Note why, string example)
    {
        if (IsGiven(name, out var value) && value.ValueKind == JsonValueKind.Number && value.GetRawText().IndexOf('.') is > 0 and < 9)
            faults.Add(Path(name), PersonalText.Cut(value.GetRawText()), why, example);
        else
            Fault(name, why, example);
    }

    /// <summary>The value is somebody's number in a place where none belongs: it is not shown.</summary>
    public void PersonalFault(string name, Note why, string example) => faults.Add(Path(name), PersonalText.Masked, why, example);

    public string? Text(string name, int longest, string example, bool isRequired = true)
    {
        if (!IsGiven(name, out var value))
            return Missing<string>(name, isRequired, example);
        if (value.ValueKind != JsonValueKind.String)
            return Wrong<string>(name, FaultNotes.NotText(KindOf(value)), example);
        var text = value.GetString()!;
        if (text.Length > longest)
            return Wrong<string>(name, FaultNotes.TooLong(text.Length, longest), example);
        if (text.AsSpan().ContainsAny(NoText))
            return Wrong<string>(name, FaultNotes.ControlCharacters, example);
        if (string.IsNullOrWhiteSpace(text))
            return isRequired ? Wrong<string>(name, FaultNotes.Empty, example) : null;
        return text;
    }

    public string? OneOf(string name, params ReadOnlySpan<string> taken)
    {
        var text = Text(name, 100, taken[0]);
        if (text is null || taken.Contains(text))
            return text;
        return Wrong<string>(name, FaultNotes.NotOneOf(string.Join(", ", taken)), taken[0]);
    }

    /// <summary>A whole number without fraction or exponent.</summary>
    /// <param name="meaning">What it counts, as <c>word.meaning</c> of the notes calls it.</param>
    public long? Integer(string name, long least, long most, string meaning, string example)
    {
        if (!IsGiven(name, out var value))
            return MissingValue<long>(name, example);
        if (value.ValueKind != JsonValueKind.Number)
            return WrongValue<long>(name, FaultNotes.NotNumber(meaning, KindOf(value)), example);
        if (!value.TryGetInt64(out var number))
        {
            return WrongValue<long>(
                name, value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? FaultNotes.NotWhole(meaning) : FaultNotes.OutsideInteger, example);
        }
        if (number < least)
            return WrongValue<long>(name, FaultNotes.AtLeast(least, meaning), example);
        return number > most ? WrongValue<long>(name, FaultNotes.AtMost(most, meaning), example) : number;
    }

    public DateOnly? Date(string name, string example, bool isRequired = true)
    {
        if (!IsGiven(name, out var value))
        {
            if (isRequired)
                Fault(name, FaultNotes.Missing, example);
            return null;
        }
        if (value.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return date;
        return WrongValue<DateOnly>(name, FaultNotes.NoDate, example);
    }

    /// <summary>A moment with its offset: without one nobody could tell which hour it was.</summary>
    public DateTimeOffset? Instant(string name, string example)
    {
        if (!IsGiven(name, out var value))
            return MissingValue<DateTimeOffset>(name, example);
        if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: >= 17 and <= 40 } text)
            return WrongValue<DateTimeOffset>(name, FaultNotes.NoMoment, example);
        var hasOffset = text[^1] is 'Z' or 'z' || (text.LastIndexOfAny(['+', '-']) is var sign and > 10 && sign >= text.Length - 6);
        if (!hasOffset || text[10] is not ('T' or 't') || !value.TryGetDateTimeOffset(out var moment))
            return WrongValue<DateTimeOffset>(name, FaultNotes.NoMoment, example);
        return moment.Year is >= 1990 and <= 2200 ? moment.ToUniversalTime() : WrongValue<DateTimeOffset>(name, FaultNotes.NotOurTime, example);
    }

    public Guid? Uuid(string name, string example)
    {
        if (!IsGiven(name, out var value))
            return MissingValue<Guid>(name, example);
        if (value.ValueKind != JsonValueKind.String || !value.TryGetGuid(out var id))
            return WrongValue<Guid>(name, FaultNotes.NoUuid, example);
        return id != Guid.Empty ? id : WrongValue<Guid>(name, FaultNotes.EmptyUuid, example);
    }

    public Fields? Object(string name, string example, bool isRequired = true, bool isPersonal = false)
    {
        if (!IsGiven(name, out var value))
        {
            if (isRequired)
                Fault(name, FaultNotes.Missing, example);
            return null;
        }
        if (value.ValueKind == JsonValueKind.Object)
            return new Fields(value, Path(name), faults, isPersonal);
        faults.Add(Path(name), isPersonal ? PersonalText.Masked : Shown(value), FaultNotes.NotObject(KindOf(value)), example);
        return null;
    }

    /// <summary>An entry of an array, which must be an object.</summary>
    public Fields? Item(JsonElement item, string path, string example)
    {
        if (item.ValueKind == JsonValueKind.Object)
            return new Fields(item, Path(path), faults, isPersonal);
        faults.Add(Path(path), Shown(item), FaultNotes.NotObject(KindOf(item)), example);
        return null;
    }

    /// <summary>As <c>word.given</c> of the notes calls it.</summary>
    public static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
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
            Fault(name, FaultNotes.Missing, example);
        return null;
    }

    private T? MissingValue<T>(string name, string example)
        where T : struct => WrongValue<T>(name, FaultNotes.Missing, example);

    private T? Wrong<T>(string name, Note why, string example)
        where T : class
    {
        Fault(name, why, example);
        return null;
    }

    private T? WrongValue<T>(string name, Note why, string example)
        where T : struct
    {
        Fault(name, why, example);
        return null;
    }
}
