using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Asking;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Operations;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Tests.Saga;
using ClaimsTransfer.Routing.Timeline;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Asking;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_an_older_store_is_opened(Engine engine)
{
    [Test]
    public async Task Its_claims_are_found_as_the_new_ones_are()
    {
        await using var installation = await StoreForTests.NewAsync(engine);
        await using var store = installation.Stores.Open("routing");
        await store.MigrateAsync([RoutingSchema.Migrations[0]], default);
        var claim = new Journey().On(Claims.Created(Claims.Child)).State;
        await using (var connection = await store.OpenAsync(default))
        {
            await connection.ExecuteAsync(
                store.Sql("""
                    INSERT INTO routing.claims (claim_id, municipality, agency, fee_id, status, category, version, amount_ore, open_instruction, hold_rule, received_at, row_version, state)
                    VALUES (@ClaimId, '0101', @Agency, @FeeId, 'Held', 'Held', 1, 7000, @no, @rule, @at, 1, @state)
                    """),
                new
                {
                    claim.ClaimId, claim.Agency, claim.FeeId, no = false, rule = claim.Hold!.Rule, at = Claims.Start.ToUnixTimeMilliseconds(),
                    state = JsonSerializer.Serialize(claim, RoutingJson.Default.ClaimState),
                });
        }

        await store.MigrateAsync(RoutingSchema.Migrations, default);

        var search = new ClaimSearch(store);
        (await search.FindAsync(new ClaimFilter(From: Claims.Start, Text: "holdforperson"), 10, null, default)).Claims.ShouldHaveSingleItem().Status.ShouldBe(ClaimStatus.Held);
        var stored = (await new RoutingStore(store).LoadAsync([claim.ClaimId], default)).Single();
        await new RoutingStore(store).SaveAsync([stored], [], default);
        (await search.FindAsync(new ClaimFilter(Text: "no guardian"), 10, null, default)).Claims.Count.ShouldBe(1);
    }

    [Test]
    public async Task Its_claims_are_found_by_all_that_names_them()
    {
        await using var installation = await StoreForTests.NewAsync(engine);
        await using var store = installation.Stores.Open("routing");
        await store.MigrateAsync([.. RoutingSchema.Migrations.Where(migration => migration.Number < 6)], default);
        var claim = new Journey().On(Claims.Created() with { PatronId = 271828 }).State;
        claim = claim with { Registered = new Registration(7000, DebtorKind.Borrower, "ref", 1, "Opus 77-a", PaymentSlip: "123456789012347") };
        var unregistered = claim with { ClaimId = DeterministicId.OfClaim(Claims.Agency, 2), FeeId = 2, Registered = null, Facts = null };
        await using (var connection = await store.OpenAsync(default))
        {
            foreach (var state in new[] { claim, unregistered })
            {
                await connection.ExecuteAsync(
                    store.Sql("""
                        INSERT INTO routing.claims (claim_id, municipality, agency, fee_id, status, category, version, amount_ore, open_instruction, row_version, state)
                        VALUES (@ClaimId, '0101', @Agency, @FeeId, 'Transferred', 'Transferred', 1, 7000, @no, 1, @json)
                        """),
                    new { state.ClaimId, state.Agency, state.FeeId, no = false, json = JsonSerializer.Serialize(state, RoutingJson.Default.ClaimState) });
            }
        }

        await store.MigrateAsync(RoutingSchema.Migrations, default);

        var search = new ClaimSearch(store);
        foreach (var text in new[] { "271828", "OPUS 77-A", "opus77-a", "123456789012347" })
            (await search.FindAsync(new ClaimFilter(Text: text), 10, null, default)).Claims.ShouldHaveSingleItem(text).FeeId.ShouldBe(claim.FeeId);
    }

    [Test]
    public async Task What_its_journal_says_in_prose_is_told_as_it_was_written()
    {
        await using var installation = await StoreForTests.NewAsync(engine);
        await using var store = installation.Stores.Open("routing");
        await store.MigrateAsync(RoutingSchema.Migrations, default);
        var journey = new Journey().On(Claims.Created());
        var entry = new JournalEntry(
            Claims.Message("created"), Claims.Id, 1, Claims.Start, "claim-created", 1, Verdict.Applied, ClaimStatus.Awaited, ClaimStatus.Sending, journey.Last.Notes, [], null, null);
        await new RoutingStore(store).SaveAsync([new StoredClaim(journey.State, 0)], [entry, entry with { MessageId = Claims.Message("older"), Position = 2 }], default);
        await using (var connection = await store.OpenAsync(default))
            await connection.ExecuteAsync(store.Sql("UPDATE routing.journal SET note = 'claim received; registration sent' WHERE position = 2"));

        var operations = new PossibleOperations(new ClaimSaga(Claims.Deadlines), new Defaults.Municipalities.Municipalities([Claims.Copenhagen]), TimeProvider.System);
        var timeline = (await new Timelines(store, operations).FindAsync(Claims.Agency, Claims.FeeId, default))!.Timeline;

        timeline[0].Notes.ShouldBe([ClaimNotes.Received, ClaimNotes.Sent(InstructionKind.Register)]);
        timeline[1].Notes.ShouldBe([Note.Quote("claim received; registration sent")]);
        (await new RecordedMessages(store).FindAsync([Claims.Message("older")], default)).Recorded.Single().Notes.ShouldBe(timeline[1].Notes);
    }
}
