using System.Security.Cryptography;
using System.Text;
using ClaimsTransfer.Defaults.Notes;
using YamlDotNet.Core;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>Something wrong in <c>municipalities.yaml</c>, for the person who edits it.</summary>
/// <param name="Value">What stands there; empty where nothing does.</param>
/// <param name="Problem">What is wrong, continuing the key and value.</param>
/// <param name="Example">A good value.</param>
public sealed record MunicipalityFault(string File, int Line, string Key, string Value, Note Problem, string Example)
{
    /// <summary>As compilers write faults, for editors that find the place by it.</summary>
    public override string ToString()
    {
        var subject = Key.Length == 0 ? "" : Value.Length == 0 ? $"{Key} " : $"{Key}: \"{Value}\" ";
        return $"{File}:{Line}: {subject}{NoteTexts.InEnglish.Say(Problem)}{(Example.Length == 0 ? "" : $"; a good one is {Example}")}";
    }
}

/// <summary>A municipality file as read: what is good in it, and everything that is not.</summary>
/// <param name="Entries">The municipalities without fault, in the file's order.</param>
public sealed record MunicipalityFile(string Name, IReadOnlyList<Municipality> Entries, IReadOnlyList<MunicipalityFault> Faults)
{
    /// <summary>All of it, comments too; empty when it cannot be read.</summary>
    public string Text => Content ?? "";

    /// <summary>Another for every other text.</summary>
    public string Token => TokenOf(Text);

    private string? Content { get; init; }

    public static string TokenOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>A file that cannot be read is a fault like any other.</summary>
    /// <param name="unless">Given back itself when there is nothing new to read.</param>
    /// <param name="allowPlain">Whether debtor systems on other machines may be spoken to without TLS.</param>
    public static MunicipalityFile Load(string path, MunicipalityFile? unless = null, bool allowPlain = false)
    {
        try
        {
            if (new FileInfo(path).Length is var length and > Reading.Bound.SettingsBytes)
                throw new IOException($"{length} bytes are more than the {Reading.Bound.SettingsBytes} that are taken");
            var text = File.ReadAllText(path);
            return unless is not null && unless.Name == path && unless.Content == text ? unless : Parse(text, path, allowPlain);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            MunicipalityFault unreadable = new(path, 1, "", "", MunicipalityNotes.CannotBeRead(failure.Message), "the deploy folder's municipalities.yaml");
            return unless is { Faults: [var before] } && before == unreadable ? unless : new MunicipalityFile(path, [], [unreadable]);
        }
    }

    /// <inheritdoc cref="Load"/>
    public static MunicipalityFile Parse(string text, string fileName, bool allowPlain = false)
    {
        var faults = new List<MunicipalityFault>();
        var entries = new List<(Municipality Municipality, int Line)>();
        try
        {
            if (YamlValue.Read(text) is YamlList list)
                Read(list, fileName, allowPlain, entries, faults);
            else
                faults.Add(new MunicipalityFault(fileName, 1, "", "", MunicipalityNotes.NotAList, "- code: \"0101\""));
        }
        catch (YamlException failure)
        {
            faults.Add(new MunicipalityFault(fileName, (int)failure.Start.Line, "", "", MunicipalityNotes.NotYaml(failure.Message), ""));
        }

        return new MunicipalityFile(fileName, [.. entries.Select(e => e.Municipality)], [.. faults.OrderBy(f => f.Line)]) { Content = text };
    }

    /// <exception cref="InvalidOperationException">There are faults; the message names them all.</exception>
    public Municipalities OrThrow() => Faults.Count == 0
        ? new Municipalities(Entries)
        : throw new InvalidOperationException($"{Faults.Count} {(Faults.Count == 1 ? "fault" : "faults")} in {Name}:{Environment.NewLine}{string.Join(Environment.NewLine, Faults)}");

    private static void Read(YamlList list, string file, bool allowPlain, List<(Municipality Municipality, int Line)> entries, List<MunicipalityFault> faults)
    {
        if (list.Items.Count == 0)
            faults.Add(new MunicipalityFault(file, list.Line, "", "", MunicipalityNotes.None, "- code: \"0101\""));
        var seen = new Dictionary<(string Key, string Value), int>();
        foreach (var item in list.Items)
        {
            if (item is not YamlMap map)
            {
                faults.Add(new MunicipalityFault(file, item.Line, "", (item as YamlText)?.Value ?? "", MunicipalityNotes.NotAnEntry, "- code: \"0101\""));
                continue;
            }

            var entry = new MunicipalityEntry(file, map, allowPlain);
            var municipality = entry.Read();
            foreach (var (key, value) in entry.Texts.Where(t => t.Key is "code" or "name" or "cvr" && t.Value.Value.Length > 0))
            {
                if (!seen.TryAdd((key, value.Value), value.Line))
                    entry.Fault(value.Line, key, value.Value, MunicipalityNotes.StandsAlready(seen[(key, value.Value)]), "one that is not there yet");
            }

            faults.AddRange(entry.Faults);
            if (municipality is not null && entry.Faults.Count == 0)
                entries.Add((municipality, map.Line));
        }
    }
}
