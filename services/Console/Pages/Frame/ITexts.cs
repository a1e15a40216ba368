using System.Collections.Frozen;
using System.Text.Json;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary>What pages say, in the reader's language: <c>@T["users.title"]</c>, <c>@T["signIn.locked", time]</c>.</summary>
public interface ITexts
{
    /// <summary><c>da</c> or <c>en</c>.</summary>
    string Language { get; }

    /// <summary>The text, with <c>{0}</c>, <c>{1}</c> … filled in. A key that no file has is an error: a page that lacks a text fails its test.</summary>
    string this[string key, params ReadOnlySpan<object?> values] { get; }

    /// <summary>The text, or null where there is none.</summary>
    string? Find(string key);
}

/// <summary>
/// All texts: the files <c>Texts/NAME.da.json</c> and <c>Texts/NAME.en.json</c>, one pair a page or folder. A key stands in one file only, and in both languages.
/// </summary>
public sealed class TextCatalogue
{
    public const string Danish = "da";
    public const string English = "en";

    private readonly FrozenDictionary<string, FrozenDictionary<string, string>> _byLanguage = new[] { Danish, English }.ToFrozenDictionary(language => language, Load);

    public FrozenDictionary<string, string> In(string language) => _byLanguage[language];

    private static FrozenDictionary<string, string> Load(string language)
    {
        var assembly = typeof(TextCatalogue).Assembly;
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("texts/", StringComparison.Ordinal) && name.EndsWith($".{language}.json", StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            foreach (var (key, text) in JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!)
            {
                if (!texts.TryAdd(key, text))
                    throw new InvalidOperationException($"{name} has the key {key}, and so has another file.");
            }
        }

        return texts.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

internal sealed class Texts(TextCatalogue catalogue, IHttpContextAccessor accessor) : ITexts
{
    public const string Cookie = "claims-console-language";

    public string Language { get; } = accessor.HttpContext?.Request.Cookies[Cookie] == TextCatalogue.English ? TextCatalogue.English : TextCatalogue.Danish;

    public string this[string key, params ReadOnlySpan<object?> values] =>
        Find(key) is { } text ? (values.IsEmpty ? text : string.Format(null, text, values)) : throw new KeyNotFoundException($"No file in Texts has the key {key}.");

    public string? Find(string key) => catalogue.In(Language).GetValueOrDefault(key);
}
