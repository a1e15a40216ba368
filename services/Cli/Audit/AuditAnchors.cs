using System.Globalization;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Audit;

/// <summary>
/// A file outside the installation, best on another machine, with a line for each time that the log's head was noted: <c>2026-12-01T06:00:00Z 42 9f86…</c>. Lines are only ever
/// added: whoever winds the log back, head and all, does not reach them.
/// </summary>
internal sealed class AuditAnchors(string file)
{
    public IReadOnlyList<AuditHead> Read()
    {
        try
        {
            return [.. File.ReadLines(file).Where(line => line.Length > 0).Select((line, at) => Parsed(line, at + 1))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The anchors in {file} could not be read: {failure.Message}", "claims audit anchor FILE begins such a file.");
        }
    }

    public void Add(DateTimeOffset at, AuditHead head)
    {
        try
        {
            using var lines = new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read));
            lines.WriteLine($"{at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)} {head.Sequence} {head.Hash}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The head could not be noted in {file}: {failure.Message}", "Give a file that may be added to.");
        }
    }

    private AuditHead Parsed(string line, int number) =>
        line.Split(' ') is [_, var sequence, { Length: 64 } hash] && long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? new AuditHead(at, hash)
            : throw new CommandFailure($"Line {number} of {file} is no anchor.", "A good one: 2026-12-01T06:00:00Z 42 and 64 hex digits, as claims audit anchor writes it.", ExitCodes.Usage);
}

/// <summary>Where the log ended at some time.</summary>
internal sealed record AuditHead(long Sequence, string Hash);
