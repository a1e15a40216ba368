using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Archiving;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_letters_are_put_aside(Engine engine)
{
    private Workbench? _begun;

    private Workbench Bench
    {
        get => _begun!;
        set => _begun = value;
    }

    [SetUp]
    public async Task Begin()
    {
        Bench = await Workbench.NewAsync(engine);
        await Bench.KeepAsync(3);
        await Bench.KeepAsync(2, 10, "0157");
    }

    [TearDown]
    public async Task End()
    {
        // None where SQL Server is not there.
        if (_begun is not null)
            await _begun.DisposeAsync();
    }

    [Test]
    public async Task only_those_of_one_s_own_municipalities_are_moved_and_each_move_is_on_record()
    {
        (await Bench.Parts.Archives.ArchiveAsync(Workbench.Copenhagen, new LetterFilter(), "settled by phone", default)).ShouldBe(3);
        (await CountAsync(LetterStatus.Archived)).ShouldBe(3);
        (await CountAsync(LetterStatus.Open)).ShouldBe(2);
        (await Bench.Parts.Archives.ArchiveAsync(Workbench.Copenhagen, new LetterFilter { Municipality = ["0157"] }, "why", default)).ShouldBe(0);
        (await Bench.Parts.Archives.RestoreAsync(Workbench.Anna, new LetterFilter { FeeId = 1 }, "it came back", default)).ShouldBe(1);
        (await CountAsync(LetterStatus.Open)).ShouldBe(3);

        var entries = (await Bench.Parts.Audit.ReadAsync(Workbench.Copenhagen.Municipalities, null, null, null, 10, null, default)).Entries;
        entries.Select(entry => (entry.Action, entry.Who, entry.Why, entry.Outcome)).ShouldBe(
            [("letter.restore", "anna", "it came back", Note.Write([AuditNotes.Moved(1, "Open")])), ("letter.archive", "cia", "settled by phone", Note.Write([AuditNotes.Moved(3, "Archived")]))], "of one municipality, and seen by whose it is");
    }

    [Test]
    public async Task a_filter_by_time_chooses_and_the_status_is_the_one_that_was_meant()
    {
        var to = Bench.Clock.GetUtcNow().AddMinutes(1);
        (await Bench.Parts.Archives.ArchiveAsync(Workbench.Anna, new LetterFilter { From = to.AddHours(-1), To = to }, "why", default)).ShouldBe(5);
        (await CountAsync(LetterStatus.Archived)).ShouldBe(5);
        (await Bench.Parts.Letters.ListAsync(new LetterFilter { Status = Enum.GetValues<LetterStatus>() }, 10, null, default)).Letters.Count.ShouldBe(5);
    }

    [Test]
    public async Task only_what_was_put_aside_is_purged_for_good_and_that_makes_room()
    {
        var inOpus = await KeepAsync("transfer-claim.0101_error", 101);
        var before = await Bench.Parts.Room.TakenByAsync(Vendor.KmdOpus, default);
        before.Messages.ShouldBe(1);
        before.Bytes.ShouldBeGreaterThan(200);
        (await Bench.Parts.Archives.PurgeAsync(Workbench.Anna, new LetterFilter(), "room", default)).ShouldBe(0, "all of them wait for somebody");
        await Bench.Parts.Archives.ArchiveAsync(Workbench.Anna, new LetterFilter { LetterIds = [inOpus] }, "nonsense", default);
        (await Bench.Parts.Room.TakenByAsync(Vendor.KmdOpus, default)).ShouldBe(before, "what is put aside can be taken back");

        (await Bench.Parts.Archives.PurgeAsync(Workbench.Copenhagen, new LetterFilter { Municipality = ["0101"] }, "room", default)).ShouldBe(1);

        (await Bench.Parts.Room.TakenByAsync(Vendor.KmdOpus, default)).ShouldBe(new RoomTaken(Vendor.KmdOpus, 0, 0, IsFull: false));
        (await Bench.LetterAsync(inOpus)).Status.ShouldBe(LetterStatus.Purged);
        (await Bench.Parts.Letters.FindAsync(inOpus, Workbench.Anna, default))!.Failures.ShouldBeEmpty();
        (await Bench.Parts.Views.OpenAsync(Workbench.Anna, inOpus, "why", default)).ShouldBeNull();
        (await Bench.Parts.Archives.RestoreAsync(Workbench.Anna, new LetterFilter(), "why", default)).ShouldBe(0);
        (await CountAsync(LetterStatus.Open)).ShouldBe(5);
        var open = (await Bench.Parts.Letters.ListAsync(new LetterFilter(), 1, null, default)).Letters[0].LetterId;
        (await Bench.Parts.Views.OpenAsync(Workbench.Anna, open, "why", default)).ShouldNotBeNull();
        var entry = (await Bench.Parts.Audit.ReadAsync(null, "letter.purge", null, null, 10, null, default)).Entries[0];
        (entry.Who, entry.Why, entry.Outcome).ShouldBe(("cia", "room", Note.Write([AuditNotes.Moved(1, "Purged")])));
    }

    [Test]
    public async Task what_was_purged_and_fails_again_is_kept_whole_again()
    {
        var letter = await KeepAsync("transfer-claim.0101_error", 101);
        var before = await Bench.Parts.Room.TakenByAsync(Vendor.KmdOpus, default);
        await Bench.Parts.Archives.ArchiveAsync(Workbench.Anna, new LetterFilter { LetterIds = [letter] }, "nonsense", default);
        await Bench.Parts.Archives.PurgeAsync(Workbench.Anna, new LetterFilter { LetterIds = [letter] }, "room", default);

        Bench.Clock.Advance(TimeSpan.FromMinutes(1));
        (await KeepAsync("transfer-claim.0101_error", 101)).ShouldBe(letter);

        (await Bench.LetterAsync(letter)).Status.ShouldBe(LetterStatus.Open);
        (await Bench.Parts.Views.OpenAsync(Workbench.Anna, letter, "why", default)).ShouldNotBeNull();
        (await Bench.Parts.Room.TakenByAsync(Vendor.KmdOpus, default)).Bytes.ShouldBe(before.Bytes);
    }

    [Test]
    public async Task one_that_fails_again_and_again_counts_each_time()
    {
        for (var time = 1; time <= 3; time++)
        {
            await KeepAsync("transfer-claim.0101_error", 101);
            Bench.Clock.Advance(TimeSpan.FromMinutes(1));
            (await Bench.Parts.Room.TakenByAsync(Vendor.KmdOpus, default)).Messages.ShouldBe(time);
        }
    }

    [Test]
    public async Task what_is_being_replayed_is_not_touched()
    {
        await Bench.StartedAsync(new LetterFilter { FeeId = 1 });
        (await Bench.Parts.Archives.ArchiveAsync(Workbench.Anna, new LetterFilter(), "why", default)).ShouldBe(4);
    }

    [Test]
    public async Task what_was_put_aside_is_left_out_of_a_replay_that_was_frozen_before()
    {
        var replay = await Bench.Parts.Replays.CreateAsync(Workbench.Anna, new LetterFilter(), "why", new ReplayLimits(), default);
        await Bench.PreviewedAsync(replay.ReplayId);
        await Bench.Parts.Archives.ArchiveAsync(Workbench.Anna, new LetterFilter { Municipality = ["0157"] }, "why", default);
        await Bench.Parts.Replays.StartAsync(replay.ReplayId, Workbench.Anna, "why", default);

        (await Bench.ReplayAsync(replay.ReplayId)).ShouldSatisfyAllConditions(progress => progress.Skipped.ShouldBe(2), progress => progress.Left.ShouldBe(3));
        (await CountAsync(LetterStatus.Archived)).ShouldBe(2);
    }

    private Task<Guid> KeepAsync(string queue, int fee) =>
        Bench.KeepAsync(Workbench.Message.OfRouting(fee, "0101", "The vendor's nonsense.", Bench.Clock.GetUtcNow()), queue);

    private async Task<long> CountAsync(LetterStatus status) => (await Bench.Parts.Letters.CountAsync(new LetterFilter { Status = [status] }, default)).Count;
}
