using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>
/// A YAML file as values that know their line. YamlDotNet's own tree stops at the first key given twice; here everything that is wrong is to be told at once.
/// </summary>
internal abstract record YamlValue(int Line)
{
    private const int Deepest = 20;

    /// <returns>Null for an empty file.</returns>
    /// <exception cref="YamlException">The text is not YAML, or uses anchors, which nobody needs here.</exception>
    public static YamlValue? Read(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            return Read(parser);
        }
        catch (InvalidOperationException broken)
        {
            // YamlDotNet 18 says so, and no more, of a list that is closed nowhere.
            var (start, end) = parser.Current is { } last ? (last.Start, last.End) : (Mark.Empty, Mark.Empty);
            throw new YamlException(start, end, "what follows here is not YAML", broken);
        }
    }

    private static YamlValue? Read(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
            return null;
        var value = Next(parser, 0);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
            throw new YamlException(second.Start, second.End, "a second document begins here; one list holds all municipalities");
        return value;
    }

    private static YamlValue Next(Parser parser, int depth)
    {
        var at = parser.Current is { } current ? current.Start : Mark.Empty;
        if (depth > Deepest)
            throw new YamlException(at, at, $"is nested deeper than {Deepest} levels");
        if (parser.TryConsume<Scalar>(out var scalar))
            return new YamlText((int)at.Line, scalar.Value);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<YamlValue>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(Next(parser, depth + 1));
            return new YamlList((int)at.Line, items);
        }

        if (!parser.TryConsume<MappingStart>(out _))
            throw new YamlException(at, at, "is an alias; write the value out");
        var pairs = new List<(YamlValue Key, YamlValue Value)>();
        while (!parser.TryConsume<MappingEnd>(out _))
            pairs.Add((Next(parser, depth + 1), Next(parser, depth + 1)));
        return new YamlMap((int)at.Line, pairs);
    }
}

internal sealed record YamlText(int Line, string Value) : YamlValue(Line);

internal sealed record YamlList(int Line, IReadOnlyList<YamlValue> Items) : YamlValue(Line);

internal sealed record YamlMap(int Line, IReadOnlyList<(YamlValue Key, YamlValue Value)> Pairs) : YamlValue(Line);
