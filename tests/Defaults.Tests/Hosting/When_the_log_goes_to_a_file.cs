using System.Text.Json;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Hosting;

public sealed class When_the_log_goes_to_a_file
{
    private TemporaryFolder _folder = null!;

    private string Path => System.IO.Path.Combine(_folder.Path, "logs", "ingest.log");

    [SetUp]
    public void Prepare() => _folder = new TemporaryFolder();

    [TearDown]
    public void Clear() => _folder.Dispose();

    [Test]
    public void each_message_is_a_line_of_json()
    {
        using (var log = new FileLog(Path, TimeProvider.System))
            log.CreateLogger("Ingest").LogError(new EventId(7), new InvalidOperationException("of two\nlines"), "{Count} messages\nfailed", 3);

        var line = Lines().ShouldHaveSingleItem();
        (line.GetProperty("level").GetString(), line.GetProperty("event").GetInt32(), line.GetProperty("category").GetString(), line.GetProperty("message").GetString())
            .ShouldBe(("Error", 7, "Ingest", "3 messages\nfailed"));
        line.GetProperty("exception").GetString()!.ShouldContain("of two\nlines");
    }

    [Test]
    public void five_files_of_twenty_megabytes_are_kept()
    {
        using var log = new FileLog(Path, TimeProvider.System);
        var logger = log.CreateLogger("Ingest");
        for (var number = 0; number < 150; number++)
            logger.LogInformation("{Number} {Padding}", number, new string('x', 1024 * 1024));

        var files = Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!);
        files.Select(System.IO.Path.GetFileName).ShouldBe(["ingest.log", "ingest.log.1", "ingest.log.2", "ingest.log.3", "ingest.log.4"], ignoreOrder: true);
        files.Sum(file => new FileInfo(file).Length).ShouldBeLessThan(5 * 22L * 1024 * 1024);
        File.ReadLines(Path).Last().ShouldContain("149 x");
    }

    [Test]
    [Platform("Linux")]
    public void a_full_disk_fails_nobody_and_what_was_lost_is_counted_when_there_is_room_again()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.CreateSymbolicLink(Path, "/dev/full");
        // As a service has it: what a provider throws comes out where something is logged.
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new FileLog(Path, TimeProvider.System)));
        var logger = loggers.CreateLogger("Ingest");
        logger.LogInformation("one");
        logger.LogInformation("two");

        File.Delete(Path);
        logger.LogInformation("three");

        Lines().Select(line => line.GetProperty("message").GetString()).ShouldBe(["2 lines could not be written here and are lost", "three"]);
    }

    [Test]
    public void a_folder_that_cannot_be_made_is_told_at_the_start()
    {
        File.WriteAllText(System.IO.Path.Combine(_folder.Path, "logs"), "a file");
        Should.Throw<IOException>(() => new FileLog(Path, TimeProvider.System));
    }

    private List<JsonElement> Lines() => [.. File.ReadLines(Path).Select(line => JsonDocument.Parse(line).RootElement)];
}
