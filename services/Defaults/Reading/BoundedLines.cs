using System.Text;

namespace ClaimsTransfer.Defaults.Reading;

/// <summary>Reads lines as a <see cref="TextReader"/> does, and no line longer than a limit.</summary>
public sealed class BoundedLines(TextReader reader, int mostCharacters = Bound.LineCharacters)
{
    private readonly char[] part = new char[8 * 1024];
    private readonly StringBuilder line = new();
    private int at;
    private int filled;
    private bool endedByReturn;

    /// <returns>The next line without its end; null after the last.</returns>
    /// <exception cref="BeyondBoundException">It has more than the characters that are taken.</exception>
    public async ValueTask<string?> NextAsync(CancellationToken cancellation)
    {
        line.Clear();
        while (true)
        {
            if (at == filled)
            {
                (at, filled) = (0, await reader.ReadAsync(part, cancellation));
                if (filled == 0)
                    return line.Length > 0 ? line.ToString() : null;
            }

            // The second half of a line's end that was cut in two by the end of a part.
            if (endedByReturn && part[at] == '\n')
                at++;
            endedByReturn = false;
            var rest = part.AsSpan(at, filled - at);
            var end = rest.IndexOfAny('\r', '\n');
            var more = end < 0 ? rest : rest[..end];
            if (line.Length + more.Length > mostCharacters)
                throw new BeyondBoundException($"longer than the {mostCharacters} characters of a line that are taken");
            line.Append(more);
            at += end < 0 ? rest.Length : end + 1;
            if (end < 0)
                continue;
            endedByReturn = rest[end] == '\r';
            return line.ToString();
        }
    }
}
