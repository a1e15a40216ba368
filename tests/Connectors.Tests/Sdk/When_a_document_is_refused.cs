using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Entries;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_a_document_is_refused(Engine engine)
{
    private static readonly RefusedDocument File = new("DAG1", DocumentKind.File, "0101_1_dag1.bet", DocumentFault.WrongEntry, 3, "02");
    private static readonly RefusedDocument Push = new("push E-1", DocumentKind.Push, "push E-1", DocumentFault.WrongEntry) { EntryId = "E-1" };
    private static readonly RefusedDocument Unread = new("push 5f2a", DocumentKind.Push, "push", DocumentFault.Unreadable);
    private static readonly RefusedDocument Feed = new("entries", DocumentKind.Feed, "entries after 1", DocumentFault.WrongEntry, null, "kind") { IsFoundAgain = true };

    private EntryBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await EntryBench.StartAsync(engine);

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null)
            await _bench.DisposeAsync();
    }

    [Test]
    public async Task It_is_known_since_when_how_and_how_often_whoever_asks()
    {
        var since = _bench.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await ReadAsync(refused: [File]);
        _bench.Time.Advance(TimeSpan.FromHours(1));
        var again = File with { Name = "0101_2_dag1.bet", Line = 4, Field = null };
        await ReadAsync(refused: [again]);

        (await KnownAsync()).ShouldBe([new Refusal(EntryBench.København, again, since, _bench.Time.GetUtcNow().ToUnixTimeMilliseconds(), 2)]);
    }

    [Test]
    public async Task What_every_reading_finds_is_written_down_once_a_minute()
    {
        for (var reading = 0; reading < 60; reading++)
        {
            await ReadAsync(refused: [Feed]);
            _bench.Time.Advance(TimeSpan.FromSeconds(1));
        }

        (await KnownAsync()).Single().Times.ShouldBe(1);
        await ReadAsync(refused: [Feed]);
        (await KnownAsync()).Single().Times.ShouldBe(2);
    }

    [Test]
    public async Task A_file_is_settled_when_one_of_its_id_is_taken_and_not_by_others()
    {
        await ReadAsync(refused: [File, File with { DocumentId = "DAG2" }]);
        await ReadAsync(taken: ["DAG3"]);
        await ReadAsync();
        (await KnownAsync()).Count.ShouldBe(2);

        await ReadAsync(taken: ["DAG1"]);
        (await KnownAsync()).Select(refusal => refusal.Document.DocumentId).ShouldBe(["DAG2"]);
    }

    [Test]
    public async Task A_push_is_settled_when_its_entry_comes_in_also_as_a_repeat()
    {
        await _bench.TakeInAsync(_bench.Coverage("E-1"));
        await _bench.NewHandler().RefuseAsync(EntryBench.København, [Push], CancellationToken.None);
        await _bench.TakeInAsync(_bench.Coverage("E-2", fee: 2));
        (await KnownAsync()).ShouldHaveSingleItem();

        await _bench.TakeInAsync(_bench.Coverage("E-1"));
        (await KnownAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task A_push_of_which_nothing_could_be_read_is_settled_when_the_same_is_taken_in_and_by_no_other()
    {
        await _bench.NewHandler().RefuseAsync(EntryBench.København, [Unread], CancellationToken.None);
        await _bench.TakeInAsync(_bench.Coverage("E-2", fee: 2));
        await _bench.NewHandler().TakeInAsync(EntryBench.København, [_bench.Coverage("E-3", fee: 3)], "push other", CancellationToken.None);
        (await KnownAsync()).ShouldHaveSingleItem();

        await _bench.NewHandler().TakeInAsync(EntryBench.København, [_bench.Coverage("E-4", fee: 4)], Unread.DocumentId, CancellationToken.None);
        (await KnownAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task A_push_of_which_nothing_could_be_read_is_settled_when_it_has_not_come_for_a_day_and_one_that_names_its_entry_is_not()
    {
        var handler = _bench.NewHandler();
        await handler.RefuseAsync(EntryBench.København, [Unread, Push], CancellationToken.None);
        _bench.Time.Advance(TimeSpan.FromHours(20));
        await handler.RefuseAsync(EntryBench.København, [Unread], CancellationToken.None);
        _bench.Time.Advance(TimeSpan.FromHours(23));
        await handler.SweepAsync(CancellationToken.None);
        handler.Refusals.Count.ShouldBe(2);

        _bench.Time.Advance(TimeSpan.FromHours(1));
        await handler.SweepAsync(CancellationToken.None);
        handler.Refusals.ShouldHaveSingleItem().Document.ShouldBe(Push);
        (await KnownAsync()).ShouldHaveSingleItem();
    }

    [Test]
    public async Task A_feed_is_settled_by_the_first_reading_that_goes_on()
    {
        await ReadAsync(refused: [Feed]);
        await ReadAsync(refused: [Feed]);
        (await KnownAsync()).ShouldHaveSingleItem();

        await ReadAsync();
        (await KnownAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task Another_municipalitys_is_none_of_ours()
    {
        await ReadAsync(refused: [File, Feed]);
        await _bench.NewHandler().ReadAsync(EntryBench.Aarhus, Read([], ["DAG1"]), CancellationToken.None);
        (await KnownAsync()).Count.ShouldBe(2);
    }

    [Test]
    public async Task A_handler_that_refused_it_settles_it_too_and_asks_the_store_for_nothing_while_there_is_nothing()
    {
        var log = new CountingLog(_bench.Log);
        var handler = _bench.NewHandler(log);
        await handler.SweepAsync(CancellationToken.None);
        var asked = log.Asked;
        await handler.ReadAsync(EntryBench.København, Read([], ["DAG1"]), CancellationToken.None);
        await handler.TakeInAsync(EntryBench.København, [_bench.Coverage("E-1")], CancellationToken.None);
        log.Asked.ShouldBe(asked);

        await handler.ReadAsync(EntryBench.København, Read([File], []), CancellationToken.None);
        handler.Refusals.ShouldHaveSingleItem();
        await handler.ReadAsync(EntryBench.København, Read([], ["DAG1"]), CancellationToken.None);
        handler.Refusals.ShouldBeEmpty();
        (await KnownAsync()).ShouldBeEmpty();
    }

    [Test]
    public async Task Whoever_reaches_the_callback_cannot_fill_the_store()
    {
        await ReadAsync(refused: [.. Enumerable.Range(1, 150).Select(n => File with { DocumentId = $"DAG{n}" })]);
        (await KnownAsync()).Count.ShouldBe(100);
        await ReadAsync(refused: [File with { DocumentId = "DAG999" }]);
        (await KnownAsync()).Count.ShouldBe(100);
    }

    [Test]
    public async Task What_names_it_loses_the_shape_of_a_CPR_number()
    {
        await ReadAsync(refused: [File with { Name = "betaling 0101701234.bet", Field = "0101701234" }]);
        var document = (await KnownAsync()).Single().Document;
        $"{document}".ShouldNotContain("0101701234");
    }

    [Test]
    public async Task A_line_that_cannot_be_read_becomes_an_entry_for_a_person_once_and_without_a_CPR_number()
    {
        var line = new UnreadableEntry("0101_1_dag1.bet", 3, "02", EntryFault.NotKnown, "E-1", "B10 01=E-1 02=NYT 12=Anna 0101701234");
        var entry = new DebtorEntry.Unreadable(EntryBench.Claim(1), _bench.Time.GetUtcNow(), new DateOnly(2026, 11, 22), 100, line, "DAG1");
        await _bench.TakeInAsync(entry);
        await _bench.TakeInAsync(entry with { Line = line with { Document = "0101_2_dag1.bet", Line = 7 } });
        await _bench.TakeInAsync(_bench.Coverage("E-1"));

        _bench.Broker.Names.ShouldBe([MessageNames.DebtorEntryUnmatched, MessageNames.CoverageRegistered], "the same entry, once it can be read, is no conflict");
        var told = _bench.Broker.Single(MessageNames.DebtorEntryUnmatched, MessageJson.Default.DebtorEntryUnmatched);
        (told.Kind, told.AmountOre, told.Reference, told.IsConflict).ShouldBe((DebtorEntryKind.Unreadable, 100, "DK-710100-1", false));
        told.Unreadable.ShouldBe(line with { Said = "B10 01=E-1 02=NYT 12=Anna ##########" });
        (await _bench.StoredAsync()).ShouldNotContain("0101701234");
    }

    [Test]
    public async Task A_waived_reminder_fee_is_kept_and_nobody_is_told()
    {
        await _bench.TakeInAsync(new DebtorEntry.ChargeWaiver("E-1", EntryBench.Claim(1), _bench.Time.GetUtcNow(), new DateOnly(2026, 11, 22), 10_000, AccountPart.ReminderFee, "frafaldet"));
        (await _bench.CountAsync("entries")).ShouldBe(1);
        _bench.Broker.Names.ShouldBeEmpty();
    }

    private static ReadBack Read(IReadOnlyList<RefusedDocument> refused, IReadOnlyList<string> taken) => new([], null) { Refused = refused, TakenDocuments = taken };

    private Task ReadAsync(IReadOnlyList<RefusedDocument>? refused = null, IReadOnlyList<string>? taken = null) =>
        _bench.NewHandler().ReadAsync(EntryBench.København, Read(refused ?? [], taken ?? []), CancellationToken.None);

    private Task<IReadOnlyList<Refusal>> KnownAsync() => _bench.Log.RefusalsAsync(null, CancellationToken.None);

    /// <summary>Counts how often the store is asked what is refused.</summary>
    private sealed class CountingLog(IEntryLog log) : IEntryLog
    {
        public int Asked { get; private set; }

        public Task<IReadOnlyList<Refusal>> RefusalsAsync(string? municipality, CancellationToken cancellation)
        {
            Asked++;
            return log.RefusalsAsync(municipality, cancellation);
        }

        public Task RefuseAsync(string municipality, IReadOnlyList<RefusedDocument> documents, DateTimeOffset now, CancellationToken cancellation) =>
            log.RefuseAsync(municipality, documents, now, cancellation);

        public Task SettleAsync(string municipality, IReadOnlyList<string> documentIds, CancellationToken cancellation) => log.SettleAsync(municipality, documentIds, cancellation);

        public Task<IReadOnlyDictionary<Guid, ClaimInLog>> ClaimsAsync(IReadOnlyCollection<Guid> claims, CancellationToken cancellation) => log.ClaimsAsync(claims, cancellation);

        public Task<IReadOnlyList<EntryTaken>> RecordAsync(string municipality, IReadOnlyList<EntryRow> rows, Func<EntryRow, EntryRow> conflict, CancellationToken cancellation) =>
            log.RecordAsync(municipality, rows, conflict, cancellation);

        public Task MarkPublishedAsync(IReadOnlyList<EntryRow> rows, CancellationToken cancellation) => log.MarkPublishedAsync(rows, cancellation);

        public Task<IReadOnlyList<EntryRow>> UnpublishedAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => log.UnpublishedAsync(now, limit, cancellation);

        public Task<IReadOnlyList<EntryDepth>> DepthsAsync(DateTimeOffset now, CancellationToken cancellation) => log.DepthsAsync(now, cancellation);
    }
}
