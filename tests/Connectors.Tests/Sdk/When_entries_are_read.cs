using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture("embedded")]
[TestFixture("postgres")]
public sealed class When_entries_are_read(string engine)
{
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await ConnectorBench.StartAsync(store: engine == "postgres" ? await PostgresForTests.NewDatabaseAsync() : null);
        _bench.Debtor.Feed = cursor => cursor is null ? new ReadBack([], "page-2", More: true) { Entries = [Coverage("E-1"), Coverage("E-2")] } : new ReadBack([], cursor);
    }

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task the_cursor_moves_after_they_are_stored_and_told()
    {
        _bench.Entries.IsDown = true;
        await Should.ThrowAsync<TransientException>(() => ReadAsync(goOn: false));
        (await CursorAsync()).ShouldBeNull();

        // Another process reads the page again: what is in the log already is told, and counts once.
        _bench.Entries.IsDown = false;
        await _bench.RestartAsync();
        (await ReadAsync(goOn: true)).ShouldBeTrue();
        (await ReadAsync(goOn: true)).ShouldBeFalse();

        (await CursorAsync()).ShouldBe("page-2");
        _bench.Entries.Names.ShouldBe([MessageNames.CoverageRegistered, MessageNames.CoverageRegistered]);
    }

    [Test]
    public async Task what_was_refused_is_kept_before_the_cursor_moves_and_settled_when_it_is_taken()
    {
        var refused = new RefusedDocument("DAG1", DocumentKind.File, "0101_1_dag1.bet", DocumentFault.WrongTotals);
        _bench.Debtor.Feed = cursor => cursor is null ? new ReadBack([], "refused") { Refused = [refused] } : new ReadBack([], "taken") { TakenDocuments = ["DAG1"] };
        await ReadAsync(goOn: true);
        (await _bench.EntryLog.RefusalsAsync(null, CancellationToken.None)).Select(refusal => refusal.Document).ShouldBe([refused]);

        await ReadAsync(goOn: true);
        (await _bench.EntryLog.RefusalsAsync(null, CancellationToken.None)).ShouldBeEmpty();
        (await CursorAsync()).ShouldBe("taken");
    }

    [Test]
    public async Task receipts_of_the_same_page_count_as_well()
    {
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        _bench.Debtor.Feed = _ => new ReadBack([new Receipt(claim.InstructionId, "R-1", new Submitted.Accepted("D-1", "R-1"))], "end") { Entries = [Coverage("E-1")] };
        await ReadAsync(goOn: false);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.Accepted]);
        _bench.Entries.Names.ShouldBe([MessageNames.CoverageRegistered]);
    }

    private DebtorEntry.Coverage Coverage(string id) => new(id, new EntrySubject("DK-710100-1"), _bench.Time.GetUtcNow(), new DateOnly(2026, 11, 23), 100, null);

    private Task<bool> ReadAsync(bool goOn) => _bench.Handler.ReadAsync(ConnectorBench.København, TimeSpan.FromMinutes(1), goOn, CancellationToken.None);

    private async Task<string?> CursorAsync() => (await _bench.Log.LanesAsync(CancellationToken.None)).Single(lane => lane.Municipality == ConnectorBench.København).ReadCursor;
}
