using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture]
public sealed class When_payments_are_to_be_registered
{
    private static readonly TakenPayment Payment = new("order-1", 7_000, "mobilePay", new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero));
    private ConnectorBench _bench = null!;

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task where_the_debtor_system_takes_none_they_are_rejected_without_a_call()
    {
        await StartAsync(registers: false);
        var payment = Pay();
        await _bench.HandleAsync(payment);

        _bench.Debtor.CallSizes.ShouldBeEmpty();
        _bench.Reports.All.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            report => report.Outcome.ShouldBe(TransferOutcome.Rejected), report => report.Code.ShouldBe("PAYMENTS-NOT-TAKEN"), report => report.FixBy.ShouldBe(FixBy.Vendor),
            report => report.Instruction.ShouldBe(InstructionKind.RegisterPayment), report => report.InstructionId.ShouldBe(payment.InstructionId));
    }

    [Test]
    public async Task a_rejection_of_ours_takes_nobody_elses_turn()
    {
        await StartAsync(registers: false);
        await _bench.HandleAsync(Pay(1), _bench.Register(2), Pay(3));
        _bench.Debtor.CallSizes.ShouldBe([1]);

        // A debtor system that is down is probed by what can be sent, however many payments are due before it.
        var payments = Enumerable.Range(10, 5).Select(fee => Pay(fee)).ToList();
        await _bench.TakeAsync(payments);
        _bench.Time.Advance(ConnectorOptions.Reservation - TimeSpan.FromMilliseconds(100));
        _bench.Debtor.Reaction = _ => Reaction.Unavailable;
        await _bench.HandleAsync(_bench.Register(4));
        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.SweepAsync(_bench.Options.RetryAfter);

        payments.ShouldAllBe(payment => _bench.OutcomesOf(payment).Single() == TransferOutcome.Rejected);
        _bench.Reports.All.Count(report => report.Outcome == TransferOutcome.Accepted).ShouldBe(2);
    }

    [Test]
    public async Task where_it_takes_them_it_is_told_what_the_channel_took()
    {
        await StartAsync(registers: true);
        await _bench.HandleAsync(Pay());

        _bench.Debtor.Received.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            instruction => instruction.Kind.ShouldBe(InstructionKind.RegisterPayment), instruction => instruction.Payment.ShouldBe(Payment));
        _bench.Reports.All.ShouldHaveSingleItem().Outcome.ShouldBe(TransferOutcome.Accepted);
    }

    [TestCase(Reaction.BookAndDropTheReply)]
    [TestCase(Reaction.LoseTheRequest)]
    public async Task a_lost_reply_is_asked_about_before_the_payment_is_sent_again(Reaction reaction)
    {
        await StartAsync(registers: true);
        _bench.Debtor.Reaction = _ => reaction;
        var payment = Pay();
        await _bench.HandleAsync(payment);
        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.SweepAsync(_bench.Options.AskAfter);

        _bench.Debtor.Asked.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            asked => asked.Id.ShouldBe(payment.InstructionId), asked => asked.Kind.ShouldBe(InstructionKind.RegisterPayment), asked => asked.Payment.ShouldBe(Payment));
        _bench.Debtor.Bookings(payment.InstructionId).ShouldBe(1);
        _bench.OutcomesOf(payment).ShouldBe([TransferOutcome.Accepted]);
    }

    [Test]
    public async Task without_a_payment_the_message_cannot_be_carried_out()
    {
        await StartAsync(registers: true);

        await Should.ThrowAsync<PermanentException>(() => _bench.TakeAsync(Pay() with { Payment = null }));
    }

    private async Task StartAsync(bool registers) =>
        _bench = await ConnectorBench.StartAsync(capabilities: new ConnectorCapabilities("KmdOpus", 100, null, RegistersPayments: registers));

    private TransferClaim Pay(long fee = 1)
    {
        var register = _bench.Register(fee, step: "payment");
        return register with { Instruction = InstructionKind.RegisterPayment, Payment = Payment };
    }
}
