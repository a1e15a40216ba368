using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Entries;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_taking_entries_in_is_cut_off(Engine engine)
{
    private EntryBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await EntryBench.StartAsync(engine);

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null)
            await _bench.DisposeAsync();
    }

    [TestCase("claims", "")]
    [TestCase("", "claims")]
    [TestCase("record", "")]
    [TestCase("", "record")]
    [TestCase("mark", "")]
    [TestCase("", "mark")]
    public async Task anywhere_handing_in_again_tells_of_each_entry_under_one_id(string before, string after)
    {
        var dying = _bench.NewHandler(new DyingLog(_bench.Log, before, after));
        await Should.ThrowAsync<ProcessDied>(() => dying.TakeInAsync(EntryBench.København, Batch(), CancellationToken.None));
        await _bench.TakeInAsync([.. Batch().Reverse()]);

        await EveryoneIsToldAsync();
    }

    [TestCase("", "record")]
    [TestCase("mark", "")]
    public async Task after_they_are_stored_the_sweep_goes_on_alone(string before, string after)
    {
        var dying = _bench.NewHandler(new DyingLog(_bench.Log, before, after));
        await Should.ThrowAsync<ProcessDied>(() => dying.TakeInAsync(EntryBench.København, Batch(), CancellationToken.None));
        await _bench.SweepAsync();

        await EveryoneIsToldAsync();
    }

    [Test]
    public async Task the_sweep_waits_until_whoever_took_them_must_be_done()
    {
        _bench.Broker.IsDown = true;
        await Should.ThrowAsync<TransientException>(() => _bench.TakeInAsync(Batch()));
        _bench.Broker.IsDown = false;

        (await _bench.NewHandler().SweepAsync(CancellationToken.None)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            depth => depth.Municipality.ShouldBe(EntryBench.København), depth => depth.Unpublished.ShouldBe(3), depth => depth.Due.ShouldBe(0));
        _bench.Broker.All.ShouldBeEmpty();
        await _bench.SweepAsync();
        await EveryoneIsToldAsync();
    }

    [Test]
    public async Task by_a_broker_that_is_away_through_several_sweeps()
    {
        _bench.Broker.IsDown = true;
        await Should.ThrowAsync<TransientException>(() => _bench.TakeInAsync(Batch()));
        await Should.ThrowAsync<TransientException>(() => _bench.TakeInAsync(Batch()));
        await Should.ThrowAsync<TransientException>(_bench.SweepAsync);

        _bench.Broker.IsDown = false;
        await _bench.SweepAsync();
        await EveryoneIsToldAsync();
    }

    [Test]
    public async Task by_a_confirm_that_is_lost_the_same_bytes_go_out_again()
    {
        _bench.Broker.LosesConfirms = true;
        await Should.ThrowAsync<TransientException>(() => _bench.TakeInAsync(Batch()));
        // What the connector knows by now must not change what it has said.
        await _bench.InstructedAsync(1, version: 5, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        _bench.Broker.LosesConfirms = false;
        await _bench.SweepAsync();

        _bench.Broker.All.Count.ShouldBe(6);
        _bench.Broker.All.GroupBy(message => message.MessageId)
            .ShouldAllBe(sent => sent.Count() == 2 && sent.Select(message => Convert.ToHexString(message.Body.ToArray())).Distinct().Count() == 1);
        await EveryoneIsToldAsync();
    }

    [Test]
    public async Task more_than_one_sweep_takes_are_told_in_several()
    {
        _bench.Broker.IsDown = true;
        await Should.ThrowAsync<TransientException>(() => _bench.TakeInAsync([.. Enumerable.Range(0, 2_500).Select(i => _bench.Coverage($"E-{i}", fee: i + 1))]));
        _bench.Broker.IsDown = false;
        for (var sweep = 0; sweep < 3; sweep++)
            await _bench.SweepAsync();

        _bench.Broker.All.Select(message => message.MessageId).Distinct().Count().ShouldBe(2_500);
        _bench.Broker.All.Count.ShouldBe(2_500);
    }

    [Test]
    public async Task two_who_take_the_same_in_at_once_keep_it_once()
    {
        var entries = Enumerable.Range(0, 200).Select(i => _bench.Coverage($"E-{i}", fee: i + 1)).ToList();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(reader => Task.Run(() =>
            _bench.Log.RecordAsync(EntryBench.København, Rows(reader % 2 == 0 ? entries : [.. Enumerable.Reverse(entries)]), EntryRules.Conflict, CancellationToken.None))));

        (await _bench.CountAsync("entries")).ShouldBe(200);
        (await _bench.CountAsync("entry_conflicts")).ShouldBe(0);

        IReadOnlyList<EntryRow> Rows(IEnumerable<DebtorEntry> given) => [.. given.Select(entry => new EntryRules(_bench.Options).Taken(
            EntryBench.København, EntryContent.Of(entry), OurReference.TryRead(EntryBench.København, entry.Subject.Reference), null, _bench.Time.GetUtcNow()))];
    }

    /// <summary>One that is matched, one that is not, one that contradicts the first.</summary>
    private IReadOnlyList<DebtorEntry> Batch() =>
    [
        _bench.Coverage("E-1"), _bench.Coverage("E-2", subject: new EntrySubject(null, "D-1")), _bench.Coverage("E-1", ore: 1),
    ];

    private async Task EveryoneIsToldAsync()
    {
        await _bench.SweepAsync();
        var before = _bench.Broker.All.Count;
        await _bench.SweepAsync();

        _bench.Broker.All.Count.ShouldBe(before);
        _bench.Broker.All.GroupBy(message => message.MessageId).Select(sent => sent.First().Name).Order(StringComparer.Ordinal)
            .ShouldBe([MessageNames.CoverageRegistered, MessageNames.DebtorEntryUnmatched, MessageNames.DebtorEntryUnmatched]);
        (await _bench.CountAsync("entries")).ShouldBe(2);
        (await _bench.CountAsync("entry_conflicts")).ShouldBe(1);
        (await _bench.Log.DepthsAsync(_bench.Time.GetUtcNow(), CancellationToken.None)).ShouldBeEmpty();
    }
}
