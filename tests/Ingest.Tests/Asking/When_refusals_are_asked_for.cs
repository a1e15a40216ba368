using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Ingest.Asking;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Asking;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_refusals_are_asked_for(Engine engine) : IngestFixture(engine)
{
    [Test]
    public async Task Each_filter_leaves_what_it_names()
    {
        await RefuseAsync(1);
        await RefuseAsync(2);
        World.Clock.Advance(TimeSpan.FromHours(1));
        await RefuseAsync(2, "DK-775100");
        await World.FromBrokerAsync(new Incoming("not json"u8.ToArray()));
        await World.FromBrokerAsync(Fbs.Submit(1).Incoming());

        (await FoundAsync(new RefusedFilter())).Count.ShouldBe(4);
        (await FoundAsync(new RefusedFilter(Municipality: ["0101"]))).Count.ShouldBe(2);
        (await FoundAsync(new RefusedFilter(Municipality: ["0101", "0751"]))).Count.ShouldBe(3);
        (await FoundAsync(new RefusedFilter(Agency: ["DK-775100"]))).ShouldHaveSingleItem().Municipality.ShouldBe("0751");
        (await FoundAsync(new RefusedFilter(FeeId: [2]))).Count.ShouldBe(2);
        (await FoundAsync(new RefusedFilter(Agency: ["DK-710100"], FeeId: [1, 3]))).ShouldHaveSingleItem().ClaimId.ShouldBe(DeterministicId.OfClaim("DK-710100", 1));
        (await FoundAsync(new RefusedFilter(From: World.Clock.GetUtcNow()))).Count.ShouldBe(2);
        (await FoundAsync(new RefusedFilter(To: World.Clock.GetUtcNow(), FeeId: [2]))).ShouldHaveSingleItem().Municipality.ShouldBe("0101");
        (await FoundAsync(new RefusedFilter(Agency: ["DK-7%"]))).ShouldBeEmpty();
        (await FoundAsync(new RefusedFilter(Agency: ["DK-710100\",\"feeId\":2,\"x\":\""]))).ShouldBeEmpty();
    }

    [Test]
    public async Task Pages_of_what_a_filter_leaves_hold_each_once()
    {
        for (var fee = 1; fee <= 5; fee++)
            await RefuseAsync(fee);
        var history = new MessageHistory(World.Store);
        var filter = new RefusedFilter(Municipality: ["0101"]);

        var first = await history.RefusedAsync(filter, 2, null, default);
        var second = await history.RefusedAsync(filter, 2, first.Next, default);
        var third = await history.RefusedAsync(filter, 2, second.Next, default);

        first.Messages.Concat(second.Messages).Concat(third.Messages).Select(message => message.Id).Distinct().Count().ShouldBe(5);
        third.Next.ShouldBeNull();
    }

    [Test]
    public async Task Why_a_message_was_refused_is_told_as_a_note_and_what_an_older_version_answered_as_it_was_answered()
    {
        await RefuseAsync(1);
        await World.FromBrokerAsync(Fbs.Submit(2, message => message["amountOre"] = 0).Incoming());

        var told = (await FoundAsync(new RefusedFilter(FeeId: [2]))).Single().Faults!.Single();
        (told.Reason, told.Why).ShouldBe(("must be at least 1 (øre)", FaultNotes.AtLeast(1, "ore")));
        (await FoundAsync(new RefusedFilter())).ShouldAllBe(message => message.Faults!.All(fault => fault.Why.Code.StartsWith("fault.", StringComparison.Ordinal)));

        await using (var connection = await World.Store.OpenAsync(default))
            await connection.ExecuteAsync(World.Store.Sql("UPDATE ingest.answers SET why = NULL"));
        (await FoundAsync(new RefusedFilter(FeeId: [2]))).Single().Faults!.Single().Why.ShouldBe(Note.Quote("must be at least 1 (øre)"));
        (await new RefusedFaults(World.Store).GroupAsync([], default)).Groups.ShouldContain(group => group.Why == Note.Quote("must be at least 1 (øre)") && group.Reason == "must be at least 1 (øre)");
    }

    [Test]
    public async Task Refusals_are_grouped_by_fault_whatever_the_values_were()
    {
        await RefuseAsync(1);
        World.Clock.Advance(TimeSpan.FromHours(1));
        await RefuseAsync(2);
        await RefuseAsync(3, "DK-775100");
        await World.FromBrokerAsync(Fbs.Submit(4, message => message["materials"]![0]!["title"] = new string('x', 3000)).Incoming());
        await World.FromBrokerAsync(Fbs.Submit(5, message => message["materials"]!.AsArray().Insert(0, new System.Text.Json.Nodes.JsonObject { ["title"] = new string('x', 4000) })).Incoming());
        await World.FromBrokerAsync(Fbs.Submit(6).Incoming(), Fbs.Submit(6, message => { message["amountOre"] = 1; message["messageId"] = Fbs.Id("other"); }).Incoming());

        var groups = (await new RefusedFaults(World.Store).GroupAsync(["0101"], default)).Groups;

        var amount = groups.Single(group => group.Field == "amountOre");
        (amount.Municipality, amount.Kind, amount.Count, amount.LastAt - amount.FirstAt).ShouldBe(("0101", MessageNames.SubmitClaim, 2, TimeSpan.FromHours(1)));
        var title = groups.Single(group => group.Field == "materials[].title");
        (title.Count, title.Reason).ShouldBe((2, "is … characters long; at most 500 are taken"));
        groups.Single(group => group.Field == "version").Reason.ShouldBe("conflict: version … of this claim has come before as submit-claim with other content (…)");
        groups.ShouldAllBe(group => !group.Reason.Contains(Fbs.Cpr));
        (await new RefusedFaults(World.Store).GroupAsync([], default)).Groups.Count.ShouldBe(groups.Count + 1);
    }

    [Test]
    public async Task Recorded_says_what_became_of_each_that_came()
    {
        await World.FromBrokerAsync(Fbs.Submit(1).Incoming(), Fbs.Adjust(1).Incoming(), Fbs.Submit(1, messageId: Fbs.Id("again")).Incoming(), Fbs.Submit(2, message => message["amountOre"] = -1).Incoming());
        // Another content under an id that is taken: what was taken is what counts.
        await World.FromBrokerAsync(Fbs.Submit(1, message => message["amountOre"] = 1).Incoming());

        var recorded = (await new RecordedMessages(World.Store).FindAsync(
            [.. new[] { "submit/1", "adjust-claim/1/2", "again", "submit/2", "never" }.Select(name => Guid.Parse(Fbs.Id(name)))], default)).Recorded;

        recorded.ToDictionary(message => message.MessageId, message => message.Outcome).ShouldBe(new Dictionary<Guid, string>
        {
            [Guid.Parse(Fbs.Id("submit/1"))] = Outcome.Accepted, [Guid.Parse(Fbs.Id("adjust-claim/1/2"))] = Outcome.Change, [Guid.Parse(Fbs.Id("again"))] = Outcome.Duplicate,
            [Guid.Parse(Fbs.Id("submit/2"))] = Outcome.Refused,
        }, ignoreOrder: true);
        recorded.Single(message => message.Outcome == Outcome.Refused).Faults!.Single().Field.ShouldBe("amountOre");
    }

    [Test]
    public async Task The_list_of_refusals_walks_over_refusals_alone()
    {
        if (Engine != Engine.Sqlite)
            Assert.Ignore("Only SQLite says its plan in words.");
        var (where, parameters) = new RefusedFilter().Condition(World.Store);
        await using var connection = await World.Store.OpenAsync(default);
        var plan = (await connection.QueryAsync(
            $"""
            EXPLAIN QUERY PLAN
            SELECT m.id FROM messages m JOIN answers a ON a.id = m.id WHERE {where} AND m.received_at >= 5 ORDER BY m.received_at, m.id LIMIT 10
            """, parameters))
            .Select(step => (string)step.detail).ToList();
        plan.ShouldContain(step => step.StartsWith("SEARCH m USING COVERING INDEX messages_refused", StringComparison.Ordinal) || step.StartsWith("SEARCH m USING INDEX messages_refused", StringComparison.Ordinal), string.Join('\n', plan));
        plan.ShouldNotContain(step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    private Task RefuseAsync(long feeId, string agency = "DK-710100") => World.FromBrokerAsync(Fbs.Submit(feeId, message =>
    {
        message["agency"] = agency;
        message["amountOre"] = -feeId;
        message["branch"] = $"DK-7{agency[4..7]}11";
    }).Incoming());

    private async Task<IReadOnlyList<MessageCameIn>> FoundAsync(RefusedFilter filter) => (await new MessageHistory(World.Store).RefusedAsync(filter, 100, null, default)).Messages;
}
