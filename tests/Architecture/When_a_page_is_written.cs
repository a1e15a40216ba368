using Shouldly;

namespace ClaimsTransfer.Architecture;

/// <summary>The console's pages are in the reader's language; what they quote in English is marked as English.</summary>
public sealed class When_a_page_is_written
{
    /// <summary>An exception's own text, the saga's own names of its events, what Ingest tells FBS as an example, and a field of the municipalities' file that has no text yet.</summary>
    private static readonly string[] Quotations = [".CauseText", "@step.Event", "fault.Example", "known is null", "unready.Says"];

    [Test]
    public void English_is_quoted_only_where_it_is_a_programs_own_text() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "services", "Console", "Pages"), "*.cshtml", SearchOption.AllDirectories)
            .SelectMany(page => File.ReadLines(page).Where(line => line.Contains("\"en\"", StringComparison.Ordinal)))
            .Where(line => !Quotations.Any(quotation => line.Contains(quotation, StringComparison.Ordinal)))
            .ShouldBeEmpty();
}
