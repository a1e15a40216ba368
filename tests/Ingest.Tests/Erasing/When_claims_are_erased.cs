using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Ingest.Asking;
using ClaimsTransfer.Ingest.Erasing;
using ClaimsTransfer.Ingest.Preview;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Erasing;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_claims_are_erased(Engine engine) : IngestFixture(engine)
{
    private const string Title = "Ronja Røverdatter";
    private const string OtherCpr = "1504751234";
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static readonly Guid Claim = DeterministicId.OfClaim("DK-710100", 1);
    private static readonly Guid Another = DeterministicId.OfClaim("DK-710100", 2);

    [Test]
    public async Task Nothing_says_whose_they_were_and_the_books_are_as_before()
    {
        await TakeAsync();
        var another = await RowsAsync("2");
        var books = JsonSerializer.Serialize(await World.Accounting.ReadAsync(isLive: false, default));
        string[] personal = [Ref(Fbs.Cpr), Ref(Fbs.GuardianCpr), Ref(OtherCpr), Title, TraceParent[3..35], "debtor="];
        foreach (var text in personal)
            (await RowsAsync("1")).ShouldContain(row => Plain(row).Contains(text), text);

        Figures(await EraseAsync()).ShouldBe((0, 0, false));

        var left = await RowsAsync("1");
        foreach (var text in personal)
            left.ShouldNotContain(row => Plain(row).Contains(text), text);
        left.ShouldAllBe(row => row.StartsWith("messages: ", StringComparison.Ordinal));
        left.Count.ShouldBe(4);
        (await RowsAsync("2")).ShouldBe(another, "another claim is not touched");
        JsonSerializer.Serialize(await World.Accounting.ReadAsync(isLive: false, default)).ShouldBe(books);
    }

    [Test]
    public async Task Asked_again_there_is_nothing_more_to_do()
    {
        await TakeAsync();
        await EraseAsync();
        var once = await StoredRows.AllAsync(World.Store);

        Figures(await EraseAsync()).ShouldBe((0, 0, false));

        (await StoredRows.AllAsync(World.Store)).ShouldBe(once);
    }

    [Test]
    public async Task A_repeat_is_a_repeat_answered_from_what_came_and_kept_nowhere()
    {
        await TakeAsync();
        var told = World.Broker.Take().ToDictionary(message => message.MessageId);
        await EraseAsync();

        var answers = await World.FromBrokerAsync(Submit().Incoming(), Submit(messageId: Fbs.Id("the same by another id")).Incoming(), Conflict().Incoming());

        answers.Select(answer => answer.Outcome).ShouldBe([Outcome.Duplicate, Outcome.Duplicate, Outcome.Refused]);
        var again = World.Broker.Take();
        again.Select(message => message.Name).ShouldBe([MessageNames.ClaimCreated, MessageNames.ClaimRefused], ignoreOrder: true);
        again.ShouldAllBe(message => told[message.MessageId].Name == message.Name);
        JsonSerializer.Deserialize(again.Single(message => message.Name == MessageNames.ClaimCreated).Body.Span,
            MessageJson.Default.ClaimCreated)!.Borrower.Identity.Ref.ShouldBe(Ref(Fbs.Cpr));
        (await RowsAsync("1")).ShouldAllBe(row => row.StartsWith("messages: ", StringComparison.Ordinal));
    }

    [Test]
    public async Task Another_content_is_refused_still_and_a_new_version_taken()
    {
        await TakeAsync();
        await EraseAsync();
        World.Broker.Take();

        var answers = await World.FromBrokerAsync(
            Submit(message => message["amountOre"] = 1).Incoming(), Fbs.ChangeLiableParty(1, version: 3, message => message["reason"] = "other").Incoming(),
                Fbs.Adjust(1, version: 4).Incoming());

        answers.Select(answer => answer.Outcome).ShouldBe([Outcome.Refused, Outcome.Refused, Outcome.Change]);
        World.Broker.Take().Select(message => message.Name)
            .ShouldBe([MessageNames.ClaimRefused, MessageNames.ClaimRefused, MessageNames.ClaimAdjusted], ignoreOrder: true);
        await EraseAsync();
        (await RowsAsync("1")).ShouldAllBe(row => row.StartsWith("messages: ", StringComparison.Ordinal), "what came since is erased by the next night");
    }

    [Test]
    public async Task A_claim_of_which_something_is_not_published_is_kept_whole()
    {
        await TakeAsync();
        World.Broker.IsDown = true;
        await World.FromHttpAsync(Fbs.Adjust(1, version: 4).Incoming());
        World.Broker.IsDown = false;
        var before = await RowsAsync("1");

        var erased = await EraseAsync(Claim, Another);

        erased.Kept.ShouldBe([new KeptClaim(Claim, IngestNotes.PublicationDue)]);
        (await RowsAsync("1")).ShouldBe(before);
        (await RowsAsync("2")).ShouldHaveSingleItem("the other is erased");
        World.Broker.Take();
        World.Clock.Advance(World.Options.RelayAfter * 2);
        (await World.Relay.SweepAsync(default)).ShouldBe(1);
        World.Broker.Take().ShouldHaveSingleItem().Name.ShouldBe(MessageNames.ClaimAdjusted);
        (await EraseAsync()).Kept.ShouldBeEmpty();
    }

    [Test]
    public async Task What_fails_in_between_leaves_everything_as_it_was()
    {
        await TakeAsync();
        var before = await StoredRows.AllAsync(World.Store);
        await StoredRows.WithoutAsync(World.Store, "parties", "claim_id", () => Should.ThrowAsync<DbException>(() => EraseAsync()));

        (await StoredRows.AllAsync(World.Store)).ShouldBe(before);
        (await EraseAsync()).Kept.ShouldBeEmpty();
        (await RowsAsync("1")).ShouldAllBe(row => row.StartsWith("messages: ", StringComparison.Ordinal));
    }

    [Test]
    public async Task Refused_messages_of_before_are_erased_and_counted_still()
    {
        await World.FromBrokerAsync(Refused(3), Refused(4), Refused(5, "DK-775100"));
        World.Broker.IsDown = true;
        await World.FromHttpAsync(Refused(7));
        World.Clock.Advance(TimeSpan.FromHours(1));
        var before = World.Clock.GetUtcNow();
        World.Broker.IsDown = false;
        await World.FromBrokerAsync(Refused(6));
        var figures = JsonSerializer.Serialize(await World.Accounting.ReadAsync(isLive: false, default));

        Figures(await EraseOthersAsync(before)).ShouldBe((0, 2, false));
        (await EraseOthersAsync(before)).Others.ShouldBe(0);

        var history = new MessageHistory(World.Store);
        (await history.RefusedAsync(new RefusedFilter(), 100, null, default)).Messages.Select(message => message.ClaimId)
            .ShouldBe(new[] { ("DK-775100", 5), ("DK-710100", 6), ("DK-710100", 7) }.Select(fee => (Guid?)DeterministicId.OfClaim(fee.Item1, fee.Item2)),
                ignoreOrder: true);
        (await new RefusedFaults(World.Store).GroupAsync([], default)).Groups.Sum(group => group.Count).ShouldBe(3);
        var shown = (await history.OfClaimAsync("DK-710100", 3, default)).ShouldHaveSingleItem();
        (shown.Outcome, shown.Faults, shown.Kept, shown.TraceParent).ShouldBe((Outcome.Refused, null, null, null));
        (await new RecordedMessages(World.Store).FindAsync([Guid.Parse(Fbs.Id("submit/3"))], default)).Recorded
            .ShouldHaveSingleItem().ShouldBe(new RecordedMessage(Guid.Parse(Fbs.Id("submit/3")), DeterministicId.OfClaim("DK-710100", 3), Outcome.Refused,
                null));
        JsonSerializer.Serialize(await World.Accounting.ReadAsync(isLive: false, default)).ShouldBe(figures);
        World.Broker.Take();
        (await World.FromBrokerAsync(Refused(3))).ShouldHaveSingleItem().Outcome.ShouldBe(Outcome.Refused);
        JsonSerializer.Deserialize(World.Broker.Take().ShouldHaveSingleItem().Body.Span, MessageJson.Default.ClaimRefused)!.Faults.ShouldHaveSingleItem()
            .Field.ShouldBe("amountOre");
    }

    [Test]
    public async Task What_belongs_to_no_claim_is_erased_a_part_at_a_time()
    {
        await World.FromBrokerAsync(Enumerable.Range(1, Erased.MostOthers + 1).Select(fee => Refused(fee)));
        World.Clock.Advance(TimeSpan.FromHours(1));

        Figures(await EraseOthersAsync(World.Clock.GetUtcNow())).ShouldBe((0, Erased.MostOthers, true));
        Figures(await EraseOthersAsync(World.Clock.GetUtcNow())).ShouldBe((0, 1, false));
    }

    [Test]
    public async Task Whose_claims_these_are_is_known_while_they_stand()
    {
        await TakeAsync();
        (await ClaimsOfAsync(Fbs.Cpr)).ShouldBe([Claim, Another], ignoreOrder: true);
        (await ClaimsOfAsync(Fbs.GuardianCpr)).ShouldBe([Claim, Another], ignoreOrder: true);
        (await ClaimsOfAsync(OtherCpr)).ShouldBe([Claim], "a liable party");
        (await ClaimsOfAsync("0101021234")).ShouldBeEmpty();

        await EraseAsync();

        (await ClaimsOfAsync(Fbs.Cpr)).ShouldBe([Another]);
        (await ClaimsOfAsync(OtherCpr)).ShouldBeEmpty();
    }

    [Test]
    public async Task Whose_the_claims_of_a_version_before_are_is_read_from_their_answers()
    {
        await TakeAsync();
        var parties = (await StoredRows.AllAsync(World.Store)).Where(row => row.StartsWith("parties: ", StringComparison.Ordinal)).ToList();
        await RunAsync("DROP TABLE ingest.parties");
        await RunAsync("DELETE FROM ingest.schema_history WHERE number = 6");

        await World.Store.MigrateAsync(Schema.Migrations, default);

        parties.Count.ShouldBe(5);
        (await StoredRows.AllAsync(World.Store)).Where(row => row.StartsWith("parties: ", StringComparison.Ordinal)).ShouldBe(parties);
    }

    /// <summary>
    /// Two claims of one citizen; one of them has a liable party of its own and a message that was refused. They are as if a list of fees had brought them.
    /// </summary>
    private async Task TakeAsync()
    {
        await World.FromBrokerAsync(
            new Incoming(Submit().Incoming().Body, TraceParent: TraceParent), Fbs.Adjust(1).Incoming(),
            Fbs.ChangeLiableParty(1, version: 3, message => message["liableParty"]!["cpr"] = OtherCpr).Incoming(), Conflict().Incoming(), Fbs.Submit(2)
                .Incoming());
        await RunAsync("UPDATE ingest.messages SET debtor = id WHERE kind = 'submit-claim'");
    }

    private static JsonObject Submit(Action<JsonObject>? change = null, string? messageId = null) => Fbs.Submit(1, message =>
    {
        message["materials"]![0]!["title"] = Title;
        change?.Invoke(message);
    }, messageId);

    private static JsonObject Conflict() => Submit(message => message["amountOre"] = 8000, Fbs.Id("conflict"));

    private static Incoming Refused(long feeId, string agency = "DK-710100") => Fbs.Submit(feeId, message =>
    {
        message["agency"] = agency;
        message["amountOre"] = 0;
        message["branch"] = $"DK-7{agency[4..7]}11";
    }).Incoming();

    private Task<Erased> EraseAsync(params Guid[] claims) => new IngestEraser(World.Store)
        .EraseAsync(new Erasure("0101", claims is [] ? [Claim] : claims), default);

    private Task<Erased> EraseOthersAsync(DateTimeOffset before) => new IngestEraser(World.Store).EraseAsync(new Erasure("0101", [], before), default);

    private static (int Kept, int Others, bool IsMore) Figures(Erased erased) => (erased.Kept.Count, erased.Others, erased.IsMore);

    private string Ref(string cpr) => World.Sealer.Ref(new OpenIdentity(IdentityKind.Person, cpr, null));

    private async Task<IEnumerable<Guid>> ClaimsOfAsync(string cpr)
    {
        var claims = (await new ClaimsByParty(World.Store).ClaimsOfAsync(Ref(cpr), default)).Claims;
        claims.ShouldAllBe(claim => claim.Municipality == "0101");
        return claims.Select(claim => claim.ClaimId);
    }

    /// <summary>The rows of one claim, its answers too.</summary>
    private async Task<IReadOnlyList<string>> RowsAsync(string feeId)
    {
        var all = await StoredRows.AllAsync(World.Store);
        var claim = $"{DeterministicId.OfClaim("DK-710100", long.Parse(feeId))}";
        await using var connection = await World.Store.OpenAsync(default);
        var ids = (await connection.QueryAsync<Guid>(World.Store.Sql($"SELECT id FROM ingest.messages WHERE claim_id = '{claim}'"))).Select(id => $"{id}")
            .ToList();
        return [.. all.Where(row => row.Contains(claim) || ids.Exists(id => row.Contains($": id={id}")))];
    }

    private async Task RunAsync(string statement)
    {
        await using var connection = await World.Store.OpenAsync(default);
        await connection.ExecuteAsync(World.Store.Sql(statement));
    }

    /// <summary>As JSON spells other letters.</summary>
    private static string Plain(string row) => System.Text.RegularExpressions.Regex.Replace(
        row, @"\\u([0-9A-Fa-f]{4})", escaped => $"{(char)Convert.ToInt32(escaped.Groups[1].Value, 16)}", System.Text.RegularExpressions.RegexOptions.None,
            TimeSpan.FromSeconds(5));
}
