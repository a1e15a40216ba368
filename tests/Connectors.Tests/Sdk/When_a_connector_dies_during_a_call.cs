using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture("embedded")]
[TestFixture("postgres")]
public sealed class When_a_connector_dies_during_a_call(string engine)
{
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await ConnectorBench.StartAsync(store: engine == "postgres" ? await PostgresForTests.NewDatabaseAsync() : null);

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task the_next_one_asks_before_it_sends_and_nothing_is_booked_twice()
    {
        _bench.Debtor.Reaction = _ => Reaction.BookAndKillTheCaller;
        var claim = _bench.Register();
        await _bench.HandleAndDieAsync(claim);
        (await _bench.RowAsync(claim)).Status.ShouldBe(InstructionStatus.InCall);

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.RestartAsync();
        await _bench.SweepAsync(_bench.Options.Lease);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.Asked.ShouldHaveSingleItem();
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }

    [Test]
    public async Task what_never_went_out_is_sent_after_the_debtor_system_says_it_is_not_there()
    {
        _bench.Debtor.Reaction = _ => Reaction.KillTheCaller;
        var claim = _bench.Register();
        await _bench.HandleAndDieAsync(claim);

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.RestartAsync();
        await _bench.SweepAsync(_bench.Options.Lease);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.Received.ShouldHaveSingleItem().Attempt.ShouldBe(2);
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }

    [Test]
    public async Task nobody_touches_the_call_before_it_must_be_over()
    {
        _bench.Debtor.Reaction = _ => Reaction.BookAndKillTheCaller;
        var claim = _bench.Register();
        await _bench.HandleAndDieAsync(claim);

        await _bench.RestartAsync();
        await _bench.HandleAsync(claim);
        await _bench.SweepAsync(_bench.Options.CallTimeout);

        _bench.Debtor.Asked.ShouldBeEmpty();
        _bench.Debtor.Received.Count.ShouldBe(1);
    }

    [Test]
    public async Task who_slept_past_its_turn_before_the_call_does_not_call_any_more()
    {
        var claim = _bench.Register();
        var taken = await _bench.TakeAsync(claim);
        // Between one look at the clock and the next: taken, and the process stood still.
        _bench.Time.AutoAdvanceAmount = _bench.Options.Lease;
        await _bench.Handler.WorkAsync(claim.Municipality, taken, CancellationToken.None);
        _bench.Time.AutoAdvanceAmount = TimeSpan.Zero;
        _bench.Debtor.CallSizes.ShouldBeEmpty();

        await _bench.RestartAsync();
        await _bench.SweepAsync(_bench.Options.Lease);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.Asked.ShouldHaveSingleItem();
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }

    [Test]
    public async Task a_refusal_of_whoever_slept_past_its_turn_says_nothing_about_its_successors_call()
    {
        _bench.Debtor.Reaction = _ => Reaction.KillTheCaller;
        var claim = _bench.Register();
        await _bench.HandleAndDieAsync(claim);
        var (rules, slept) = (new InstructionRules(_bench.Options), await _bench.RowAsync(claim));
        var now = _bench.Time.GetUtcNow() + _bench.Options.Lease;
        var asked = rules.Begun(slept, "another", now);
        var again = rules.Begun(rules.AfterFind(asked, asked, new Found.NotThere(), now, giveUp: false).ShouldNotBeNull(), "another", now);
        again.Status.ShouldBe(InstructionStatus.InCall);

        var refused = new Submitted.Rejected("K17", "We have it already", FixBy.Vendor);
        rules.AfterSubmit(again, slept, refused, now, giveUp: false).ShouldBeNull();

        rules.AfterSubmit(again, again, refused, now, giveUp: false).ShouldNotBeNull().Status.ShouldBe(InstructionStatus.Done);
        rules.AfterSubmit(again, slept, new Submitted.Accepted("D-1", "R-1"), now, giveUp: false).ShouldNotBeNull().Status.ShouldBe(InstructionStatus.Done);
    }

    [Test]
    public async Task a_blind_second_sending_would_have_booked_twice()
    {
        // The proof that this debtor system would show the fault which the tests above rule out.
        var instruction = new Instruction(
            Guid.NewGuid(), InstructionKind.Register, Guid.NewGuid(), "F1", "DK-710100", 1, 1, ClaimType.Fee, null, 100, default, null, DebtorKind.Borrower,
            new Defaults.Sealing.OpenIdentity(IdentityKind.Person, "0101701234", null), [], 1, null);
        var system = new DebtorSystem("0101", "64942212", new Uri("http://debtor.invalid"), false);
        await _bench.Debtor.SubmitAsync(system, [instruction], CancellationToken.None);
        await _bench.Debtor.SubmitAsync(system, [instruction], CancellationToken.None);

        _bench.Debtor.MaxBookings.ShouldBe(2);
    }

    [Test]
    public async Task a_whole_batch_is_asked_about_and_only_the_missing_half_is_sent()
    {
        var count = 0;
        _bench.Debtor.Reaction = _ => ++count > 5 ? Reaction.KillTheCaller : Reaction.Accept;
        var claims = Enumerable.Range(1, 10).Select(fee => _bench.Register(fee)).ToList();
        await _bench.HandleAndDieAsync(claims);

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.RestartAsync();
        await _bench.SweepAsync(_bench.Options.Lease);

        claims.ShouldAllBe(claim => _bench.OutcomesOf(claim).Single() == TransferOutcome.Accepted);
        _bench.Debtor.MaxBookings.ShouldBe(1);
        _bench.Debtor.Received.Count.ShouldBe(10);
    }
}
