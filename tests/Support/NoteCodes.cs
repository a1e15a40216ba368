using System.Reflection;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Support;

/// <summary>Holds notes against their texts.</summary>
public static partial class NoteCodes
{
    /// <summary>Every code that has a text, with all its fields; a field whose values have words has the first of them.</summary>
    public static IReadOnlyList<Note> InCatalogue { get; } =
        [.. Codes(NoteTexts.Danish).Order(StringComparer.Ordinal).Select(code => Note.Of(code, [.. FieldsOf(code).Select(field => (field, (object?)SampleOf(field)))]))];

    /// <summary>Every note that a class of them can make, with every value of an enum.</summary>
    public static IReadOnlyList<Note> MadeBy(Type notes) =>
    [
        .. notes.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.FieldType == typeof(Note)).Select(field => (Note)field.GetValue(null)!),
        .. notes.GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.ReturnType == typeof(Note)).SelectMany(Made),
    ];

    /// <summary>What a reader of either language would not be told, or a text that nothing says.</summary>
    public static IReadOnlyList<string> FaultsOf(Type notes)
    {
        var made = MadeBy(notes);
        var prefix = made[0].Code[..(made[0].Code.IndexOf('.', StringComparison.Ordinal) + 1)];
        return
        [
            .. FaultsOf(made),
            .. Codes(NoteTexts.Danish).Where(code => code.StartsWith(prefix, StringComparison.Ordinal)).Except(made.Select(note => note.Code)).Select(code => $"{code} has a text, and nothing says it"),
        ];
    }

    public static IReadOnlyList<string> FaultsOf(IEnumerable<Note> notes) => [.. notes.Distinct().SelectMany(note => Languages.SelectMany(language => FaultsOf(note, language)))];

    private static string[] Languages => [NoteTexts.Danish, NoteTexts.English];

    private static IEnumerable<string> FaultsOf(Note note, string language)
    {
        var texts = NoteTexts.In(language);
        if (!texts.TryGetValue(note.Code, out var text))
        {
            yield return $"{note.Code} has no text in {language}";
            yield break;
        }

        foreach (var field in Placeholder().Matches(Optional().Replace(text, "")).Select(match => match.Groups[1].Value).Where(field => note.Fields?.ContainsKey(field) != true))
            yield return $"{note.Code} in {language} needs {field}, which {note} lacks";
        foreach (var (field, value) in note.Fields ?? new Dictionary<string, string>())
        {
            if (WordsOf(field, language).Any() && !texts.ContainsKey($"word.{field}.{value}"))
                yield return $"{field} {value} of {note.Code} has no word in {language}";
        }
    }

    private static IEnumerable<Note> Made(MethodInfo method)
    {
        var parameters = method.GetParameters();
        var enumerated = Array.FindIndex(parameters, parameter => parameter.ParameterType.IsEnum);
        foreach (var value in enumerated < 0 ? new object?[] { null } : Enum.GetValues(parameters[enumerated].ParameterType).Cast<object?>())
            yield return (Note)method.Invoke(null, [.. parameters.Select((parameter, n) => n == enumerated ? value : SampleOf(parameter))])!;
    }

    private static object SampleOf(ParameterInfo parameter) => (Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType) switch
    {
        var type when type == typeof(string) => SampleOf(parameter.Name!),
        var type when type == typeof(DateOnly) => new DateOnly(2026, 11, 22),
        var type when type == typeof(DateTimeOffset) => new DateTimeOffset(2026, 11, 22, 7, 0, 0, TimeSpan.Zero),
        var type when type == typeof(TimeSpan) => TimeSpan.FromMinutes(7),
        var type when type == typeof(Guid) => Guid.Empty,
        { IsEnum: true } type => Enum.GetValues(type).GetValue(0)!,
        var type => Convert.ChangeType(7, type, System.Globalization.CultureInfo.InvariantCulture),
    };

    private static string SampleOf(string field) =>
        WordsOf(field, NoteTexts.Danish).FirstOrDefault() ?? (field.EndsWith("Ore", StringComparison.Ordinal) ? "7000" : $"X-{field}");

    private static IEnumerable<string> WordsOf(string field, string language) =>
        NoteTexts.In(language).Keys.Where(key => key.StartsWith($"word.{field}.", StringComparison.Ordinal)).Select(key => key[$"word.{field}.".Length..]).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Codes(string language) => NoteTexts.In(language).Keys.Where(key => !key.StartsWith("word.", StringComparison.Ordinal));

    private static IEnumerable<string> FieldsOf(string code) => Placeholder().Matches(NoteTexts.In(NoteTexts.Danish)[code]).Select(match => match.Groups[1].Value).Distinct();

    [GeneratedRegex(@"\{([A-Za-z]+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\[[^\[\]]*\]")]
    private static partial Regex Optional();
}
