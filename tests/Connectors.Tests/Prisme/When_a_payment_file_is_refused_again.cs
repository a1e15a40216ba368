using ClaimsTransfer.Prisme;
using ClaimsTransfer.Prisme.Transport;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

/// <summary>A Prisme that writes the same fault each time it is asked for the file again.</summary>
[TestFixture]
public sealed class When_a_payment_file_is_refused_again
{
    private const string Question = $"0101_{Payments.FileId}.genbestil";

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
    private readonly PrismeOptions options = new() { AskAgainAtMost = 4 };
    private PrismeBench bench = null!;
    private PrismeConnector connector = null!;
    private string? cursor;
    private int came;

    [SetUp]
    public async Task StartAsync()
    {
        bench = await PrismeBench.StartAsync();
        await bench.StopStandInAsync();
        connector = new PrismeConnector(options, new FileTransports(options), time, bench.Log);
        (cursor, came) = (null, 0);
    }

    [TearDown]
    public async Task StopAsync() => await bench.DisposeAsync();

    [Test]
    public async Task it_is_asked_for_after_ever_longer_pauses_and_then_no_more()
    {
        var pauses = new List<TimeSpan>();
        for (var asked = 0; asked < options.AskAgainAtMost; asked++)
        {
            var before = time.GetUtcNow();
            await ComesAsync();
            while (!await IsAskedAsync())
                time.Advance(TimeSpan.FromSeconds(10));
            pauses.Add(time.GetUtcNow() - before);
        }

        pauses.ShouldBe([TimeSpan.Zero, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(4)]);

        await ComesAsync();
        (await IsAskedAsync()).ShouldBeFalse();
        time.Advance(TimeSpan.FromDays(2));
        (await IsAskedAsync()).ShouldBeFalse();
        await ReadAsync();
        bench.Lying("ud").ShouldBeEmpty("it is put aside");
        bench.Log.Errors.ShouldContain(error => error.Contains("asked for no more", StringComparison.Ordinal));
    }

    [Test]
    public async Task one_that_can_be_read_counts_at_once_and_begins_anew()
    {
        await ComesAsync();
        (await IsAskedAsync()).ShouldBeTrue();
        await ComesAsync();
        (await IsAskedAsync()).ShouldBeFalse();

        await bench.LeaveAsync(Name(), Payments.TwoEntries);
        var read = await connector.ReadAsync(bench.System(), cursor, CancellationToken.None);
        (cursor, var taken) = (read.Cursor, read.TakenDocuments);

        taken.ShouldHaveSingleItem();
        read.Entries.Count.ShouldBe(2);
        await ComesAsync();
        (await IsAskedAsync()).ShouldBeTrue("what was refused before was settled");
    }

    private string Name() => $"0101_20261123060000-{++came}_{Payments.FileId}.bet";

    private Task ComesAsync() => bench.LeaveAsync(Name(), Payments.TwoEntries.AsMemory(0, 40));

    private async Task<bool> IsAskedAsync()
    {
        await ReadAsync();
        var path = Path.Combine(bench.Folder("ind"), Question);
        var isAsked = File.Exists(path);
        File.Delete(path);
        return isAsked;
    }

    private async Task ReadAsync() => cursor = (await connector.ReadAsync(bench.System(), cursor, CancellationToken.None)).Cursor;
}
