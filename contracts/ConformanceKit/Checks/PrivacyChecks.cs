using System.Text;

namespace ClaimsTransfer.ConformanceKit.Checks;

/// <summary>
/// The debtors' numbers that the kit has sealed are looked for in everything that the connector has said and written during the whole run. A number is found as ten digits, or
/// with a hyphen or space after the sixth.
/// </summary>
internal static class PrivacyChecks
{
    private const string Sealed = "contracts/wire/SEALING.md: opened in memory only";

    public static readonly IReadOnlyList<Check> All =
    [
        new("privacy.log", Level.Privacy, "No debtor's number stands in the connector's log.", "A log is read by many and kept for long.", Sealed, LogAsync),
        new("privacy.messages", Level.Privacy,
            "No debtor's number stands in a reply or in a message that was set aside, neither in body nor headers.",
            "They pass through others' hands, and stay on queues.", Sealed, MessagesAsync),
        new("privacy.files", Level.Privacy, "No debtor's number stands in a file that the connector has written to its folder.", "A disk is copied, backed up and thrown away.", Sealed, FilesAsync),
    ];

    private static Task LogAsync(Bench bench, CancellationToken cancellation)
    {
        if (!bench.Connector.CanBeKilled && bench.Said.Count == 0)
            throw new CheckNotRunException("the kit did not start the connector, so it cannot read its log: name its command with --start \"…\"");
        Expect.That(bench.Said.Count > 0, "the connector has said nothing at all: there is nothing to look through. It logs to standard output");
        var numbers = NumbersOf(bench);
        var found = bench.Said.Count(line => Holds(line, numbers));
        Expect.That(found == 0, $"{found} of {bench.Said.Count} lines of the log hold a debtor's number");
        return Task.CompletedTask;
    }

    private static Task MessagesAsync(Bench bench, CancellationToken cancellation)
    {
        var (replies, aside) = (bench.Routing.Replies, bench.Routing.SetAside);
        Expect.That(replies.Count > 0, "the connector has sent nothing at all: there is nothing to look through");
        var numbers = NumbersOf(bench);
        var found = replies.Count(reply => Holds(reply.Body, numbers)) + aside.Count(message => Holds(message.Body, numbers) || Holds(message.Headers, numbers));
        Expect.That(found == 0, $"{found} of {replies.Count + aside.Count} messages hold a debtor's number");
        return Task.CompletedTask;
    }

    private static async Task FilesAsync(Bench bench, CancellationToken cancellation)
    {
        if (!bench.Connector.CanBeKilled)
            throw new CheckNotRunException("the kit did not start the connector, so it does not know where it writes: name its command with --start \"…\"");
        var numbers = NumbersOf(bench);
        List<string> found = [];
        foreach (var file in Directory.EnumerateFiles(bench.ConnectorData, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (await HoldsAsync(file, numbers, cancellation))
                found.Add(Path.GetRelativePath(bench.ConnectorData, file));
        }

        Expect.That(found.Count == 0, $"a debtor's number stands in {string.Join(", ", found)}");
    }

    private static HashSet<string> NumbersOf(Bench bench) => new(bench.Claims.Numbers, StringComparer.Ordinal);

    /// <summary>Looks at every run of ten digits, whatever stands between the sixth and the seventh.</summary>
    internal static bool Holds(string text, HashSet<string> numbers)
    {
        var lookup = numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> run = stackalloc char[10];
        for (var start = 0; start + 10 <= text.Length; start++)
        {
            if (!char.IsAsciiDigit(text[start]))
                continue;
            var (count, at) = (0, start);
            while (count < 10 && at < text.Length && (char.IsAsciiDigit(text[at]) || (count == 6 && text[at] is '-' or ' ')))
            {
                if (char.IsAsciiDigit(text[at]))
                    run[count++] = text[at];
                at++;
            }

            if (count == 10 && lookup.Contains(run))
                return true;
        }

        return false;
    }

    private static async Task<bool> HoldsAsync(string path, HashSet<string> numbers, CancellationToken cancellation)
    {
        const int Overlap = 16;
        var buffer = new byte[256 * 1024];
        var kept = 0;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        while (true)
        {
            var read = await file.ReadAsync(buffer.AsMemory(kept), cancellation);
            if (read == 0)
                return false;
            if (Holds(Encoding.Latin1.GetString(buffer, 0, kept + read), numbers))
                return true;
            var all = kept + read;
            kept = Math.Min(Overlap, all);
            buffer.AsSpan(all - kept, kept).CopyTo(buffer);
        }
    }
}
