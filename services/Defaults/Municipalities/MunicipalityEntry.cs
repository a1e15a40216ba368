using System.Globalization;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>Reads one entry of the file, and goes on after a fault to find the next.</summary>
internal sealed class MunicipalityEntry(string file, YamlMap map, bool allowPlain)
{
    private const string DateForm = "yyyy-MM-dd";
    private static readonly string[] Required = ["code", "name", "cvr", "vendor", "stage", "cutover", "minorPolicy"];
    private static readonly string[] Known = [.. Required, "childMaxAge", "minimumAmountOre", "ratePerSecond", "concurrency", "endpoint", "paymentsToFbs", "retentionYears"];
    private static readonly string[] Schemes = ["http", "https", "sftp", "file"];

    private readonly List<MunicipalityFault> _faults = [];
    private readonly Dictionary<string, YamlText> _texts = new(StringComparer.Ordinal);

    public IReadOnlyList<MunicipalityFault> Faults => _faults;

    public IReadOnlyDictionary<string, YamlText> Texts => _texts;

    /// <returns>Null when a required key is missing; otherwise only worth something without faults.</returns>
    public Municipality? Read()
    {
        foreach (var (key, value) in map.Pairs)
            Take(key, value);
        foreach (var missing in Required.Where(k => !map.Pairs.Any(p => p.Key is YamlText t && t.Value == k)))
            Fault(map.Line, missing, "", MunicipalityNotes.Missing, ExampleOf(missing));

        var code = Text("code", v => v.Length == 4 && v.All(char.IsAsciiDigit) && v[0] is '0' or '9', MunicipalityNotes.NotACode);
        var name = Text("name", v => v.Trim().Length is > 0 and <= 100, MunicipalityNotes.NotAName);
        var cvr = Text("cvr", v => Identifiers.Identifiers.TryCvr(v, out _), MunicipalityNotes.NotACvr);
        var vendor = Enumeration<Vendor>("vendor");
        var stage = Enumeration<Stage>("stage");
        var cutover = Date("cutover");
        var policy = Enumeration<MinorPolicy>("minorPolicy");
        var childMaxAge = Number("childMaxAge", 0, 30) ?? 17;
        var minimum = Number("minimumAmountOre", 0, 100_000_000) ?? 0;
        var rate = Number("ratePerSecond", 1, 1_000_000);
        var concurrency = Number("concurrency", 1, 1_000) ?? 4;
        var retention = Number("retentionYears", 1, 30) ?? Municipality.DefaultRetentionYears;
        var endpoint = Text("endpoint", IsAddress, MunicipalityNotes.NotAnAddress);
        if (IsAddress(endpoint ?? "") && new Uri(endpoint!) is var address)
        {
            if (address.UserInfo.Contains(':', StringComparison.Ordinal))
                Fault(_texts["endpoint"].Line, "endpoint", endpoint!, MunicipalityNotes.HoldsAPassword, ExampleOf("endpoint"));
            else if (address.Scheme == Uri.UriSchemeHttp && !Installation.IsHere(address) && !allowPlain)
                Fault(_texts["endpoint"].Line, "endpoint", endpoint!, MunicipalityNotes.NotByTls, ExampleOf("endpoint"));
        }

        if (code is ['9', ..] && stage == Stage.Live)
            Fault(_texts["stage"].Line, "stage", nameof(Stage.Live), MunicipalityNotes.NotLiveForTests, nameof(Stage.Test));
        return code is null || name is null || cvr is null ? null
            : new Municipality(code, name, cvr, vendor, stage, cutover, policy, (int)childMaxAge, minimum, (int?)rate, (int)concurrency, endpoint, Enumeration<PaymentsToFbs>("paymentsToFbs"),
                (int)retention);
    }

    public void Fault(int line, string key, string value, Note problem, string example) =>
        _faults.Add(new MunicipalityFault(file, line, key, key == "endpoint" && value.AsSpan().IndexOfAny("@:?=") >= 0 ? Installation.Redacted(value) : value, problem, example));

    private static bool IsAddress(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) && Schemes.Contains(uri.Scheme, StringComparer.Ordinal) && (uri.IsFile || uri.Host.Length > 0);

    private static string ExampleOf(string key) => key switch
    {
        "code" => "\"0101\"",
        "name" => "København",
        "cvr" => $"\"{Identifiers.Identifiers.CvrExample}\"",
        "vendor" => string.Join(" | ", Enum.GetNames<Vendor>()),
        "stage" => string.Join(" | ", Enum.GetNames<Stage>()),
        "cutover" => "2020-11-01",
        "minorPolicy" => string.Join(" | ", Enum.GetNames<MinorPolicy>()),
        "childMaxAge" => "17",
        "minimumAmountOre" => "0",
        "ratePerSecond" => "200",
        "concurrency" => "4",
        "retentionYears" => "5",
        "paymentsToFbs" => string.Join(" | ", Enum.GetNames<PaymentsToFbs>()),
        "endpoint" => "https://opus.example.dk/debitor",
        _ => string.Join(", ", Known),
    };

    private void Take(YamlValue key, YamlValue value)
    {
        if (key is not YamlText { Value: var name } || !Known.Contains(name, StringComparer.Ordinal))
            Fault(key.Line, (key as YamlText)?.Value ?? "", "", MunicipalityNotes.NoKey, ExampleOf(""));
        else if (value is not YamlText text)
            Fault(value.Line, name, "", MunicipalityNotes.NotOneValue, ExampleOf(name));
        else if (!_texts.TryAdd(name, text))
            Fault(key.Line, name, text.Value, MunicipalityNotes.StandsAlready(_texts[name].Line), "one value");
    }

    private string? Text(string key, Func<string, bool> isGood, Note problem)
    {
        if (!_texts.TryGetValue(key, out var text))
            return null;
        if (!isGood(text.Value))
            Fault(text.Line, key, text.Value, problem, ExampleOf(key));
        return text.Value;
    }

    private T Enumeration<T>(string key) where T : struct, Enum
    {
        if (!_texts.TryGetValue(key, out var text))
            return default;
        // Enum.TryParse alone would take numbers and lists.
        if (Enum.GetNames<T>().Contains(text.Value, StringComparer.Ordinal))
            return Enum.Parse<T>(text.Value);
        Fault(text.Line, key, text.Value, MunicipalityNotes.NoValueOfIts, ExampleOf(key));
        return default;
    }

    private DateOnly Date(string key)
    {
        if (!_texts.TryGetValue(key, out var text))
            return default;
        if (!DateOnly.TryParseExact(text.Value, DateForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            Fault(text.Line, key, text.Value, MunicipalityNotes.NotADay, ExampleOf(key));
        return date;
    }

    private long? Number(string key, long least, long most)
    {
        if (!_texts.TryGetValue(key, out var text))
            return null;
        if (long.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Fault(text.Line, key, text.Value, MunicipalityNotes.NotANumber(least, most), ExampleOf(key));
        return null;
    }
}
