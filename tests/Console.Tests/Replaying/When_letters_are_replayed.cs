using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Replaying;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_letters_are_replayed(Engine engine)
{
    private static readonly ReplayLimits Fast = new(10_000, 10);
    private Workbench? _begun;

    private Workbench Bench
    {
        get => _begun!;
        set => _begun = value;
    }

    [SetUp]
    public async Task Begin() => Bench = await Workbench.NewAsync(engine);

    [TearDown]
    public async Task End()
    {
        // None where SQL Server is not there.
        if (_begun is not null)
            await _begun.DisposeAsync();
    }

    [Test]
    public async Task one_goes_first_then_ten_then_a_hundred_then_all_and_each_stage_waits_for_its_outcomes()
    {
        await Bench.KeepAsync(300);
        var replay = await Bench.StartedAsync(limits: Fast);

        await ShouldHaveSentAsync(1);
        await ShouldHaveSentAsync(1);
        HandleAllUpTo(1);
        await ShouldHaveSentAsync(11);
        HandleAllUpTo(10);
        await ShouldHaveSentAsync(11);
        HandleAllUpTo(11);
        await ShouldHaveSentAsync(111);
        HandleAllUpTo(300);
        await ShouldHaveSentAsync(300);
        await Bench.RoundsAsync(3);

        var progress = await Bench.ReplayAsync(replay);
        progress.Replay.Status.ShouldBe(ReplayStatus.Done);
        progress.Outcomes.ShouldBe(new Dictionary<string, long> { ["Cancelled"] = 300 });
        progress.Failed.ShouldBe(0);
        (await Bench.Parts.Letters.CountAsync(new LetterFilter { Status = [LetterStatus.Replayed] }, default)).Count.ShouldBe(300);
        (await Bench.OnQueueAsync("routing")).Select(message => message.Delivery.MessageId).Distinct().Count().ShouldBe(300);

        async Task ShouldHaveSentAsync(int count)
        {
            await Bench.RoundsAsync(3);
            (await Bench.OnQueueAsync("routing")).Count.ShouldBe(count);
        }
    }

    [Test]
    public async Task a_message_goes_out_under_its_own_id_with_its_body_name_and_trace_and_without_its_fault()
    {
        await Bench.KeepAsync(1);
        await Bench.StartedAsync();
        await Bench.RoundsAsync();

        var sent = (await Bench.OnQueueAsync("routing")).ShouldHaveSingleItem();
        var original = Workbench.Message.OfRouting(1, "0101", "", default);
        sent.Fault.ShouldBeNull();
        sent.Delivery.MessageId.ShouldBe(original.MessageId);
        sent.Delivery.Name.ShouldBe(original.Name);
        sent.Delivery.TraceParent.ShouldBe(original.TraceParent);
        sent.Delivery.Attempts.ShouldBe(0);
        sent.Delivery.Body.ToArray().ShouldBe(original.Body.ToArray());
    }

    [Test]
    public async Task what_has_numbers_in_the_clear_travels_sealed_to_Ingest()
    {
        await Bench.KeepAsync(Workbench.Message.OfIngest(1, Bench.Clock.GetUtcNow()), "ingest_error");
        await Bench.StartedAsync();
        await Bench.RoundsAsync();

        var body = (await Bench.OnQueueAsync("ingest")).ShouldHaveSingleItem().Delivery.Body;
        System.Text.Encoding.UTF8.GetString(body.Span).ShouldStartWith("{\"sealedMessage\"");
        Bench.Sealer.Open(body).ToArray().ShouldBe(Workbench.Message.OfIngest(1, default).Body.ToArray());
        Bench.Services.Bodies.ShouldAllBe(previewed => !previewed.Contains("0101145678"));
    }

    [Test]
    public async Task a_failure_that_comes_after_the_set_was_frozen_stays_out_of_it()
    {
        await Bench.KeepAsync(3);
        var replay = await Bench.Parts.Replays.CreateAsync(Workbench.Anna, new LetterFilter(), "why", Fast, default);
        await Bench.KeepAsync(2, 100);
        await Bench.PreviewedAsync(replay.ReplayId);
        await Bench.Parts.Replays.StartAsync(replay.ReplayId, Workbench.Anna, "why", default);
        HandleAllUpTo(200);
        await Bench.RoundsAsync(10);

        replay.Total.ShouldBe(3);
        replay.TotalOre.ShouldBe(3000);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(3);
        (await Bench.Parts.Letters.CountAsync(new LetterFilter(), default)).Count.ShouldBe(2);
    }

    [Test]
    public async Task the_preview_says_what_each_would_do_and_a_service_that_is_away_is_unknown()
    {
        await Bench.KeepAsync(600);
        Bench.Services.Forecast = (_, id) => new { outcome = id!.GetHashCode(StringComparison.Ordinal) % 2 == 0 ? "apply" : "duplicate", notes = new[] { Note.Quote("010101-1234") } };
        var replay = await Bench.Parts.Replays.CreateAsync(Workbench.Anna, new LetterFilter(), "why", Fast, default);
        await Bench.PreviewedAsync(replay.ReplayId);

        var progress = await Bench.ReplayAsync(replay.ReplayId);
        progress.Replay.Status.ShouldBe(ReplayStatus.Ready);
        progress.Forecasts.Keys.ShouldBe(["apply", "duplicate"], ignoreOrder: true);
        progress.Forecasts.Values.Sum().ShouldBe(600);
        progress.ForecastOre.Values.Sum().ShouldBe(600_000);
        (await Bench.Parts.Replays.ItemsAsync(replay.ReplayId, Workbench.Anna, null, 5, 595, default))!.Items.ShouldAllBe(item => item.ForecastNotes.Single() == Note.Quote("###########"));

        Bench.Services.IsAway = true;
        var blind = await Bench.Parts.Replays.CreateAsync(Workbench.Bo, new LetterFilter(), "why", Fast, default);
        await Bench.PreviewedAsync(blind.ReplayId);
        (await Bench.ReplayAsync(blind.ReplayId)).Forecasts.ShouldBe(new Dictionary<string, long> { ["unknown"] = 600 });
    }

    [Test]
    public async Task a_preview_that_was_cancelled_stays_cancelled()
    {
        await Bench.KeepAsync(2);
        var replay = await Bench.Parts.Replays.CreateAsync(Workbench.Anna, new LetterFilter(), "why", Fast, default);
        var taken = await Bench.TakenAsync();
        var attempts = await Bench.Parts.Replays.WithoutForecastAsync(replay.ReplayId, 10, default);
        await Bench.Parts.Replays.CancelAsync(replay.ReplayId, Workbench.Anna, "why", default);
        await Bench.Parts.Replays.SaveForecastsAsync(taken, [.. attempts.Select(attempt => (attempt, "apply", (IReadOnlyList<Note>?)null))], default);

        var progress = await Bench.ReplayAsync(replay.ReplayId);
        progress.Skipped.ShouldBe(2);
        progress.Left.ShouldBe(0);
    }

    [Test]
    public async Task when_the_first_fails_again_it_stops_and_the_rest_was_not_sent()
    {
        await Bench.KeepAsync(50);
        var replay = await Bench.StartedAsync(limits: Fast);
        await Bench.RoundsAsync();
        await FailAgainAsync(1);
        await Bench.RoundsAsync(5);

        var progress = await Bench.ReplayAsync(replay);
        progress.Replay.Status.ShouldBe(ReplayStatus.Stopped);
        progress.Outcomes.ShouldBe(new Dictionary<string, long> { [Outcomes.FailedAgain] = 1 });
        progress.Left.ShouldBe(49);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(1);
        (await Bench.Parts.Audit.ReadAsync(null, "replay.stopped", null, null, 10, null, default)).Entries.ShouldHaveSingleItem();
    }

    [Test]
    public async Task a_person_may_go_on_after_a_stop_and_it_stops_again_when_as_much_fails_again()
    {
        await Bench.KeepAsync(50);
        var replay = await Bench.StartedAsync(limits: Fast);
        await Bench.RoundsAsync();
        await FailAgainAsync(1);
        await Bench.RoundsAsync(2);
        await Bench.Parts.Replays.ResumeAsync(replay, Workbench.Anna, "bad luck", default);
        await Bench.RoundsAsync(3);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(11);
        for (var fee = 2; fee <= 11; fee++)
        {
            if (fee < 5)
                await FailAgainAsync(fee);
            else
                Bench.Services.Handled(fee);
        }

        await Bench.RoundsAsync(10);

        var progress = await Bench.ReplayAsync(replay);
        progress.Replay.Status.ShouldBe(ReplayStatus.Stopped);
        progress.Failed.ShouldBe(4);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(11);
    }

    [Test]
    public async Task failing_again_closes_the_attempt_frees_the_letter_and_raises_its_attempts()
    {
        var id = (await Bench.KeepAsync(1))[0];
        var replay = await Bench.StartedAsync();
        await Bench.RoundsAsync();
        (await Bench.LetterAsync(id)).Status.ShouldBe(LetterStatus.Replaying);
        await FailAgainAsync(1);

        var letter = await Bench.LetterAsync(id);
        letter.Status.ShouldBe(LetterStatus.Open);
        letter.Outcome.ShouldBe(Outcomes.FailedAgain);
        letter.Attempts.ShouldBe(2);
        var item = (await Bench.Parts.Replays.ItemsAsync(replay, Workbench.Anna, Outcomes.FailedAgain, 10, 0, default))!.Items.ShouldHaveSingleItem();
        item.State.ShouldBe(ItemState.Done);
        item.OutcomeNotes.ShouldHaveSingleItem().Fields!["text"].ShouldContain("Again.");
        // What is heard later changes nothing.
        Bench.Services.Handled(1);
        await Bench.RoundsAsync(5);
        (await Bench.ReplayAsync(replay)).Outcomes.Keys.ShouldBe([Outcomes.FailedAgain]);
        // And it can be replayed.
        var next = await Bench.StartedAsync();
        await Bench.RoundsAsync(3);
        (await Bench.ReplayAsync(next)).Outcomes.Keys.ShouldBe(["Cancelled"]);
        (await Bench.LetterAsync(id)).Status.ShouldBe(LetterStatus.Replayed);
    }

    [Test]
    public async Task a_failure_from_before_it_was_sent_says_nothing_about_the_attempt()
    {
        var before = Bench.Clock.GetUtcNow().AddMinutes(-5);
        var id = (await Bench.KeepAsync(1))[0];
        var replay = await Bench.StartedAsync();
        await Bench.RoundsAsync();

        await Bench.KeepAsync(Workbench.Message.OfRouting(1, "0101", "An older failure, collected late.", before));

        (await Bench.LetterAsync(id)).Status.ShouldBe(LetterStatus.Replaying);
        (await Bench.ReplayAsync(replay)).UnderWay.ShouldBe(1);
        // Nobody can start a second attempt, and nothing breaks.
        (await Bench.Parts.Replays.CreateAsync(Workbench.Bo, new LetterFilter(), "why", Fast, default)).Total.ShouldBe(0);
    }

    [Test]
    public async Task of_two_replays_that_overlap_the_first_takes_each_message()
    {
        await Bench.KeepAsync(5);
        var one = await Bench.Parts.Replays.CreateAsync(Workbench.Anna, new LetterFilter(), "why", Fast, default);
        var two = await Bench.Parts.Replays.CreateAsync(Workbench.Bo, new LetterFilter(), "why", Fast, default);
        await Bench.PreviewedAsync(one.ReplayId);
        await Bench.PreviewedAsync(two.ReplayId);
        await Bench.Parts.Replays.StartAsync(one.ReplayId, Workbench.Anna, "why", default);
        await Bench.Parts.Replays.StartAsync(two.ReplayId, Workbench.Bo, "why", default);
        HandleAllUpTo(5);
        await Bench.RoundsAsync(10);

        (await Bench.ReplayAsync(one.ReplayId)).Known.ShouldBe(5);
        (await Bench.ReplayAsync(two.ReplayId)).ShouldSatisfyAllConditions(progress => progress.Skipped.ShouldBe(5), progress => progress.Replay.Status.ShouldBe(ReplayStatus.Done));
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(5);
    }

    [Test]
    public async Task replays_that_start_at_once_share_the_messages_and_none_has_two_attempts()
    {
        await Bench.KeepAsync(200);
        var instances = Enumerable.Range(0, 4).Select(_ => Bench.Again()).ToList();
        var ids = new List<Guid>();
        for (var n = 0; n < 4; n++)
        {
            ids.Add((await instances[n].Replays.CreateAsync(Workbench.Anna with { Name = $"anna {n}" }, new LetterFilter(), "why", Fast, default)).ReplayId);
            await Bench.PreviewedAsync(ids[n]);
        }

        await Task.WhenAll(instances.Select((instance, n) => Task.Run(() => instance.Replays.StartAsync(ids[n], Workbench.Anna, "why", default))));

        await using var connection = await Bench.Parts.Store.OpenAsync(default);
        (await connection.QuerySingleAsync<long>(Bench.Parts.Store.Sql("SELECT COUNT(*) FROM console.replay_items WHERE open_letter IS NOT NULL"))).ShouldBe(200);
        (await connection.QuerySingleAsync<long>(Bench.Parts.Store.Sql("SELECT COUNT(*) FROM console.replay_items WHERE state = 'Skipped'"))).ShouldBe(600);
        (await connection.QuerySingleAsync<long>(Bench.Parts.Store.Sql("SELECT COUNT(*) FROM console.replay_items i INNER JOIN console.letters l ON l.letter_id = i.open_letter WHERE l.replay_id <> i.replay_id"))).ShouldBe(0);
    }

    [Test]
    public async Task a_pause_holds_back_what_is_left_and_a_resume_goes_on()
    {
        await Bench.KeepAsync(30);
        var replay = await Bench.StartedAsync(limits: Fast);
        await Bench.RoundsAsync();
        await Bench.Parts.Replays.PauseAsync(replay, Workbench.Anna, "lunch", default);
        HandleAllUpTo(30);
        await Bench.RoundsAsync(5);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(1);
        (await Bench.ReplayAsync(replay)).Known.ShouldBe(1, "what was sent is followed while it is paused");

        await Bench.Parts.Replays.ResumeAsync(replay, Workbench.Anna, "back", default);
        await Bench.RoundsAsync(12);
        (await Bench.ReplayAsync(replay)).Replay.Status.ShouldBe(ReplayStatus.Done);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(30);
    }

    [Test]
    public async Task a_pause_that_comes_between_two_steps_of_the_runner_sends_nothing_more()
    {
        await Bench.KeepAsync(30);
        var replay = await Bench.StartedAsync(limits: Fast);
        var taken = await Bench.TakenAsync();
        await Bench.Parts.Replays.PauseAsync(replay, Workbench.Anna, "lunch", default);

        (await Bench.Parts.Replays.TakeToSendAsync(taken, 10, default)).ShouldBeEmpty();
    }

    [Test]
    public async Task a_cancellation_lets_what_was_not_sent_wait_again_and_follows_what_was()
    {
        var ids = await Bench.KeepAsync(30);
        var replay = await Bench.StartedAsync(limits: Fast);
        await Bench.RoundsAsync();
        await Bench.Parts.Replays.CancelAsync(replay, Workbench.Anna, "wrong ones", default);

        (await Bench.Parts.Letters.CountAsync(new LetterFilter(), default)).Count.ShouldBe(29);
        HandleAllUpTo(30);
        await Bench.RoundsAsync(3);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(1);
        var progress = await Bench.ReplayAsync(replay);
        progress.Known.ShouldBe(1);
        progress.Skipped.ShouldBe(29);
        (await Bench.Parts.Letters.OfAsync([.. ids], default)).Values.Count(letter => letter.Status == LetterStatus.Replayed).ShouldBe(1);
        await Should.ThrowAsync<NotPossibleException>(() => Bench.Parts.Replays.ResumeAsync(replay, Workbench.Anna, "why", default));
    }

    [Test]
    public async Task a_crash_before_or_after_the_publish_sends_the_same_message_again_under_the_same_id()
    {
        await Bench.KeepAsync(3);
        var replay = await Bench.StartedAsync(limits: Fast);
        // Marked as being sent, and killed before the publish.
        (await Bench.Parts.Replays.TakeToSendAsync(await Bench.TakenAsync(), 1, default)).Count.ShouldBe(1);
        Bench.Clock.Advance(Workbench.Lease);
        await Bench.RoundsAsync();
        (await Bench.OnQueueAsync("routing")).ShouldHaveSingleItem();

        // Published, and killed before it was marked as sent.
        await SetAsync("UPDATE console.replay_items SET state = 'Sending', look_at = NULL WHERE position = 1");
        var another = Bench.Again();
        await Bench.RoundsAsync(2, another);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(1, "the first instance still has the lease");
        Bench.Clock.Advance(TimeSpan.FromSeconds(20));
        await Bench.RoundsAsync(1, another);
        var sent = await Bench.OnQueueAsync("routing");
        sent.Count.ShouldBe(2);
        sent.Select(message => message.Delivery.MessageId).Distinct().ShouldHaveSingleItem();

        HandleAllUpTo(3);
        await Bench.RoundsAsync(10, another);
        (await Bench.ReplayAsync(replay)).ShouldSatisfyAllConditions(progress => progress.Known.ShouldBe(3), progress => progress.Replay.Status.ShouldBe(ReplayStatus.Done));
    }

    [Test]
    public async Task what_a_crash_left_half_sent_of_a_replay_that_was_then_cancelled_comes_to_its_end()
    {
        var id = (await Bench.KeepAsync(1))[0];
        var replay = await Bench.StartedAsync(limits: Fast);
        (await Bench.Parts.Replays.TakeToSendAsync(await Bench.TakenAsync(), 1, default)).Count.ShouldBe(1);
        await Bench.Parts.Replays.CancelAsync(replay, Workbench.Anna, "enough", default);
        Bench.Clock.Advance(TimeSpan.FromMinutes(1));
        HandleAllUpTo(1);
        await Bench.RoundsAsync(3);

        (await Bench.OnQueueAsync("routing")).ShouldHaveSingleItem();
        (await Bench.LetterAsync(id)).Status.ShouldBe(LetterStatus.Replayed);
    }

    [Test]
    public async Task a_replay_is_carried_on_by_one_instance_at_a_time()
    {
        await Bench.KeepAsync(300);
        var replay = await Bench.StartedAsync(limits: Fast);
        HandleAllUpTo(300);
        var instances = Enumerable.Range(0, 3).Select(_ => Bench.Again()).ToList();

        for (var round = 0; round < 15; round++)
        {
            await Task.WhenAll(instances.Select(instance => Task.Run(async () =>
            {
                await instance.Runner.CarryOnAsync(default);
                await instance.Runner.LookAsync(default);
            })));
            Bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await Bench.ReplayAsync(replay)).Replay.Status.ShouldBe(ReplayStatus.Done);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(300);
    }

    [Test]
    public async Task who_slept_past_the_lease_changes_nothing_of_what_another_carries_on()
    {
        await Bench.KeepAsync(3);
        var replay = await Bench.Parts.Replays.CreateAsync(Workbench.Anna, new LetterFilter(), "why", Fast, default);
        var slept = await Bench.TakenAsync();
        var attempts = await Bench.Parts.Replays.WithoutForecastAsync(replay.ReplayId, 10, default);
        Bench.Clock.Advance(Workbench.Lease);
        var another = await Bench.TakenAsync();

        await Bench.Parts.Replays.SaveForecastsAsync(slept, [.. attempts.Select(attempt => (attempt, "apply", (IReadOnlyList<Note>?)null))], default);
        await Bench.Parts.Replays.AdvanceAsync(slept, ReplayStatus.Ready, 0, null, null, default);
        (await Bench.ReplayAsync(replay.ReplayId)).ShouldSatisfyAllConditions(
            progress => progress.Forecasts.ShouldBeEmpty(), progress => progress.Replay.Status.ShouldBe(ReplayStatus.Previewing));

        await Bench.Parts.Replays.SaveForecastsAsync(another, [.. attempts.Select(attempt => (attempt, "park", (IReadOnlyList<Note>?)null))], default);
        await Bench.Parts.Replays.AdvanceAsync(another, ReplayStatus.Ready, 0, null, null, default);
        await Bench.Parts.Replays.StartAsync(replay.ReplayId, Workbench.Anna, "go", default);
        slept = await Bench.TakenAsync();
        Bench.Clock.Advance(Workbench.Lease);
        another = await Bench.TakenAsync();

        (await Bench.Parts.Replays.TakeToSendAsync(slept, 1, default)).ShouldBeEmpty();
        await Bench.Parts.Replays.AdvanceAsync(slept, ReplayStatus.Stopped, 1, null, null, default);
        (await Bench.ReplayAsync(replay.ReplayId)).ShouldSatisfyAllConditions(
            progress => progress.Left.ShouldBe(3), progress => progress.Replay.Status.ShouldBe(ReplayStatus.Running));
        (await Bench.Parts.Replays.TakeToSendAsync(another, 1, default)).Count.ShouldBe(1);
    }

    [Test]
    public async Task the_rate_is_kept_however_often_the_runner_comes_by()
    {
        await Bench.KeepAsync(400);

        var replay = await Bench.StartedAsync(limits: new ReplayLimits(100, 10));
        await SetAsync("UPDATE console.replays SET stage = 4");

        for (var round = 0; round < 20; round++)
            await Bench.Parts.Runner.CarryOnAsync(default);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(25);

        // A quarter of a second at a time: 25 each.
        for (var round = 0; round < 8; round++)
        {
            Bench.Clock.Advance(TimeSpan.FromMilliseconds(250));
            await Bench.Parts.Runner.CarryOnAsync(default);
        }

        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(225);
        (await Bench.ReplayAsync(replay)).UnderWay.ShouldBe(225);
    }

    [Test]
    public async Task outcomes_that_do_not_come_pause_it()
    {
        await Bench.KeepAsync(5);
        var replay = await Bench.StartedAsync(limits: Fast);
        await Bench.RoundsAsync();
        Bench.Clock.Advance(TimeSpan.FromMinutes(11));
        await Bench.RoundsAsync();

        var progress = await Bench.ReplayAsync(replay);
        progress.Replay.Status.ShouldBe(ReplayStatus.Paused);
        progress.Replay.Remark.ShouldNotBeNull().Code.ShouldBe("replay.noOutcome");
    }

    [Test]
    public async Task a_queue_that_is_not_there_pauses_it_and_what_else_there_is_goes_out_once()
    {
        await Bench.KeepAsync(1);
        await Bench.KeepAsync(Workbench.Message.OfRouting(2, "0101", "No.", Bench.Clock.GetUtcNow()) with { Fault = new FaultNote("X", "Y", Bench.Clock.GetUtcNow(), "gone") }, "gone_error");
        var replay = await Bench.StartedAsync(limits: Fast);
        await SetAsync("UPDATE console.replays SET stage = 4");
        await Bench.RoundsAsync(5);

        (await Bench.ReplayAsync(replay)).Replay.ShouldSatisfyAllConditions(paused => paused.Status.ShouldBe(ReplayStatus.Paused), paused => paused.Remark.ShouldBe(ReplayNotes.NoQueue("gone")));
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(1);
        await Bench.Transport.DeclareAsync([new QueueDefinition("gone", [])], default);
        await Bench.Parts.Replays.ResumeAsync(replay, Workbench.Anna, "it is there now", default);
        await Bench.RoundsAsync(2);
        (await Bench.OnQueueAsync("gone")).Count.ShouldBe(1);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(1);
    }

    [Test]
    public async Task what_nobody_listened_to_and_then_fails_on_its_queue_has_failed_again()
    {
        var unrouted = Workbench.Message.OfRouting(1, "0101", "", default) with { Fault = null };
        var id = await Bench.KeepAsync(unrouted, Topology.Unrouted);
        var replay = await Bench.StartedAsync();
        await Bench.RoundsAsync();
        (await Bench.OnQueueAsync("routing")).ShouldHaveSingleItem().Delivery.MessageId.ShouldBe(unrouted.MessageId);

        var failed = await Bench.KeepAsync(Workbench.Message.OfRouting(1, "0101", "No.", Bench.Clock.GetUtcNow()));

        failed.ShouldNotBe(id);
        (await Bench.ReplayAsync(replay)).Outcomes.Keys.ShouldBe([Outcomes.FailedAgain]);
        (await Bench.LetterAsync(failed)).Status.ShouldBe(LetterStatus.Open);
        (await Bench.LetterAsync(id)).ShouldSatisfyAllConditions(letter => letter.Status.ShouldBe(LetterStatus.Replayed), letter => letter.Outcome.ShouldBe(Outcomes.FailedAgain));
    }

    [Test]
    public async Task services_that_are_away_change_nothing_and_are_asked_again()
    {
        await Bench.KeepAsync(1);
        var replay = await Bench.StartedAsync();
        await Bench.Parts.Runner.CarryOnAsync(default);
        Bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Bench.Services.IsAway = true;
        await Should.ThrowAsync<OperationsConsole.Asking.ServiceAwayException>(() => Bench.Parts.Runner.LookAsync(default));
        Bench.Services.IsAway = false;
        HandleAllUpTo(1);
        await Bench.RoundsAsync(2);
        (await Bench.ReplayAsync(replay)).UnderWay.ShouldBe(1, "it is handed out again when the lease ends");
        Bench.Clock.Advance(TimeSpan.FromSeconds(20));
        await Bench.RoundsAsync(3);
        (await Bench.ReplayAsync(replay)).Known.ShouldBe(1);
    }

    /// <summary>Whoever holds the token gives any name: it stands for nobody.</summary>
    [Test]
    public async Task what_a_token_asked_for_needs_two_people_who_signed_in_and_a_token_approves_nothing()
    {
        await Bench.DisposeAsync();
        Bench = await Workbench.NewAsync(engine, new ConsoleOptions { ApproveAboveMessages = 2 });
        await Bench.KeepAsync(3);
        var token = new Actor("anna (command line)", Role.Administrator, null);
        var replays = Bench.Parts.Replays;
        var replay = (await replays.CreateAsync(token, new LetterFilter(), "why", Fast, default)).ReplayId;
        await Bench.RoundsAsync(1);
        (await replays.StartAsync(replay, token, "why", default)).Status.ShouldBe(ReplayStatus.AwaitingApproval);

        (await Should.ThrowAsync<NotPossibleException>(() => replays.ApproveAsync(replay, token with { Name = "bo (command line)" }, "why", default))).Message.ShouldContain("signed in");
        (await replays.ApproveAsync(replay, Workbench.Bo, "why", default)).ShouldSatisfyAllConditions(
            stoodFor => stoodFor.Status.ShouldBe(ReplayStatus.AwaitingApproval), stoodFor => stoodFor.AskedBy.ShouldBe("bo"), stoodFor => stoodFor.ApprovedBy.ShouldBeNull());
        (await Should.ThrowAsync<NotPossibleException>(() => replays.ApproveAsync(replay, Workbench.Bo, "why", default))).Message.ShouldContain("another person");
        await Bench.RoundsAsync(3);
        (await Bench.OnQueueAsync("routing")).ShouldBeEmpty();
        (await replays.ApproveAsync(replay, Workbench.Bo with { Name = "cia" }, "why", default)).Status.ShouldBe(ReplayStatus.Running);
    }

    [TestCase(2, 0, false)]
    [TestCase(3, 0, true)]
    [TestCase(2, 1, true)]
    public async Task large_replays_need_another_person(int messages, int more, bool needsApproval)
    {
        await Bench.DisposeAsync();
        Bench = await Workbench.NewAsync(engine, new ConsoleOptions { ApproveAboveMessages = 2, ApproveAboveOre = 2000 + (1000 * (1 - more)) - (more * 1) });
        await Bench.KeepAsync(messages);
        var replay = await Bench.StartedAsync(limits: Fast);

        (await Bench.ReplayAsync(replay)).Replay.Status.ShouldBe(needsApproval ? ReplayStatus.AwaitingApproval : ReplayStatus.Running);
        if (!needsApproval)
            return;
        await Bench.RoundsAsync(3);
        (await Bench.OnQueueAsync("routing")).ShouldBeEmpty();
        (await Should.ThrowAsync<NotPossibleException>(() => Bench.Parts.Replays.ApproveAsync(replay, Workbench.Bo with { Name = "ANNA" }, "why", default))).Message.ShouldContain("another person");
        (await Should.ThrowAsync<NotPossibleException>(() => Bench.Parts.Replays.ApproveAsync(replay, Workbench.Copenhagen, "why", default))).Message.ShouldContain("approver");
        await Should.ThrowAsync<NotPossibleException>(() => Bench.Parts.Replays.StartAsync(replay, Workbench.Bo, "why", default));
        (await Bench.Parts.Replays.ApproveAsync(replay, Workbench.Bo, "looked at it", default)).ShouldSatisfyAllConditions(
            approved => approved.Status.ShouldBe(ReplayStatus.Running), approved => approved.ApprovedBy.ShouldBe("bo"));
        await Bench.RoundsAsync(1);
        (await Bench.OnQueueAsync("routing")).Count.ShouldBe(1);
    }

    [Test]
    public async Task a_replay_over_two_municipalities_is_not_one_for_who_sees_one()
    {
        await Bench.KeepAsync(2);
        await Bench.KeepAsync(2, 10, "0157");
        var both = await Bench.Parts.Replays.CreateAsync(Workbench.Anna, new LetterFilter(), "why", Fast, default);
        var own = await Bench.Parts.Replays.CreateAsync(Workbench.Copenhagen, new LetterFilter(), "why", Fast, default);
        var nothing = await Bench.Parts.Replays.CreateAsync(Workbench.Copenhagen, new LetterFilter { Municipality = ["0157"] }, "why", Fast, default);

        own.Total.ShouldBe(2);
        nothing.Total.ShouldBe(0);
        (await Bench.Parts.Replays.FindAsync(both.ReplayId, Workbench.Copenhagen, default)).ShouldBeNull();
        (await Bench.Parts.Replays.FindAsync(nothing.ReplayId, Workbench.Copenhagen, default)).ShouldNotBeNull();
        (await Bench.Parts.Replays.ListAsync(Workbench.Copenhagen, 10, null, default)).Replays.Select(replay => replay.ReplayId).ShouldBe([own.ReplayId, nothing.ReplayId], ignoreOrder: true);
        (await Should.ThrowAsync<NotPossibleException>(() => Bench.Parts.Replays.CancelAsync(both.ReplayId, Workbench.Copenhagen, "why", default))).Message.ShouldContain("There is no replay");
    }

    private Task<Guid> FailAgainAsync(int fee) => Bench.KeepAsync(Workbench.Message.OfRouting(fee, "0101", "Again.", Bench.Clock.GetUtcNow()));

    private void HandleAllUpTo(int fee)
    {
        for (var n = 1; n <= fee; n++)
            Bench.Services.Handled(n);
    }

    private async Task SetAsync(string statement)
    {
        await using var connection = await Bench.Parts.Store.OpenAsync(default);
        (await connection.ExecuteAsync(Bench.Parts.Store.Sql(statement))).ShouldBeGreaterThan(0);
    }
}
