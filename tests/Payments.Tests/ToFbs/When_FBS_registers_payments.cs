using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Accounting;
using ClaimsTransfer.Payments.Asking;
using ClaimsTransfer.Payments.Tests.Booking;
using ClaimsTransfer.Payments.ToFbs;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Http;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.ToFbs;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_FBS_registers_payments(Engine engine) : PaymentsFixture(engine)
{
    private FbsStandIn _fbs = null!;

    [SetUp]
    public async Task StartFbs()
    {
        ToFbs = PaymentsToFbs.Interface;
        _fbs = await FbsStandIn.StartAsync();
    }

    [TearDown]
    public async Task StopFbs()
    {
        if (_fbs is not null)
            await _fbs.DisposeAsync();
    }

    [Test]
    public async Task A_settled_claim_is_registered_once_and_the_confirmation_kept()
    {
        await OnAsync(Claim(1), Paid(1, "E1", 3000));
        await SendAsync();
        _fbs.Calls.ShouldBeEmpty("FBS takes whole fees only");

        await OnAsync(Paid(1, "E2", 4000));
        (await PendingAsync()).ShouldBe(1);
        await SendAsync();
        await SendAsync();

        _fbs.Calls.ShouldHaveSingleItem().ShouldBe(("/external/v1/DK-710100/patron/271828/payment", "DK-710100-1-1"));
        var order = await OrderAsync(1);
        (order.State, order.ConfirmationId, order.Calls).ShouldBe((OrderState.Confirmed, "C-DK-710100-1-1", 1));
        (await PendingAsync()).ShouldBe(0);
    }

    [Test]
    public async Task Nothing_is_registered_where_the_municipality_did_not_ask_for_it()
    {
        ToFbs = PaymentsToFbs.Message;
        await OnAsync(Claim(1), Paid(1, "E1", 7000));
        await SendAsync();
        _fbs.Calls.ShouldBeEmpty();
        (await ViewAsync(1)).Orders.ShouldBeEmpty();
    }

    [Test]
    public async Task A_dropped_reply_is_asked_again_with_the_same_order_and_registers_once()
    {
        _fbs.RegistersBeforeItFails = true;
        _fbs.Failures.Enqueue(Drop);
        await OnAsync(Claim(1), Paid(1, "E1", 7000));

        await SendAsync();
        (await OrderAsync(1)).State.ShouldBe(OrderState.Pending);
        await SendAsync();
        _fbs.Calls.Count.ShouldBe(1, "its next call is not due yet");
        Clock.Advance(TimeSpan.FromSeconds(1));
        await SendAsync();

        _fbs.Calls.Select(call => call.OrderId).ShouldBe(["DK-710100-1-1", "DK-710100-1-1"]);
        (await OrderAsync(1)).State.ShouldBe(OrderState.Confirmed);
    }

    [Test]
    public async Task Whatever_else_happens_is_tried_again_until_FBS_has_confirmed_with_pauses_that_grow()
    {
        _fbs.Failures.Enqueue(context => Answer(context, 503, ""));
        _fbs.Failures.Enqueue(context => Answer(context, 200, "<html>"));
        _fbs.Failures.Enqueue(context => Answer(context, 200, """[{"feeId":1}]"""));
        _fbs.Failures.Enqueue(context => Answer(context, 200, "[]"));
        _fbs.Failures.Enqueue(context => Answer(context, 401, ""));
        _fbs.Failures.Enqueue(async context => await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => context.Abort(), TaskScheduler.Default));
        await OnAsync(Claim(1), Paid(1, "E1", 7000));

        var seconds = 1;
        for (var call = 1; call <= 7; call++)
        {
            await SendAsync();
            _fbs.Calls.Count.ShouldBe(call);
            Clock.Advance(TimeSpan.FromSeconds(seconds - 0.5));
            await SendAsync();
            _fbs.Calls.Count.ShouldBe(call, "the pause is not over");
            Clock.Advance(TimeSpan.FromSeconds(0.5));
            seconds = Math.Min(seconds * 2, 10);
        }

        (await OrderAsync(1)).State.ShouldBe(OrderState.Confirmed);
    }

    [Test]
    public async Task What_FBS_answered_to_whoever_slept_past_the_lease_changes_nothing()
    {
        await OnAsync(Claim(1), Paid(1, "E1", 7000));
        var slept = (await TakeAsync()).ShouldHaveSingleItem();
        (await TakeAsync()).ShouldBeEmpty("it is the first one's");
        Clock.Advance(TimeSpan.FromMinutes(1));
        var taken = (await TakeAsync()).ShouldHaveSingleItem();

        await Orders.KeepAsync(slept, new OrderAnswer.Refused("HTTP 400"), Clock.GetUtcNow(), Clock.GetUtcNow(), default);

        var order = await OrderAsync(1);
        (order.State, order.LastFault, order.Calls).ShouldBe((OrderState.Pending, null, 2));
        (await TakeAsync()).ShouldBeEmpty("it is the other one's");
        await Orders.KeepAsync(taken, new OrderAnswer.Registered("C-1"), Clock.GetUtcNow(), Clock.GetUtcNow(), default);
        (await OrderAsync(1)).State.ShouldBe(OrderState.Confirmed);

        Task<IReadOnlyList<DueOrder>> TakeAsync() => Orders.TakeDueAsync(Clock.GetUtcNow(), Clock.GetUtcNow().AddMinutes(1), 10, default);
    }

    [Test]
    public async Task An_order_is_taken_by_one_of_many_who_reach_for_it_at_once()
    {
        await OnAsync([.. Enumerable.Range(1, 20).SelectMany(fee => new IMessage[] { Claim(fee), Paid(fee, $"E{fee}", 7000) })]);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var (now, until) = (Clock.GetUtcNow(), Clock.GetUtcNow().AddMinutes(1));

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Orders.TakeDueAsync(now, until, 50, default))));

        taken.SelectMany(orders => orders).Select(order => (order.OrderId, order.Calls)).Order().ShouldBe(
            Enumerable.Range(1, 20).Select(fee => ($"DK-710100-{fee}-1", 1)).Order());
    }

    [Test]
    public async Task An_FBS_that_is_not_there_is_tried_again()
    {
        await OnAsync(Claim(1), Paid(1, "E1", 7000));
        await NewSender("http://127.0.0.1:9").SweepAsync(default);
        (await OrderAsync(1)).LastFault.ShouldNotBeNull();
        Clock.Advance(TimeSpan.FromSeconds(1));
        await SendAsync();
        (await OrderAsync(1)).State.ShouldBe(OrderState.Confirmed);
    }

    [Test]
    public async Task A_fee_that_was_paid_at_the_library_is_for_a_person()
    {
        _fbs.PaidAtTheLibrary(1, "counter-17");
        await OnAsync(Claim(1), Paid(1, "E1", 7000));
        await SendAsync();

        (await OrderAsync(1)).State.ShouldBe(OrderState.PaidElsewhere);
        await ShouldBeClosedByAPersonAsync("AlreadyPaid");
    }

    [Test]
    public async Task A_fee_that_we_may_not_pay_is_for_a_person()
    {
        _fbs.NotAllowed.Add(1);
        await OnAsync(Claim(1), Paid(1, "E1", 7000));
        await SendAsync();
        await ShouldBeClosedByAPersonAsync("NotAllowed");
        _fbs.Calls.Count.ShouldBe(1);
    }

    [TestCase(200, """[{"feeId":1,"orderId":"DK-710100-1-1","paymentStatus":"feeClosed"}]""", "feeClosed")]
    [TestCase(400, """{"code":"refused"}""", "HTTP 400")]
    [TestCase(404, "", "HTTP 404")]
    public async Task A_payment_that_FBS_refuses_in_its_own_words_is_for_a_person_who_reads_them(int status, string body, string answer)
    {
        _fbs.Failures.Enqueue(context => Answer(context, status, body));
        await OnAsync(Claim(1), Paid(1, "E1", 7000));
        await SendAsync();

        (await WorklistAsync()).Items.ShouldHaveSingleItem().Names["fbsAnswer"].ShouldBe(answer);
        await ShouldBeClosedByAPersonAsync("Refused");
        Clock.Advance(TimeSpan.FromDays(1));
        await SendAsync();
        _fbs.Calls.Count.ShouldBe(1);
    }

    [Test]
    public async Task An_FBS_that_says_nothing_usable_for_a_quarter_of_an_hour_is_counted_until_it_does()
    {
        await OnAsync(Claim(1), Paid(1, "E1", 7000));
        (await UnansweredAsync()).ShouldBe(0);
        for (var minute = 0; minute < 15; minute++)
        {
            _fbs.Failures.Enqueue(context => Answer(context, 403, ""));
            await SendAsync();
            (await UnansweredAsync()).ShouldBe(0);
            Clock.Advance(TimeSpan.FromMinutes(1));
        }

        (await UnansweredAsync()).ShouldBe(1);
        (await WorklistAsync()).Items.ShouldBeEmpty();

        await SendAsync();
        (await UnansweredAsync()).ShouldBe(0);
    }

    [Test]
    public async Task A_fee_whose_patron_is_not_known_is_left_to_the_message_until_the_patron_is_known()
    {
        await OnAsync(Claim(1) with { PatronId = null }, Paid(1, "E1", 7000));
        await SendAsync();
        _fbs.Calls.ShouldBeEmpty();
        (await OrderAsync(1)).State.ShouldBe(OrderState.NoPatron);
        (await WorklistAsync()).Items.ShouldBeEmpty();

        await OnAsync(Claim(1) with { MessageId = Money.Message("with patron") });
        await SendAsync();
        (await OrderAsync(1)).State.ShouldBe(OrderState.Confirmed);
    }

    [Test]
    public async Task A_reversal_before_it_was_sent_withdraws_it_and_the_next_settlement_has_an_order_of_its_own()
    {
        await OnAsync(Claim(1), Paid(1, "E1", 7000));
        await OnAsync(Reversed(1, "E2", 7000));
        await SendAsync();
        _fbs.Calls.ShouldBeEmpty();
        (await OrderAsync(1)).State.ShouldBe(OrderState.Withdrawn);

        await OnAsync(Paid(1, "E3", 7000, day: 3));
        await SendAsync();
        _fbs.Calls.Single().OrderId.ShouldBe("DK-710100-1-2");
    }

    [Test]
    public async Task A_reversal_after_a_call_of_unknown_outcome_leaves_the_order_to_be_answered()
    {
        _fbs.RegistersBeforeItFails = true;
        _fbs.Failures.Enqueue(Drop);
        await OnAsync(Claim(1), Paid(1, "E1", 7000));
        await SendAsync();
        await OnAsync(Reversed(1, "E2", 7000));
        (await OrderAsync(1)).State.ShouldBe(OrderState.Pending);

        await OnAsync(Paid(1, "E3", 7000, day: 3));
        for (var i = 0; i < 3; i++)
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            await SendAsync();
        }

        (await ViewAsync(1)).Orders.ShouldAllBe(order => order.State == OrderState.Confirmed, "that FBS has it paid under our own first order is nobody's mistake");
        (await WorklistAsync()).Items.ShouldBeEmpty();
    }

    [Test]
    public async Task An_order_withdrawn_by_a_cancellation_is_sent_when_the_claim_is_in_force_again()
    {
        await OnAsync(Claim(1), Paid(1, "E1", 7000));
        await OnAsync(Money.Cancelled() with { ClaimId = Claim(1).ClaimId, FeeId = 1 });
        (await OrderAsync(1)).State.ShouldBe(OrderState.Withdrawn);

        await OnAsync(Claim(1) with { MessageId = Money.Message("v3"), Version = 3 });
        await SendAsync();
        (await OrderAsync(1)).State.ShouldBe(OrderState.Confirmed);
    }

    [Test]
    public async Task What_is_settled_and_reopened_within_one_batch_is_not_sent()
    {
        await OnAsync(Claim(1), Paid(1, "E1", 7000), Reversed(1, "E2", 7000));
        await SendAsync();
        _fbs.Calls.ShouldBeEmpty();
        (await ViewAsync(1)).Orders.ShouldBeEmpty();
    }

    private static CoverageReversed Reversed(long feeId, string entryId, long amountOre)
    {
        var claimId = DeterministicId.OfClaim(Money.Agency, feeId);
        return Money.Reversal(entryId, amountOre) with { MessageId = DeterministicId.Of(claimId, $"entry/{entryId}"), ClaimId = claimId, FeeId = feeId };
    }

    private static Task Drop(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static Task Answer(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }

    /// <summary>The store's times are the test's; how long a reply is waited for is real.</summary>
    private OrderSender NewSender(string url) => new(
        Orders, new FbsPayments(() => new HttpClient(new SocketsHttpHandler(), disposeHandler: true), url, TimeSpan.FromSeconds(2), TimeProvider.System),
        new PaymentsOptions { FbsLongestPause = TimeSpan.FromSeconds(10) }, Clock);

    private Task<int> SendAsync() => NewSender(_fbs.Url).SweepAsync(default);

    private async Task<OrderLine> OrderAsync(long feeId) => (await ViewAsync(feeId)).Orders[0];

    private async Task<long> PendingAsync() => (await new PaymentsAccounts(Store, TimeProvider.System).ReadAsync(fresh: true, default)).Municipalities["0101"].Pending;

    private async Task<long> UnansweredAsync() => (await new PaymentsAccounts(Store, Clock).ReadAsync(fresh: true, default)).Municipalities["0101"].Unanswered;

    private async Task ShouldBeClosedByAPersonAsync(string cause)
    {
        var item = (await WorklistAsync()).Items.ShouldHaveSingleItem();
        item.Cause.ShouldBe(cause);
        (await new PaymentsAccounts(Store, TimeProvider.System).ReadAsync(fresh: true, default)).Municipalities["0101"].Unmatched.ShouldBe(1);
        (await Orders.CloseAsync(item.Id, "anna", "refunded", Clock.GetUtcNow(), default)).ShouldBeTrue();
        (await Orders.CloseAsync(item.Id, "anna", "refunded", Clock.GetUtcNow(), default)).ShouldBeFalse();
        (await WorklistAsync()).Items.ShouldBeEmpty();
    }
}
