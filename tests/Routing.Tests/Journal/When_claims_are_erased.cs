using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Accounting;
using ClaimsTransfer.Routing.Asking;
using ClaimsTransfer.Routing.Erasing;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Operations;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Tests.Saga;
using ClaimsTransfer.Routing.Timeline;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Journal;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_claims_are_erased(Engine engine) : RoutingFixture(engine)
{
    private static readonly string[] Personal = ["ref-adult", "sealed", "Gebyr", "OPUS-1", "Den hemmelige have", "271828", "0af7651916cd43dd8448eb211c80319c"];

    private Eraser Eraser => new(Store, Clock);

    [Test]
    public async Task Nothing_personal_is_left_and_the_books_are_as_they_were()
    {
        await EndAsync(1);
        await EndAsync(2);
        await Handler.HandleAsync([Deliver(Claim(3))], default);
        var before = await BooksAsync();

        (await Eraser.EraseAsync(new Erasure("0101", [IdOf(1), IdOf(2)]), default)).Kept.ShouldBeEmpty();

        (await BooksAsync()).ShouldBe(before);
        var left = await TextOfAsync(1) + await TextOfAsync(2);
        foreach (var personal in Personal)
            left.ShouldNotContain(personal);
        (await TextOfAsync(3)).ShouldContain("ref-adult", Case.Sensitive, "another's claim is not touched");
        var shown = (await Timelines.FindAsync(Claims.Agency, 1, default))!;
        shown.ErasedAt.ShouldBe(Clock.GetUtcNow());
        shown.Timeline.Select(entry => entry.To).ShouldBe([ClaimStatus.Sending, ClaimStatus.Transferred, ClaimStatus.Settled]);
        shown.Operations.ShouldBeEmpty();
    }

    [Test]
    public async Task Nothing_personal_is_left_in_the_file_either()
    {
        if (Engine != Engine.Sqlite)
            Assert.Ignore("A server keeps what it deleted until it uses the space again, sealed as it was.");
        foreach (var number in Enumerable.Range(1, 50))
            await EndAsync(number);
        await CheckpointAsync();
        Files().ShouldContain("ref-adult");

        await Eraser.EraseAsync(new Erasure("0101", [.. Enumerable.Range(1, 50).Select(IdOf)]), default);
        await CheckpointAsync();

        var files = Files();
        foreach (var personal in Personal)
            files.ShouldNotContain(personal);

        string Files() => string.Concat(Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(File.ReadAllText));
    }

    [Test]
    public async Task What_comes_again_is_known_and_sends_nothing()
    {
        await EndAsync(1);
        await Eraser.EraseAsync(new Erasure("0101", [IdOf(1)]), default);
        var before = await BooksAsync();
        Publisher.Published.Clear();

        await NewHandler(Store).HandleAsync([Deliver(Claim(1)), Deliver(CoveredOf(1))], default);

        Publisher.Published.ShouldBeEmpty();
        (await BooksAsync()).ShouldBe(before);
        (await StateOf(1)).ErasedAt.ShouldNotBeNull();
    }

    [Test]
    public async Task What_has_not_ended_is_kept_whoever_asks()
    {
        await Handler.HandleAsync([Deliver(Claim(1))], default);
        await EndAsync(2);

        var erased = await Eraser.EraseAsync(new Erasure("0101", [IdOf(1), IdOf(2), Guid.NewGuid()]), default);

        erased.Kept.ShouldBe([new KeptClaim(IdOf(1), ClaimNotes.NotEnded)]);
        (await TextOfAsync(1)).ShouldContain("ref-adult");
        (await StateOf(2)).ErasedAt.ShouldNotBeNull();
    }

    [Test]
    public async Task What_is_still_to_be_sent_is_kept_until_it_is()
    {
        Copenhagen = Claims.Copenhagen with { Stage = Defaults.Municipalities.Stage.Planned };
        await NewHandler(Store).HandleAsync([Deliver(Claim(1))], default);
        // As after a crash between the commit of a timer and its effects.
        await ExecuteAsync("UPDATE routing.journal SET relay_due_at = @due WHERE claim_id = @id", new { due = Clock.GetUtcNow().ToUnixTimeMilliseconds(), id = IdOf(1) });

        (await Eraser.EraseAsync(new Erasure("0101", [IdOf(1)]), default)).Kept.ShouldBe([new KeptClaim(IdOf(1), ClaimNotes.ToBeSent)]);
        Publisher.Published.Clear();
        await Handler.RelayAsync(10, default);
        Publisher.Published.ShouldHaveSingleItem().Name.ShouldBe(MessageNames.ClaimOutOfScope);

        (await Eraser.EraseAsync(new Erasure("0101", [IdOf(1)]), default)).Kept.ShouldBeEmpty();
        (await StateOf(1)).ErasedAt.ShouldNotBeNull();
    }

    [Test]
    public async Task Another_municipalitys_claim_is_not_touched()
    {
        await EndAsync(1);
        await Eraser.EraseAsync(new Erasure("0157", [IdOf(1)]), default);
        (await StateOf(1)).ErasedAt.ShouldBeNull();
    }

    [Test]
    public async Task Asked_again_it_changes_nothing()
    {
        await EndAsync(1);
        await Eraser.EraseAsync(new Erasure("0101", [IdOf(1)]), default);
        var first = await StateOf(1);
        Clock.Advance(TimeSpan.FromDays(1));
        (await Eraser.EraseAsync(new Erasure("0101", [IdOf(1)]), default)).Kept.ShouldBeEmpty();
        (await StateOf(1)).ErasedAt.ShouldBe(first.ErasedAt);
    }

    [Test]
    public async Task A_message_decided_on_the_claim_as_it_was_loses_to_the_erasing()
    {
        await EndAsync(1);
        var journal = new RoutingStore(Store);
        var loaded = (await journal.LoadAsync([IdOf(1)], default)).Single();
        await Eraser.EraseAsync(new Erasure("0101", [IdOf(1)]), default);

        await Should.ThrowAsync<Defaults.Storage.LostRaceException>(() => journal.SaveAsync([loaded], [], default));

        (await TextOfAsync(1)).ShouldNotContain("ref-adult");
    }

    [Test]
    public async Task Those_that_ended_before_are_listed_page_by_page_the_longest_ago_first()
    {
        foreach (var number in Enumerable.Range(1, 5))
        {
            await EndAsync(number);
            Clock.Advance(TimeSpan.FromDays(1));
        }

        var before = Claims.Start.AddDays(3.5);
        var first = await Eraser.EndedAsync("0101", before, 3, null, default);
        first.ClaimIds.ShouldBe([IdOf(1), IdOf(2), IdOf(3)]);
        Place.TryParse(first.Next, out var after).ShouldBeTrue();
        var second = await Eraser.EndedAsync("0101", before, 3, after, default);
        second.ClaimIds.ShouldBe([IdOf(4)]);
        second.Next.ShouldBeNull();
        (await Eraser.EndedAsync("0157", before, 3, null, default)).ClaimIds.ShouldBeEmpty();

        await Eraser.EraseAsync(new Erasure("0101", first.ClaimIds), default);
        (await Eraser.EndedAsync("0101", before, 3, null, default)).ClaimIds.ShouldBe([IdOf(1), IdOf(2), IdOf(3)], "not everybody has erased them");
        await Eraser.DoneAsync(new Erasure("0101", first.ClaimIds), default);
        (await Eraser.EndedAsync("0101", before, 3, null, default)).ClaimIds.ShouldBe([IdOf(4)]);
    }

    [Test]
    public async Task What_comes_for_it_later_is_erased_in_its_own_time()
    {
        await EndAsync(1);
        await EraseAsync();
        Clock.Advance(TimeSpan.FromDays(10));
        await Handler.HandleAsync([Deliver(Claims.LiableParty(2, Claims.Guardian) with { ClaimId = IdOf(1), FeeId = 1, MessageId = Claims.Message("liable/1") })], default);
        (await TextOfAsync(1)).ShouldNotContain("ref-guardian");

        (await Eraser.EndedAsync("0101", Clock.GetUtcNow(), 10, null, default)).ClaimIds.ShouldBeEmpty("its time has begun anew");
        Clock.Advance(TimeSpan.FromDays(1));
        (await Eraser.EndedAsync("0101", Clock.GetUtcNow(), 10, null, default)).ClaimIds.ShouldBe([IdOf(1)]);
        await EraseAsync();
        (await Eraser.EndedAsync("0101", Clock.GetUtcNow(), 10, null, default)).ClaimIds.ShouldBeEmpty();
        (await TextOfAsync(1)).ShouldNotContain("claim.erased", Case.Sensitive, "nor what the journal said of it");

        async Task EraseAsync()
        {
            await Eraser.EraseAsync(new Erasure("0101", [IdOf(1)]), default);
            await Eraser.DoneAsync(new Erasure("0101", [IdOf(1)]), default);
        }
    }

    [Test]
    public async Task Claims_that_ended_before_this_was_kept_are_found()
    {
        await EndAsync(1);
        await Handler.HandleAsync([Deliver(Claim(2))], default);
        var migration = RoutingSchema.Migrations.Single(migration => migration.Number == 7);
        await ExecuteAsync("UPDATE routing.claims SET ended_at = NULL", new { });
        await ExecuteAsync(migration.Statements.Single(statement => statement.Contains("UPDATE routing.claims", StringComparison.Ordinal)), new { });

        (await Eraser.EndedAsync("0101", Claims.Start.AddDays(1), 10, null, default)).ClaimIds.ShouldBe([IdOf(1)]);
    }

    private async Task EndAsync(int number)
    {
        var claim = Claim(number) with { PatronId = 271828, Materials = [new Material(Title: "Den hemmelige have")] };
        await Handler.HandleAsync([Deliver(claim)], default);
        var state = await StateOf(number);
        await Handler.HandleAsync([Deliver(Claims.Reported(state, TransferOutcome.Accepted) with { ClaimId = state.ClaimId, FeeId = number, MessageId = Claims.Message($"accepted/{number}") })], default);
        await Handler.HandleAsync([Deliver(CoveredOf(number))], default);
        (await StateOf(number)).Status.ShouldBe(ClaimStatus.Settled);
    }

    private static CoverageRegistered CoveredOf(int number) => Claims.Covered(7000, $"E{number}") with { ClaimId = IdOf(number), FeeId = number };

    private static Guid IdOf(int number) => DeterministicId.OfClaim(Claims.Agency, number);

    private async Task<string> BooksAsync()
    {
        var accounts = await new Accounts(Store, Clock, Gap).ReadAsync(default);
        return System.Text.Json.JsonSerializer.Serialize(accounts, RoutingJson.Default.RoutingAccounts);
    }

    private async Task CheckpointAsync()
    {
        await using var connection = await Store.OpenAsync(default);
        await connection.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>All that the claim's rows say.</summary>
    private async Task<string> TextOfAsync(int number)
    {
        await using var connection = await Store.OpenAsync(default);
        var rows = new List<object>();
        foreach (var table in new[] { "claims", "journal" })
            rows.AddRange(await connection.QueryAsync(Store.Sql($"SELECT * FROM routing.{table} WHERE claim_id = @id"), new { id = IdOf(number) }));
        return string.Join('\n', rows.Cast<IDictionary<string, object?>>().SelectMany(row => row.Select(cell => $"{cell.Key}={cell.Value}")));
    }

    private async Task ExecuteAsync(string sql, object parameters)
    {
        await using var connection = await Store.OpenAsync(default);
        await connection.ExecuteAsync(Store.Sql(sql), parameters);
    }
}
