using System.Text;
using ClaimsTransfer.Cli.Import;
using Shouldly;

namespace ClaimsTransfer.Journeys.Books;

[TestFixture]
public sealed class When_a_file_is_cut_into_chunks
{
    [TestCase("", 0)]
    [TestCase("a", 1)]
    [TestCase("a\n", 1)]
    [TestCase("a\n\nb", 3)]
    [TestCase("\n", 1)]
    [TestCase("a\r\nb\r\n", 2)]
    public async Task every_line_is_counted_once(string text, int lines) => (await CutAsync(text, 1000)).Sum(chunk => chunk.Lines).ShouldBe(lines);

    [Test]
    public async Task the_chunks_together_are_the_file([Values(1, 2, 3, 7)] int linesPerChunk)
    {
        var text = string.Concat(Enumerable.Range(0, 25).Select(n => new string('x', n * 7) + "\n"));
        var chunks = await CutAsync(text, linesPerChunk);
        string.Concat(chunks.Select(chunk => Encoding.UTF8.GetString(chunk.Bytes.Span))).ShouldBe(text);
        chunks.Select(chunk => chunk.FirstLine).ShouldBe(chunks.Select((_, n) => (long)n * linesPerChunk));
    }

    [Test]
    public async Task a_line_beyond_the_limit_is_still_one_line()
    {
        var text = new string('x', 17 * 1024 * 1024) + "\nnext\n";
        var chunks = await CutAsync(text, 1000);
        chunks.Sum(chunk => chunk.Lines).ShouldBe(2);
        string.Concat(chunks.Select(chunk => Encoding.UTF8.GetString(chunk.Bytes.Span))).ShouldEndWith("\nnext\n", Case.Sensitive);
    }

    private static async Task<List<LineChunk>> CutAsync(string text, int linesPerChunk)
    {
        using var source = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var chunks = new List<LineChunk>();
        await foreach (var chunk in new LineChunks(source, linesPerChunk).ReadAsync(CancellationToken.None))
            chunks.Add(chunk);
        return chunks;
    }
}
