using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Payments.Asking;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Tests.Booking;
using ClaimsTransfer.Payments.ToFbs;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Asking;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_somebody_asks_what_waits(Engine engine) : PaymentsFixture(engine)
{
    private WaitingOrders Waiting => new(Store);

    [Test]
    public async Task An_order_waits_until_FBS_has_answered_and_says_what_came_of_the_last_call()
    {
        ToFbs = PaymentsToFbs.Interface;
        await OnAsync(Claim(1), Paid(1, "E1", 7000), Claim(2), Paid(2, "E2", 7000), Claim(3), Paid(3, "E3", 100));
        var due = await Orders.TakeDueAsync(Clock.GetUtcNow(), Clock.GetUtcNow().AddMinutes(1), 10, default);
        await Orders.KeepAsync(due.Single(order => order.FeeId == 1), new OrderAnswer.Unclear(PaymentNotes.FbsAnswered(503)), Clock.GetUtcNow(), Clock.GetUtcNow().AddMinutes(5), default);

        var both = (await Waiting.ReadAsync([], 10, null, default)).Waiting;
        both.Select(order => (order.FeeId, order.Attempts, order.Why)).ShouldBe([(2, 1, null), (1, 1, PaymentNotes.FbsAnswered(503))]);
        both[1].DueAt.ShouldBe(Clock.GetUtcNow().AddMinutes(5));
        both[1].Id.ShouldBe($"{Money.Agency}-1-1");

        await Orders.KeepAsync(due.Single(order => order.FeeId == 2), new OrderAnswer.Registered("C-1"), Clock.GetUtcNow(), Clock.GetUtcNow(), default);
        (await Waiting.ReadAsync(["0101"], 10, null, default)).Waiting.ShouldHaveSingleItem().FeeId.ShouldBe(1);
        (await Waiting.ReadAsync(["0751"], 10, null, default)).Waiting.ShouldBeEmpty();
    }

    [Test]
    public async Task Orders_of_one_moment_come_once_over_pages()
    {
        ToFbs = PaymentsToFbs.Interface;
        await OnAsync([.. Enumerable.Range(1, 5).SelectMany(fee => new Messages.IMessage[] { Claim(fee), Paid(fee, $"E{fee}", 7000) })]);

        var found = new List<long>();
        Place? after = null;
        do
        {
            var page = await Waiting.ReadAsync([], 2, after, default);
            found.AddRange(page.Waiting.Select(order => order.FeeId));
            Place.TryParse(page.Next, out after).ShouldBeTrue();
        }
        while (after is not null);

        found.Order().ShouldBe([1, 2, 3, 4, 5]);
    }

    [Test]
    public async Task What_was_booked_is_recorded_and_what_found_no_claim_as_well()
    {
        await OnAsync(Claim(1), Paid(1, "E1", 7000), Nameless("E9"), Paid(1, "E1", 7000) with { MessageId = Money.Message("E1 again") });

        var recorded = (await new RecordedMessages(Store).FindAsync(
            [Claim(1).MessageId, Paid(1, "E1", 7000).MessageId, Nameless("E9").MessageId, Money.Message("E1 again"), Money.Message("never")], default)).Recorded;

        recorded.OrderBy(message => message.Outcome).Select(message => (message.MessageId, message.ClaimId, message.Outcome, message.At)).ShouldBe(
        [
            (Claim(1).MessageId, Claim(1).ClaimId, "Charge", Clock.GetUtcNow()), (Paid(1, "E1", 7000).MessageId, Claim(1).ClaimId, "Coverage", Clock.GetUtcNow()), (Nameless("E9").MessageId, null, "Open", Clock.GetUtcNow()),
        ]);
    }
}
