using System.Diagnostics;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging.Embedded;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Defaults.Telemetry;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Hosting;

/// <summary>What the embedded store, broker, log and traces write is their owner's alone, under the umask that accounts commonly have.</summary>
[Platform(Exclude = "Win")]
public sealed class When_data_lies_in_a_folder
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task others_read_no_store()
    {
        await WriteToStoreAsync(() => Open().ShouldBeEmpty());
        Directory.Exists(Data).ShouldBeTrue();
    }

    [Test]
    public async Task a_store_that_a_version_before_left_open_is_closed_with_what_lies_beside_it()
    {
        Directory.CreateDirectory(Data);
        var left = Path.Combine(Data, "other.db-wal");
        foreach (var file in new[] { Path.Combine(Data, "other.db"), left })
        {
            await File.WriteAllTextAsync(file, "");
            OpenForAll(file);
        }
        OwnersAlone.MakeDatabase(Path.Combine(Data, "other.db"));
        OwnersAlone.Close(Data);

        Open().ShouldBeEmpty();
    }

    [Test]
    public void others_read_no_queue()
    {
        using var broker = BrokerFile.Open(Data);
        Directory.EnumerateFiles(Data).ShouldContain(file => file.EndsWith("-wal", StringComparison.Ordinal));
        Open().ShouldBeEmpty();
    }

    [Test]
    public void others_read_neither_log_nor_traces()
    {
        using (var log = new FileLog(Path.Combine(Data, "logs", "a.log"), TimeProvider.System))
            log.CreateLogger("a").LogError("a line");
        using (var source = new ActivitySource("others"))
        using (var listener = new ActivityListener { ShouldListenTo = _ => true, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData })
        {
            ActivitySource.AddActivityListener(listener);
            using var spans = new TraceFile(Path.Combine(Data, "traces", "a.json"));
            using var processor = new SimpleActivityExportProcessor(spans);
            using var span = source.StartActivity("a span")!;
            span.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
            span.Stop();
            processor.OnEnd(span);
        }

        Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories).Count().ShouldBe(2);
        Open().ShouldBeEmpty();
    }

    [Test]
    public void the_look_would_find_one()
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(Path.Combine(Data, "open"), "");
        OpenForAll(Path.Combine(Data, "open"));
        OwnersAlone.Close(Data);
        Open().ShouldBe(["open"]);
    }

    private async Task WriteToStoreAsync(Action look)
    {
        await using var store = new SqliteStore(Data, "ours", TimeProvider.System);
        await store.MigrateAsync([new Migration(1, "Make something", ["CREATE TABLE ours.things (id {id} NOT NULL PRIMARY KEY)"])], CancellationToken.None);
        Directory.EnumerateFiles(Data).ShouldContain(file => file.EndsWith("-wal", StringComparison.Ordinal));
        look();
    }

    private List<string> Open() =>
        [.. Directory.EnumerateFileSystemEntries(Data, "*", SearchOption.AllDirectories).Prepend(Data).Where(OwnersAlone.IsOpen).Select(entry => Path.GetRelativePath(Data, entry))];

    private static void OpenForAll(string file)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);
    }
}
