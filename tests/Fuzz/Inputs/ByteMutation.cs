using System.Text;

namespace ClaimsTransfer.Fuzz.Inputs;

/// <summary>Cuts, joins and spoils bytes, whatever they say, and writes them in other encodings and with other line ends.</summary>
internal sealed class ByteMutation(Seeded seeded)
{
    public byte[] Of(byte[] document)
    {
        if (document.Length == 0)
            return seeded.Bytes();
        var (from, to) = (seeded.Below(document.Length), seeded.Below(document.Length + 1));
        if (from > to)
            (from, to) = (to, from);
        switch (seeded.Below(13))
        {
            case 0:
                return document[..to];
            case 1:
                return document[from..];
            case 2:
                return [.. document[..from], .. document[to..]];
            case 3:
                return [.. document[..to], .. document[from..]];
            case 4:
                return [.. document[..from], .. seeded.Bytes(), .. document[from..]];
            case 5:
                var spoiled = document.ToArray();
                spoiled[from] = (byte)seeded.Below(256);
                return spoiled;
            case 6:
                return [.. Encoding.UTF8.Preamble, .. document];
            case 7:
                return Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(document));
            case 8:
                return Encoding.Latin1.GetBytes(Encoding.UTF8.GetString(document));
            case 9:
                return [.. document, .. document];
            case 10:
                return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(document).ReplaceLineEndings(seeded.Of(["\r", "\r\n", "\n\r", "\u2028"])));
            case 11:
                return [.. document, .. seeded.Of<byte[]>([[0], [0x1a], [(byte)'\n'], [0xff, 0xfe], [(byte)' ', 0]])];
            default:
                return seeded.OneIn(20) ? [] : [(byte)seeded.Of([(int)' ', '\n', '\t', 0, '<', '{', '[']), .. document];
        }
    }
}
