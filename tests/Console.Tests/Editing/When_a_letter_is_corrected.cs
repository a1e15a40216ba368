using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Editing;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Editing;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
public sealed class When_a_letter_is_corrected(Engine engine)
{
    private Workbench _bench = null!;
    private Guid _letter;

    [SetUp]
    public async Task Begin()
    {
        _bench = await Workbench.NewAsync(engine);
        _letter = await _bench.KeepAsync(Workbench.Message.OfIngest(1, _bench.Clock.GetUtcNow()), "ingest_error");
    }

    [TearDown]
    public async Task End() => await _bench.DisposeAsync();

    [Test]
    public async Task the_change_is_kept_beside_the_untouched_original_and_sent_under_an_id_of_its_own_with_the_masked_values_restored()
    {
        var masked = await MaskedAsync();
        masked.ShouldNotContain("0101145678");
        masked.ShouldNotContain("Alma");

        var replay = await EditAsync(body => body["amountOre"] = 7100);
        await _bench.RoundsAsync();

        replay.Status.ShouldBe(ReplayStatus.Running);
        var correction = (await _bench.Parts.Corrections.OfLetterAsync(_letter, default)).ShouldHaveSingleItem();
        correction.Changes.ShouldBe([new JsonChange("amountOre", "7000", "7100")]);
        correction.MessageId.ShouldNotBe(Workbench.Message.MessageId(1));
        var sent = (await _bench.OnQueueAsync("ingest")).ShouldHaveSingleItem().Delivery;
        sent.MessageId.ShouldBe(correction.MessageId.ToString());
        var body = JsonNode.Parse(_bench.Sealer.Open(sent.Body).Span)!;
        body["borrower"]!["cpr"]!.GetValue<string>().ShouldBe("0101145678");
        body["borrower"]!["name"]!.GetValue<string>().ShouldBe("Alma Eksempel");
        body["messageId"]!.GetValue<string>().ShouldBe(correction.MessageId.ToString());
        body["amountOre"]!.GetValue<int>().ShouldBe(7100);
        (await MaskedAsync()).ShouldBe(masked, "the original was touched");
        (await _bench.LetterAsync(_letter)).Status.ShouldBe(LetterStatus.Corrected);
        _bench.Services.Bodies.ShouldAllBe(previewed => !previewed.Contains("0101145678"));
    }

    [Test]
    public async Task the_original_can_neither_be_replayed_nor_edited_any_more()
    {
        await EditAsync(body => body["amountOre"] = 7100);

        (await _bench.Parts.Replays.CreateAsync(Workbench.Anna, new LetterFilter(), "why", new ReplayLimits(), default)).Total.ShouldBe(0);
        (await RefusedAsync(body => body["amountOre"] = 7200)).ShouldContain("only one that waits");
        // Not even when it comes once more.
        await _bench.KeepAsync(Workbench.Message.OfIngest(1, _bench.Clock.GetUtcNow().AddMinutes(1)), "ingest_error");
        (await _bench.LetterAsync(_letter)).Status.ShouldBe(LetterStatus.Corrected);
    }

    [Test]
    public async Task its_outcome_is_the_letter_s()
    {
        var replay = await EditAsync(body => body["amountOre"] = 7100);
        await _bench.RoundsAsync();
        var correction = (await _bench.Parts.Corrections.OfLetterAsync(_letter, default))[0];
        // The service took it for another claim than the letter's own.
        _bench.Services.Recorded[correction.MessageId] = new(correction.MessageId, Workbench.Message.ClaimId(2), null, null, "accepted", null);
        _bench.Services.Handled(2, "Transferred", "Transferred");
        await _bench.RoundsAsync(3);

        (await _bench.LetterAsync(_letter)).ShouldSatisfyAllConditions(letter => letter.Status.ShouldBe(LetterStatus.Corrected), letter => letter.Outcome.ShouldBe("Transferred"));
        (await _bench.ReplayAsync(replay.ReplayId)).Replay.Status.ShouldBe(ReplayStatus.Done);
    }

    [Test]
    public async Task a_correction_that_fails_again_is_a_letter_of_its_own_and_its_attempt_has_failed()
    {
        var replay = await EditAsync(body => body["amountOre"] = 7100);
        await _bench.RoundsAsync();
        var sent = (await _bench.OnQueueAsync("ingest"))[0].Delivery;
        var failed = await _bench.KeepAsync(sent with { Fault = new FaultNote("X", "Still wrong.", _bench.Clock.GetUtcNow(), "ingest") }, "ingest_error");

        failed.ShouldNotBe(_letter);
        (await _bench.LetterAsync(failed)).Status.ShouldBe(LetterStatus.Open);
        (await _bench.ReplayAsync(replay.ReplayId)).Outcomes.Keys.ShouldBe([Outcomes.FailedAgain]);
        (await _bench.LetterAsync(_letter)).ShouldSatisfyAllConditions(letter => letter.Status.ShouldBe(LetterStatus.Corrected), letter => letter.Outcome.ShouldBe(Outcomes.FailedAgain));
    }

    [TestCase("messageId", "\"0f8fad5b-d9cb-469f-a165-70867728950e\"")]
    [TestCase("MessageId", "\"0f8fad5b-d9cb-469f-a165-70867728950e\"")]
    [TestCase("municipality", "\"0157\"")]
    [TestCase("claimId", "{\"a\":1}")]
    public async Task what_says_which_message_or_claim_it_is_cannot_be_changed(string field, string value) =>
        (await RefusedAsync(body => body[field] = JsonNode.Parse(value))).ShouldContain("cannot be changed");

    [TestCase("agency", "\"DK-715700\"")]
    [TestCase("feeId", "2")]
    [TestCase("version", "2")]
    [TestCase("about", "{\"feeId\":2}")]
    public async Task between_our_services_neither_can_what_names_the_claim(string field, string value)
    {
        var body = """{"about":{"feeId":1,"x":1}}""";
        _letter = await _bench.KeepAsync(Workbench.Message.OfRouting(5, "0101", "No.", _bench.Clock.GetUtcNow()) with
        {
            Body = System.Text.Encoding.UTF8.GetBytes($$"""{"messageId":"{{Workbench.Message.MessageId(5)}}","municipality":"0101","agency":"DK-710100","feeId":5,"version":1,{{body[1..^1]}}}"""),
        });

        (await RefusedAsync(edited => edited[field] = JsonNode.Parse(value))).ShouldContain("cannot be changed");
    }

    [Test]
    public async Task what_is_no_change_no_json_or_no_value_is_refused()
    {
        (await RefusedAsync(_ => { })).ShouldContain("Nothing is changed");
        (await RefusedAsync("[]")).ShouldContain("not a JSON object");
        (await RefusedAsync("{\"a\":1,\"a\":2}")).ShouldContain("not a JSON object");
        (await RefusedAsync("{\"a\":\"\\ud800\"}")).ShouldContain("not a JSON object");
        (await RefusedAsync(body => body["guardian"] = new JsonObject { ["cpr"] = MaskedJson.Mask })).ShouldContain("stands for a value");
        (await _bench.Parts.Corrections.OfLetterAsync(_letter, default)).ShouldBeEmpty();
    }

    [Test]
    public void a_mask_in_a_list_that_got_shorter_is_not_guessed()
    {
        var original = JsonNode.Parse("""{"parties":[{"cpr":"0101145678"},{"cpr":"0202145678"}]}""");
        var edited = MaskedJson.Of(original)!;
        MaskedJson.TryRestore(edited, original, out var same).ShouldBeTrue();
        JsonNode.DeepEquals(same, original).ShouldBeTrue();
        edited["parties"]!.AsArray().RemoveAt(0);
        MaskedJson.TryRestore(edited, original, out _).ShouldBeFalse();
    }

    [TestCase("invalid", "not valid")]
    [TestCase("duplicate", "change nothing")]
    [TestCase("unknown", "not valid")]
    public async Task what_the_service_would_not_take_is_refused_with_its_reason(string outcome, string says)
    {
        _bench.Services.Forecast = (_, _) => new { outcome, notes = new[] { Note.Quote("Because of the amount.") }, faults = new[] { new { field = "amountOre", reason = "must be greater than 0", example = "7000", why = Note.Of("fault.notAboveZero") } } };

        var refusal = await RefusedAsync(body => body["amountOre"] = -1);

        refusal.ShouldContain(says);
        refusal.ShouldContain("Because of the amount.");
        (await _bench.LetterAsync(_letter)).Status.ShouldBe(LetterStatus.Open);
        (await _bench.Parts.Corrections.OfLetterAsync(_letter, default)).ShouldBeEmpty();
    }

    [Test]
    public async Task without_the_service_nothing_is_validated_and_nothing_sent()
    {
        _bench.Services.IsAway = true;
        (await RefusedAsync(body => body["amountOre"] = 1)).ShouldContain("Nothing was sent");
    }

    [Test]
    public async Task two_who_edit_at_once_send_one_correction()
    {
        var masked = JsonNode.Parse(await MaskedAsync())!;
        masked["amountOre"] = 7100;
        var edits = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
        {
            try
            {
                await _bench.Parts.Corrections.EditAsync(Workbench.Anna with { Name = $"anna {n}" }, _letter, masked.ToJsonString(), "why", default);
                return 1;
            }
            catch (NotPossibleException)
            {
                return 0;
            }
        })));
        await _bench.RoundsAsync(3);

        edits.Sum().ShouldBeGreaterThan(0);
        (await _bench.OnQueueAsync("ingest")).Count.ShouldBe(1);
    }

    [TestCase(true, 0L)]
    [TestCase(false, 100_000L)]
    public async Task an_edit_or_what_it_amounts_to_may_need_another_person(bool approveEdits, long aboveOre)
    {
        await _bench.DisposeAsync();
        _bench = await Workbench.NewAsync(engine, new ConsoleOptions { ApproveEdits = approveEdits, ApproveAboveOre = aboveOre });
        _letter = await _bench.KeepAsync(Workbench.Message.OfIngest(1, _bench.Clock.GetUtcNow()), "ingest_error");

        var replay = await EditAsync(body => body["amountOre"] = 100_001);

        replay.Status.ShouldBe(ReplayStatus.AwaitingApproval);
        await Should.ThrowAsync<NotPossibleException>(() => _bench.Parts.Replays.ApproveAsync(replay.ReplayId, new Actor("Anna", Role.Administrator, null) { IsSignedIn = true }, "why", default));
        await _bench.Parts.Replays.ApproveAsync(replay.ReplayId, Workbench.Bo, "why", default);
        await _bench.RoundsAsync();
        (await _bench.OnQueueAsync("ingest")).Count.ShouldBe(1);
    }

    [Test]
    public void what_comes_or_goes_whole_is_masked_in_the_diff()
    {
        MaskedJson.Masked("guardian", """{"name":"Bo Eksempel","age":7}""").ShouldBe($$"""{"name":"{{MaskedJson.Mask}}","age":7}""");
        MaskedJson.Masked("guardian.name", "\"Bo\"").ShouldBe(MaskedJson.Mask);
        MaskedJson.Masked("cpr[0]", "\"1\"").ShouldBe(MaskedJson.Mask);
        MaskedJson.Masked("reason", "\"about 010114-5678\"").ShouldBe($"\"{MaskedJson.Mask}\"");
        MaskedJson.Masked("amountOre", "7100").ShouldBe("7100");
    }

    [Test]
    public async Task who_saw_a_citizen_is_listed_by_the_citizen_and_the_number_stands_nowhere()
    {
        var identity = new Sealer(_bench.Keys).Seal("0101", new OpenIdentity(IdentityKind.Person, "0101145678", "Alma Eksempel"));
        var other = new Sealer(_bench.Keys).Seal("0101", new OpenIdentity(IdentityKind.Person, "0202145678", "Bo Eksempel"));
        var trail = new CitizenTrail(_bench.Parts.Audit, _bench.Keys);
        foreach (var (fee, sealedIdentity) in new[] { (11, identity), (12, other) })
        {
            var letter = await _bench.KeepAsync(Workbench.Message.OfRouting(fee, "0101", "No.", _bench.Clock.GetUtcNow()) with
            {
                Body = System.Text.Encoding.UTF8.GetBytes($$$"""{"municipality":"0101","debtor":{"ref":"{{{sealedIdentity.Ref}}}","sealed":"{{{sealedIdentity.Sealed}}}","keyId":"{{{sealedIdentity.KeyId}}}"}}"""),
            });
            await _bench.Parts.Views.OpenAsync(Workbench.Anna, letter, $"sealed {fee}", default);
        }

        // As FBS sends it, before anything is sealed.
        await _bench.Parts.Views.OpenAsync(Workbench.Bo, await _bench.KeepAsync(Workbench.Message.OfIngest(13, _bench.Clock.GetUtcNow()), "ingest_error"), "open 13", default);

        var auditor = new Actor("lis", Role.Administrator, null);
        var found = await trail.ListAsync(auditor, "010114-5678", byWhom: true, "the citizen asks", default);
        found.Lookups.Select(lookup => (lookup.Why, lookup.Who, lookup.Action)).ShouldBe([("open 13", "bo", "sealed.view"), ("sealed 11", "anna", "sealed.view")]);
        (await trail.ListAsync(auditor, "0202145678", byWhom: false, "another asks", default)).Lookups.ShouldHaveSingleItem().Who.ShouldBeNull();
        (await trail.ListAsync(auditor with { Municipalities = new HashSet<string> { "0157" } }, "0202145678", byWhom: false, "theirs", default)).Lookups.ShouldBeEmpty();
        // The question is one itself.
        (await trail.ListAsync(auditor, "0101145678", byWhom: true, "again", default)).Lookups[0].ShouldSatisfyAllConditions(
            asked => asked.Action.ShouldBe("citizen.list"), asked => asked.Why.ShouldBe("the citizen asks"), asked => asked.Who.ShouldBe("lis"));

        (await _bench.Parts.Audit.VerifyAsync(default)).IsWhole.ShouldBeTrue();
        await using var connection = await _bench.Parts.Store.OpenAsync(default);
        (await Dapper.SqlMapper.QueryAsync<string>(connection, _bench.Parts.Store.Sql("SELECT subject || why || COALESCE(what, '') FROM console.audit"))).ShouldAllBe(text => !text.Contains("0101145678") && !text.Contains("010114-5678"));
    }

    [Test]
    public async Task a_sealed_value_is_shown_to_who_may_and_only_once_it_is_on_record()
    {
        var identity = new Sealer(_bench.Keys).Seal("0101", new OpenIdentity(IdentityKind.Person, "0101145678", "Alma Eksempel"));
        _letter = await _bench.KeepAsync(Workbench.Message.OfRouting(5, "0101", "No.", _bench.Clock.GetUtcNow()) with
        {
            Body = System.Text.Encoding.UTF8.GetBytes($$$"""{"municipality":"0101","debtor":{"ref":"{{{identity.Ref}}}","sealed":"{{{identity.Sealed}}}","keyId":"{{{identity.KeyId}}}"},"odd":{"ref":1,"sealed":2,"keyId":3}}"""),
        });

        (await _bench.Parts.Views.OpenAsync(Workbench.Anna, _letter, "the vendor asks", default)).ShouldNotBeNull().ShouldContain("0101145678");
        var entry = (await _bench.Parts.Audit.ReadAsync(null, "sealed.view", null, null, 10, null, default)).Entries.ShouldHaveSingleItem();
        entry.ShouldSatisfyAllConditions(() => entry.Who.ShouldBe("anna"), () => entry.Why.ShouldBe("the vendor asks"), () => entry.Subject.ShouldBe(_letter.ToString()), () => entry.Municipality.ShouldBe("0101"));

        entry.What.ShouldNotBeNull().ShouldNotContain("0101145678");

        await Should.ThrowAsync<NotPossibleException>(() => _bench.Parts.Views.OpenAsync(Workbench.Anna with { Role = Role.Viewer }, _letter, "why", default));
        (await _bench.Parts.Views.OpenAsync(Workbench.Copenhagen with { Municipalities = new HashSet<string> { "0157" } }, _letter, "why", default)).ShouldBeNull();
        (await _bench.Parts.Audit.ReadAsync(null, "sealed.view", null, null, 10, null, default)).Entries.Count.ShouldBe(1);

        await using (var connection = await _bench.Parts.Store.OpenAsync(default))
            await Dapper.SqlMapper.ExecuteAsync(connection, _bench.Parts.Store.Sql("DELETE FROM console.audit_head"));
        await Should.ThrowAsync<AuditBrokenException>(() => _bench.Parts.Views.OpenAsync(Workbench.Anna, _letter, "why", default));
    }

    private async Task<string> MaskedAsync() => (await _bench.Parts.Corrections.MaskedBodyAsync(_letter, Workbench.Anna, default))!;

    private async Task<Replay> EditAsync(Action<JsonNode> change)
    {
        var body = JsonNode.Parse(await MaskedAsync())!;
        change(body);
        return await _bench.Parts.Corrections.EditAsync(Workbench.Anna, _letter, body.ToJsonString(), "the amount was wrong", default);
    }

    private async Task<string> RefusedAsync(Action<JsonNode> change) => (await Should.ThrowAsync<NotPossibleException>(() => EditAsync(change))).Message;

    private async Task<string> RefusedAsync(string body) =>
        (await Should.ThrowAsync<NotPossibleException>(() => _bench.Parts.Corrections.EditAsync(Workbench.Anna, _letter, body, "why", default))).Message;
}
