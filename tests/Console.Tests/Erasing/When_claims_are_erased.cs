using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Erasing;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Erasing;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_claims_are_erased(Engine engine)
{
    private const string Number = "010114-5678";
    private static readonly Actor Administrator = new("dorte", Role.Administrator, null) { IsSignedIn = true };
    private static readonly Note Needed = Note.Of("claim.toBeSent");
    private Workbench? _begun;

    private Workbench Bench => _begun!;

    [SetUp]
    public async Task Begin() => _begun = await Workbench.NewAsync(engine);

    [TearDown]
    public async Task End()
    {
        // None where SQL Server is not there.
        if (_begun is not null)
            await _begun.DisposeAsync();
    }

    [Test]
    public async Task everybody_is_asked_and_Ingest_last_and_what_one_needs_no_other_erases()
    {
        var (first, second, third) = (Id(1), Id(2), Id(3));
        Bench.Services.Needs = (service, claim) => (service, claim) == ("payments", second) || (service, claim) == ("Prisme", third) ? Needed : null;

        var kept = await Bench.Eraser.EraseAsync("0101", [first, second, third], default);

        kept.ShouldBe([new KeptClaim(second, Needed), new KeptClaim(third, Needed)]);
        Bench.Services.Erasures.Select(asked => (asked.Service, asked.Erasure.ClaimIds.Count))
            .ShouldBe([("payments", 3), ("KmdOpus", 2), ("Prisme", 2), ("OesIndsigt", 1), ("routing", 1), ("ingest", 1)]);
        Bench.Services.Done.ShouldHaveSingleItem().ClaimIds.ShouldBe([first]);
    }

    [Test]
    public async Task many_are_asked_for_in_lists_that_a_service_takes()
    {
        var kept = await Bench.Eraser.EraseAsync("0101", [.. Enumerable.Range(1, 2500).Select(Id)], default);
        kept.ShouldBeEmpty();
        Bench.Services.Erasures.Where(asked => asked.Service == "routing").Select(asked => asked.Erasure.ClaimIds.Count).ShouldBe([1000, 1000, 500]);
    }

    [Test]
    public async Task the_first_night_only_begins_to_count_and_the_next_erases_once()
    {
        Bench.Services.Ended["0101"] = [Id(1), Id(2)];
        Bench.Services.Needs = (service, claim) => service == "payments" && claim == Id(2) ? Needed : null;
        await Bench.Nightly.EraseIfDueAsync(default);
        Bench.Services.Erasures.ShouldBeEmpty();

        Bench.Clock.Advance(TimeSpan.FromDays(1));
        await Bench.Nightly.EraseIfDueAsync(default);

        var night = (await Bench.Parts.Erasures.NightsAsync(default)).Single(night => night.Municipality == "0101");
        (night.Claims, night.Kept, night.Failure).ShouldBe((1, 1, null));
        Bench.Services.Erasures.ShouldContain(asked => asked.Service == "payments" && asked.Erasure.Before == Retention.Of("0101", Bench.Municipalities).KeptSince(Bench.Clock.GetUtcNow()));
        var entry = (await Bench.Parts.Audit.ReadAsync(null, "claims.erase", null, null, 10, null, default)).Entries.Single(entry => entry.Municipality == "0101");
        (entry.Who, entry.Outcome).ShouldBe(("nightly", Note.Write([ErasingNotes.Done(1, 2, 1)])));
        var asked = Bench.Services.Erasures.Count;
        await Bench.Nightly.EraseIfDueAsync(default);
        Bench.Services.Erasures.Count.ShouldBe(asked, "the night is done");

        var need = Needs(await Bench.Parts.Erasures.NightsAsync(default)).ShouldHaveSingleItem();
        (need.Kind, need.Count, need.Href).ShouldBe((NeedKind.KeptPastRetention, 1, "/console/municipalities/0101"));
    }

    [Test]
    public async Task while_a_service_is_away_nothing_counts_as_erased_and_it_is_made_up_for()
    {
        await Bench.Nightly.EraseIfDueAsync(default);
        Bench.Clock.Advance(TimeSpan.FromDays(1));
        Bench.Services.Ended["0101"] = [Id(1)];
        Bench.Services.Needs = (service, _) => service == "ingest" ? throw new InvalidOperationException("away") : null;

        await Bench.Nightly.EraseIfDueAsync(default);

        Bench.Services.Done.ShouldBeEmpty();
        Needs(await Bench.Parts.Erasures.NightsAsync(default)).ShouldHaveSingleItem().Kind.ShouldBe(NeedKind.FailedErasing);
        Bench.Services.Needs = (_, _) => null;
        await Bench.Nightly.EraseIfDueAsync(default);
        Bench.Services.Ended["0101"].ShouldHaveSingleItem("it is not tried every moment");

        Bench.Clock.Advance(TimeSpan.FromMinutes(15));
        await Bench.Nightly.EraseIfDueAsync(default);
        Bench.Services.Ended["0101"].ShouldBeEmpty();
        Needs(await Bench.Parts.Erasures.NightsAsync(default)).ShouldBeEmpty();
    }

    [Test]
    public async Task while_Routing_is_away_it_is_a_need_and_not_tried_every_moment()
    {
        await Bench.Nightly.EraseIfDueAsync(default);
        Bench.Clock.Advance(TimeSpan.FromDays(1));
        Bench.Services.IsAway = true;

        await Bench.Nightly.EraseIfDueAsync(default);

        Needs(await Bench.Parts.Erasures.NightsAsync(default)).ShouldHaveSingleItem().Kind.ShouldBe(NeedKind.FailedErasing);
        var asked = Bench.Services.Asked.Count;
        await Bench.Nightly.EraseIfDueAsync(default);
        Bench.Services.Asked.Count.ShouldBe(asked);
    }

    [Test]
    public async Task one_that_is_not_configured_any_more_is_erased_after_the_usual_time()
    {
        await Bench.Nightly.EraseIfDueAsync(default);
        Bench.Clock.Advance(TimeSpan.FromDays(1));
        Bench.Services.Ended["0751"] = [Id(7)];

        await Bench.Nightly.EraseIfDueAsync(default);

        Bench.Services.Done.ShouldHaveSingleItem().Municipality.ShouldBe("0751");
        (await Bench.Parts.Erasures.NightsAsync(default)).Single(night => night.Municipality == "0751").Claims.ShouldBe(1);
    }

    [Test]
    public async Task a_letter_that_waits_keeps_its_claim_and_one_that_is_dealt_with_is_erased()
    {
        await Bench.KeepAsync(2);
        await Bench.Parts.Archives.ArchiveAsync(Workbench.Anna, new LetterFilter { FeeId = 1 }, "settled by phone", default);
        var letter = (await Bench.Parts.Letters.ListAsync(new LetterFilter { Status = [LetterStatus.Archived] }, 10, null, default)).Letters.Single();

        var kept = await Bench.Eraser.EraseAsync("0101", [Workbench.Message.ClaimId(1), Workbench.Message.ClaimId(2)], default);

        kept.ShouldBe([new KeptClaim(Workbench.Message.ClaimId(2), ErasingNotes.LetterOpen)]);
        (await Bench.Parts.Letters.FindAsync(letter.LetterId, Workbench.Anna, default))!.ShouldSatisfyAllConditions(
            found => found.Headers.ShouldBeNull(), found => found.Letter.TraceParent.ShouldBeNull(), found => found.Letter.AmountOre.ShouldBe(1000),
            found => found.Letter.Status.ShouldBe(LetterStatus.Purged));
        (await Bench.Parts.Letters.BodiesAsync([letter.LetterId], default)).ShouldBeEmpty();
        (await Bench.Parts.Archives.RestoreAsync(Workbench.Anna, new LetterFilter { FeeId = 1 }, "it came back", default)).ShouldBe(0, "nothing is left that could be sent");
    }

    [Test]
    public async Task of_one_citizen_only_what_is_past_its_retention_is_erased_unless_more_is_asked_for()
    {
        var now = Bench.Clock.GetUtcNow();
        Owed((1, "0101", now.AddYears(-7)), (2, "0101", now.AddYears(-1)), (3, "0157", null), (4, "0157", now.AddYears(-9)), (5, "0157", now.AddHours(-23)));

        var shown = await Bench.CitizenEraser.EraseAsync(Administrator, Number, "asked by the citizen", withinRetention: false, apply: false, default);
        Bench.Services.Erasures.ShouldBeEmpty();
        shown.Claims.Select(claim => (claim.FeeId, claim.IsErased, claim.Why)).ShouldBe(
            [(1, true, null), (2, false, ErasingNotes.WithinRetention(now.Year - 1 + 5)), (3, false, ErasingNotes.NotEnded), (4, true, null), (5, false, ErasingNotes.EndedJustNow)]);

        await Bench.CitizenEraser.EraseAsync(Administrator, Number, "asked by the citizen", withinRetention: false, apply: true, default);
        Bench.Services.Erasures.Where(asked => asked.Service == "routing").SelectMany(asked => asked.Erasure.ClaimIds).ShouldBe([Id(1), Id(4)], ignoreOrder: true);

        Bench.Services.Erasures.Clear();
        await Bench.CitizenEraser.EraseAsync(Administrator, Number, "asked by the citizen", withinRetention: true, apply: true, default);
        Bench.Services.Erasures.Where(asked => asked.Service == "routing").SelectMany(asked => asked.Erasure.ClaimIds).ShouldBe([Id(1), Id(2), Id(4)], ignoreOrder: true);
    }

    [Test]
    public async Task what_broke_off_is_finished_by_asking_again()
    {
        Owed((1, "0101", Bench.Clock.GetUtcNow().AddYears(-7)));
        Bench.Services.Needs = (service, _) => service == "ingest" ? throw new InvalidOperationException("away") : null;
        await Should.ThrowAsync<ServiceAwayException>(() => Bench.CitizenEraser.EraseAsync(Administrator, Number, "asked by the citizen", withinRetention: true, apply: true, default));
        Bench.Services.Done.ShouldBeEmpty();
        Bench.Services.Standing[Id(1)] = new ClaimStanding { ClaimId = Id(1), Municipality = "0101", FeeId = 1, Status = "Settled", EndedAt = Bench.Clock.GetUtcNow(), ErasedAt = Bench.Clock.GetUtcNow() };
        Bench.Services.Needs = (_, _) => null;

        (await Bench.CitizenEraser.EraseAsync(Administrator, Number, "asked by the citizen", withinRetention: false, apply: true, default)).Claims.ShouldHaveSingleItem().IsErased.ShouldBeTrue();

        Bench.Services.Done.ShouldHaveSingleItem().ClaimIds.ShouldBe([Id(1)]);
    }

    [Test]
    public async Task what_a_person_does_not_see_is_neither_told_nor_erased_and_the_number_is_nowhere()
    {
        Owed((1, "0101", Bench.Clock.GetUtcNow().AddYears(-7)), (4, "0157", Bench.Clock.GetUtcNow().AddYears(-9)));
        var ofCopenhagen = Administrator with { Municipalities = new HashSet<string> { "0101" } };

        var erased = await Bench.CitizenEraser.EraseAsync(ofCopenhagen, Number, "asked by the citizen", withinRetention: true, apply: true, default);

        erased.Claims.ShouldHaveSingleItem().FeeId.ShouldBe(1);
        Bench.Services.Erasures.ShouldAllBe(asked => asked.Erasure.Municipality == "0101");
        var entries = (await Bench.Parts.Audit.ReadAsync(null, "citizen.erase", null, null, 10, null, default)).Entries;
        entries.Select(entry => entry.Outcome).ShouldBe([Note.Write([ErasingNotes.Done(1, 0, 0)]), "asked for"]);
        entries.ShouldAllBe(entry => !entry.Content().Contains("5678"));
        (await new CitizenTrail(Bench.Parts.Audit, Bench.Keys).ListAsync(Administrator, Number, false, "asked by the citizen", default)).Lookups.Count.ShouldBe(2, "what was done to a citizen's data is listed for the citizen");
    }

    private void Owed(params (int Fee, string Municipality, DateTimeOffset? EndedAt)[] claims)
    {
        Bench.Services.Owed[Number] = [.. claims.Select(claim => (Id(claim.Fee), claim.Municipality))];
        foreach (var claim in claims)
            Bench.Services.Standing[Id(claim.Fee)] = new ClaimStanding { ClaimId = Id(claim.Fee), Municipality = claim.Municipality, FeeId = claim.Fee, Status = "Settled", EndedAt = claim.EndedAt };
    }

    private static Guid Id(int fee) => Workbench.Message.ClaimId(fee);

    private static IReadOnlyList<Need> Needs(IReadOnlyList<NightOfErasing> nights) =>
        OperationsConsole.Overview.Needs.Of([], [], [], new ReconciliationsNow(new Dictionary<string, LatestReconciliation>(), null), [], nights, [], [], [], auditIsBroken: false, DateTimeOffset.UnixEpoch);
}
