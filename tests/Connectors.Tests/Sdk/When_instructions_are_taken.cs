using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture]
public sealed class When_instructions_are_taken
{
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await ConnectorBench.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task the_debtor_system_gets_them_opened_and_the_report_tells_of_it()
    {
        var claim = _bench.Register(toTest: true);
        await _bench.HandleAsync(claim);

        _bench.Debtor.Received.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            instruction => instruction.Id.ShouldBe(claim.InstructionId), instruction => instruction.Debtor.Number.ShouldBe("0101701234"),
            instruction => instruction.Reference.ShouldBe("F1"), instruction => instruction.AmountOre.ShouldBe(7000), instruction => instruction.Attempt.ShouldBe(1));
        _bench.Debtor.IsTestEndpoint.ShouldBeTrue();
        _bench.Reports.All.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            report => report.ClaimId.ShouldBe(claim.ClaimId), report => report.FeeId.ShouldBe(1), report => report.Agency.ShouldBe("DK-710100"),
            report => report.Outcome.ShouldBe(TransferOutcome.Accepted), report => report.Receipt.ShouldBe("R-1"));
    }

    [Test]
    public async Task the_same_message_again_is_answered_under_the_same_id_and_done_once()
    {
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.HandleAsync(claim);
        await _bench.HandleAsync(claim, claim);

        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
        _bench.Reports.All.Distinct().ShouldHaveSingleItem();
    }

    [Test]
    public async Task an_id_that_comes_with_other_content_goes_to_the_error_queue_and_the_first_stands()
    {
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        var other = claim with { MessageId = Guid.NewGuid(), AmountOre = 9000 };

        (await Should.ThrowAsync<PermanentException>(() => _bench.TakeAsync(other))).Message.ShouldContain("came before with another amountOre");
        (await Should.ThrowAsync<PermanentException>(() => _bench.TakeAsync(claim with { Version = 2, Reference = "F2" }))).Message.ShouldContain("another reference, version:");
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
        _bench.Reports.All.ShouldHaveSingleItem();
    }

    [Test]
    public async Task an_identity_that_was_sealed_again_is_the_same_content()
    {
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        var again = _bench.Register();
        again.Debtor.Identity.Sealed.ShouldNotBe(claim.Debtor.Identity.Sealed);

        await _bench.HandleAsync(again);

        _bench.Reports.All.Select(report => report.MessageId).Distinct().ShouldHaveSingleItem();
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }

    [Test]
    public async Task a_rejection_masks_what_looks_like_a_CPR_number()
    {
        _bench.Debtor.Reaction = _ => Reaction.Reject;
        await _bench.HandleAsync(_bench.Register());

        _bench.Reports.All.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            report => report.Outcome.ShouldBe(TransferOutcome.Rejected), report => report.Code.ShouldBe("K17"), report => report.Text.ShouldBe("Debtor ########### is unknown"));
    }

    [Test]
    public async Task a_later_instruction_waits_for_the_earlier_one_of_its_claim_and_others_pass()
    {
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
        var register = _bench.Register(1);
        var adjust = _bench.Register(1, version: 2);
        var other = _bench.Register(2);
        // Out of order on purpose: another instance may have been faster.
        await _bench.HandleAsync(adjust, register, other);
        await _bench.SweepAsync(TimeSpan.FromSeconds(10));
        _bench.Debtor.Received.Select(instruction => instruction.Id).ShouldBe([register.InstructionId, other.InstructionId], ignoreOrder: true);

        await _bench.ReceiveAsync(register, "R-1", new Submitted.Accepted("D-1", "R-1"));
        await _bench.SweepAsync(TimeSpan.FromSeconds(10));
        _bench.Debtor.Received.Last().Id.ShouldBe(adjust.InstructionId);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(99)]
    [TestCase(100)]
    [TestCase(101)]
    [TestCase(201)]
    public async Task a_call_is_never_larger_than_the_vendor_takes(int count)
    {
        if (count > 0)
            await _bench.HandleAsync([.. Enumerable.Range(1, count).Select(fee => _bench.Register(fee))]);
        await _bench.SweepAsync(TimeSpan.FromSeconds(10));

        _bench.Debtor.Received.Count.ShouldBe(count);
        _bench.Debtor.CallSizes.ShouldAllBe(size => size <= 100);
    }

    [Test]
    public async Task an_erased_identity_rejects_that_instruction_alone()
    {
        var erased = _bench.Register(1);
        _bench.Keys.Rotate(ConnectorBench.København);
        var fine = _bench.Register(2);
        _bench.Keys.Destroy(erased.Debtor.Identity.KeyId);
        await _bench.HandleAsync(erased, fine);

        _bench.Reports.All.Single(report => report.InstructionId == erased.InstructionId).ShouldSatisfyAllConditions(
            report => report.Outcome.ShouldBe(TransferOutcome.Rejected), report => report.Code.ShouldBe("IdentityErased"), report => report.FixBy.ShouldBe(FixBy.Municipality));
        _bench.OutcomesOf(fine).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.Received.ShouldHaveSingleItem();
    }

    [TestCase("{")]
    [TestCase("{}")]
    [TestCase("null")]
    [TestCase("""{"messageId":"0f8fad5b-d9cb-469f-a165-70867728950e","instructionId":"0f8fad5b-d9cb-469f-a165-70867728950f","municipality":"0101","instruction":"register"}""")]
    public async Task what_cannot_be_read_is_refused_for_good(string body)
    {
        var refusal = await Should.ThrowAsync<PermanentException>(() => _bench.Handler.TakeAsync(
            ConnectorBench.København, [new Delivery(MessageNames.TransferClaim, null, System.Text.Encoding.UTF8.GetBytes(body))], CancellationToken.None));
        refusal.Message.ShouldStartWith("Not a transfer-claim");
    }

    [Test]
    public async Task another_municipalitys_instruction_is_refused_for_good() =>
        await Should.ThrowAsync<PermanentException>(() => _bench.Handler.TakeAsync(
            ConnectorBench.Aarhus, [ConnectorBench.DeliveryOf(_bench.Register())], CancellationToken.None));

    [Test]
    public async Task no_more_go_out_than_the_municipalitys_rate_allows()
    {
        await _bench.TakeAsync([.. Enumerable.Range(1, 50).Select(fee => _bench.Register(fee, ConnectorBench.Aarhus))]);
        for (var second = 1; second <= 3; second++)
        {
            await _bench.SweepAsync(second == 1 ? ConnectorOptions.Reservation : TimeSpan.FromSeconds(1));
            _bench.Debtor.Received.Count.ShouldBe(10 * second);
        }

        var work = await _bench.WorkAsync(ConnectorBench.Aarhus);
        work.Wait.ShouldBe(TimeSpan.FromSeconds(0.1));
    }

    [Test]
    public async Task a_paused_municipality_sends_nothing_until_it_is_resumed_by_whichever_instance()
    {
        await _bench.Handler.PauseAsync(ConnectorBench.København, true, CancellationToken.None);
        await _bench.RestartAsync();
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.SweepAsync(TimeSpan.FromDays(2));
        _bench.Debtor.Received.ShouldBeEmpty();
        _bench.Reports.All.ShouldBeEmpty();

        await _bench.Log.SetPausedAsync(ConnectorBench.København, false, CancellationToken.None);
        await _bench.SweepAsync(TimeSpan.FromSeconds(1));
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
    }

    [Test]
    public async Task outside_opening_hours_they_wait()
    {
        // The bench starts at 10:00 Danish time.
        await using var bench = await ConnectorBench.StartAsync(
            capabilities: new ConnectorCapabilities("KmdOpus", 100, null, new OpeningHours(new TimeOnly(12, 0), new TimeOnly(18, 0), Weekends: false)));
        var claim = bench.Register();
        await bench.HandleAsync(claim);
        bench.Handler.LaneOf(ConnectorBench.København).StateAt(bench.Time.GetUtcNow()).ShouldBe(LaneState.Closed);
        bench.Debtor.Received.ShouldBeEmpty();

        await bench.SweepAsync(TimeSpan.FromHours(2));
        bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
    }

    [Test]
    public async Task and_the_broker_confirms_nothing_the_outcome_is_published_later_under_the_same_id()
    {
        var claim = _bench.Register();
        _bench.Reports.IsDown = true;
        await Should.ThrowAsync<TransientException>(() => _bench.HandleAsync(claim));
        (await _bench.RowAsync(claim)).Status.ShouldBe(InstructionStatus.Done);

        _bench.Reports.IsDown = false;
        await _bench.SweepAsync(_bench.Options.Lease);
        await _bench.SweepAsync(_bench.Options.Lease);
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }
}
