using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaimsTransfer.Defaults.Notes;

/// <summary>
/// Notes in a reader's language. A code's text is in <c>notes.da.json</c> and <c>notes.en.json</c>: <c>{field}</c> is the field's value,
/// <c>[…{field}…]</c> is left out where the field is. A value that has a word (<c>word.FIELD.VALUE</c>) stands as that.
/// </summary>
/// <param name="language"><c>da</c> or <c>en</c>.</param>
/// <param name="kroner">How the reader's place writes an amount.</param>
public sealed partial class NoteTexts(string language, Func<long, string> kroner)
{
    public const string Danish = "da";
    public const string English = "en";

    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> Catalogue =
        new[] { Danish, English }.ToFrozenDictionary(language => language, Load);

    /// <summary>For senders, logs and answers.</summary>
    public static NoteTexts InEnglish { get; } = new(English, ore => string.Create(CultureInfo.InvariantCulture, $"{ore / 100m:0.00} kr."));

    private readonly FrozenDictionary<string, string> _texts = Catalogue[language];

    /// <summary>All texts of a language, for those who hold them against the codes.</summary>
    public static IReadOnlyDictionary<string, string> In(string language) => Catalogue[language];

    public string Say(IReadOnlyList<Note>? notes) => notes is null ? "" : string.Join("; ", notes.Select(Say));

    /// <summary>A code of a newer version stands as it came.</summary>
    public string Say(Note note) => _texts.TryGetValue(note.Code, out var text) ? Fill(text, note) : note.ToString();

    private string Fill(string text, Note note) => Placeholder().Replace(text, part =>
    {
        if (part.Groups["part"] is { Success: true, Value: var optional })
            return Placeholder().Matches(optional).All(inner => Value(note, inner) is not null) ? Fill(optional, note) : "";
        return Value(note, part) is { } value ? Word(part.Groups["field"].Value, value) : "–";
    });

    private static string? Value(Note note, Match placeholder) => note.Fields?.GetValueOrDefault(placeholder.Groups["field"].Value);

    private string Word(string field, string value) =>
        field.EndsWith("Ore", StringComparison.Ordinal) && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ore)
            ? kroner(ore)
            : _texts.GetValueOrDefault($"word.{field}.{value}", value);

    [GeneratedRegex(@"\[(?<part>[^\[\]]*)\]|\{(?<field>[A-Za-z]+)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();

    private static FrozenDictionary<string, string> Load(string language)
    {
        using var stream = typeof(NoteTexts).Assembly.GetManifestResourceStream($"notes.{language}.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
