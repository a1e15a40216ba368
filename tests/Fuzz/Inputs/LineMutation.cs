using System.Globalization;
using System.Text;

namespace ClaimsTransfer.Fuzz.Inputs;

/// <summary>Writes a file of lines again with some lines gone, twice or moved, and some of their words changed.</summary>
internal sealed class LineMutation(Seeded seeded)
{
    public byte[] Of(byte[] document, Func<byte[], byte[]>? ofLine = null)
    {
        var lines = Encoding.UTF8.GetString(document).Split('\n').ToList();
        for (var times = seeded.Of([1, 1, 1, 2, 3]); times > 0 && lines.Count > 0; times--)
        {
            var one = seeded.Below(lines.Count);
            switch (seeded.Below(9))
            {
                case 0:
                    lines.RemoveAt(one);
                    break;
                case 1:
                    lines.InsertRange(one, Enumerable.Repeat(lines[one], seeded.Of([1, 2, 30])));
                    break;
                case 2:
                    lines.Insert(seeded.Below(lines.Count), lines[one]);
                    break;
                case 3:
                    lines[one] = seeded.Text();
                    break;
                default:
                    lines[one] = ofLine is null ? Word(lines[one]) : Encoding.UTF8.GetString(ofLine(Encoding.UTF8.GetBytes(lines[one])));
                    break;
            }
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    /// <summary>Prisme's lines are numbered, and their trailer counts them: a file that is right in that is looked into further.</summary>
    public static byte[] Renumbered(byte[] document)
    {
        var lines = Encoding.UTF8.GetString(document).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length >= 14)
                lines[i] = $"{lines[i][..6]}{(i + 1).ToString("D8", CultureInfo.InvariantCulture)}{lines[i][14..]}";
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    /// <summary>Another text for a run of letters and digits, or for what stands between two.</summary>
    private string Word(string line)
    {
        if (line.Length == 0)
            return seeded.Text();
        var at = seeded.Below(line.Length);
        var isWord = IsOfWord(line[at]);
        var from = at;
        while (from > 0 && IsOfWord(line[from - 1]) == isWord)
            from--;
        while (at < line.Length && IsOfWord(line[at]) == isWord)
            at++;
        var word = line[from..at];
        return $"{line[..from]}{seeded.Below(6) switch
        {
            0 => "",
            1 => word + word,
            2 => word[..seeded.Below(word.Length)],
            3 => seeded.Number(),
            _ => seeded.Text(),
        }}{line[at..]}";
    }

    private static bool IsOfWord(char c) => char.IsLetterOrDigit(c) || c is '-' or '+' or '.';
}
