using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Entries;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture]
public sealed class When_a_vendor_pushes_entries
{
    private const string København = ConnectorBench.København;
    private static readonly DateTimeOffset At = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private TemporaryFolder _folder = null!;
    private HostBench _bench = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _bench = await HostBench.StartAsync(_folder.Path);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _bench.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task the_inbox_takes_them_to_the_connector_that_serves_the_municipality()
    {
        await _bench.EntryInbox.TakeInAsync(København, [Coverage("E-1"), Coverage("E-1")], null, CancellationToken.None);

        await Eventually.TrueAsync(() => !_bench.Coverage.IsEmpty);
        _bench.Coverage.ShouldHaveSingleItem().MessageId.ShouldBe(DeterministicId.Of(DeterministicId.OfClaim("DK-710100", 1), "entry/E-1"));
    }

    [Test]
    public async Task for_a_municipality_that_nobody_serves_it_refuses() =>
        await Should.ThrowAsync<KeyNotFoundException>(() => _bench.EntryInbox.TakeInAsync("0999", [Coverage("E-1")], null, CancellationToken.None));

    [Test]
    public async Task what_a_crash_left_unpublished_is_shown_and_then_published_by_the_sweep()
    {
        // Stored by a process that died before it published: due later, and due now.
        await RecordAsync("E-late", DateTimeOffset.UtcNow.AddHours(1));
        await Eventually.TrueAsync(() => UnpublishedEntries() == 1);
        _bench.Coverage.ShouldBeEmpty();
        await RecordAsync("E-1", At);

        await Eventually.TrueAsync(() => !_bench.Coverage.IsEmpty);
        _bench.Coverage.ShouldHaveSingleItem().EntryId.ShouldBe("E-1");
        await Eventually.TrueAsync(() => UnpublishedEntries() == 1);
    }

    [Test]
    public async Task what_is_refused_is_shown_and_measured_until_its_entry_comes_in_also_after_a_restart()
    {
        using var gauge = new Collected("claims.connector.refused_documents");
        await _bench.EntryInbox.RefuseAsync(
            København, new RefusedDocument("push E-1", DocumentKind.Push, "push E-1", DocumentFault.WrongEntry, 3, "Art") { EntryId = "E-1" }, CancellationToken.None);
        await _bench.StopAsync();
        await _bench.StartAsync();

        await Eventually.TrueAsync(() => Refused().GetArrayLength() == 1);
        var refused = Refused()[0];
        (refused.GetProperty("kind").GetString(), refused.GetProperty("name").GetString(), refused.GetProperty("fault").GetString(), refused.GetProperty("line").GetInt32(), refused.GetProperty("field").GetString())
            .ShouldBe(("push", "push E-1", "wrongEntry", 3, "Art"));
        gauge.Of(København).ShouldBe(1);

        await _bench.EntryInbox.TakeInAsync(København, [Coverage("E-1")], null, CancellationToken.None);
        Refused().GetArrayLength().ShouldBe(0);
        gauge.Of(København).ShouldBe(0);
    }

    private System.Text.Json.JsonElement Refused() => _bench.LaneAsync(København).GetAwaiter().GetResult().GetProperty("refused");

    /// <summary>The latest that a gauge of the connectors says of each municipality; where two hosts have it in this process, the newer.</summary>
    private sealed class Collected : IDisposable
    {
        private readonly System.Diagnostics.Metrics.MeterListener _listener = new();
        private readonly Dictionary<string, int> _latest = [];

        public Collected(string gauge)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == gauge)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((_, value, tags, _) => _latest[$"{tags.ToArray().First(tag => tag.Key == "municipality").Value}"] = value);
            _listener.Start();
        }

        public int Of(string municipality)
        {
            _latest.Clear();
            _listener.RecordObservableInstruments();
            return _latest[municipality];
        }

        public void Dispose() => _listener.Dispose();
    }

    private static DebtorEntry.Coverage Coverage(string id) => new(id, new EntrySubject("DK-710100-1"), At, new DateOnly(2026, 11, 23), 100, null);

    private Task RecordAsync(string id, DateTimeOffset takenAt) => _bench.EntryLog.RecordAsync(
        København,
        [new EntryRules(new ConnectorOptions()).Taken(København, EntryContent.Of(Coverage(id)), OurReference.TryRead(København, "DK-710100-1"), null, takenAt)],
        EntryRules.Conflict, CancellationToken.None);

    private long UnpublishedEntries() => _bench.LaneAsync(København).GetAwaiter().GetResult().GetProperty("unpublishedEntries").GetInt64();
}
