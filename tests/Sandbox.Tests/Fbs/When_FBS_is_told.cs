using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Fbs;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Fbs;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_FBS_is_told(Engine engine)
{
    private const string Agency = "DK-710100";
    private const long Patron = 4711;

    private StoreForTests? stores;
    private FbsRecord record = null!;
    private FeeBook fees = null!;

    [SetUp]
    public async Task SetUpAsync()
    {
        stores = await StoreForTests.NewAsync(engine);
        await OpenAsync();
    }

    [TearDown]
    public async Task TearDownAsync()
    {
        if (stores is not null)
            await stores.DisposeAsync();
    }

    [Test]
    public async Task The_messages_of_a_fee_end_in_the_same_in_any_order_and_however_often()
    {
        Delivery[] messages =
        [
            Transferred(1, 1, 7_000), Transferred(1, 2, 5_000), Reconciled(1, 1, 3_000, "A"), Reconciled(1, 2, 0, "A", settled: true), Reconciled(1, 3, 5_000, "B"),
            Reconciled(1, 4, 0, "B", settled: true),
        ];
        var random = new Random(1);
        for (var times = 0; times < 12; times++)
        {
            await TearDownAsync();
            await SetUpAsync();
            var order = messages.Concat(messages.Take(3)).ToArray();
            random.Shuffle(order);
            foreach (var batch in order.Chunk(random.Next(1, 4)))
                await record.TakeAsync(batch, CancellationToken.None);

            (await fees.SummaryAsync(CancellationToken.None)).ShouldBe([new FbsSummary("0101", 1, 0, 0)]);
            (await fees.OfPatronAsync(Agency, Patron, CancellationToken.None)).Single().AmountOre.ShouldBe(5_000);
        }
    }

    [Test]
    public async Task Of_two_amounts_under_one_version_the_later_counts_in_either_order()
    {
        var (first, then) = (Transferred(1, 3, 23_000), Transferred(1, 3, 19_550, at: At.AddSeconds(1)));
        await TellAsync(then, first);
        await TellAsync(Transferred(2, 3, 23_000));
        await TellAsync(Transferred(2, 3, 19_550, at: At.AddSeconds(1)));

        (await OpenClaimsAsync("0101")).Select(claim => claim.AmountOre).ShouldBe([19_550, 19_550]);
    }

    [Test]
    public async Task Open_is_what_was_handed_over_and_is_neither_settled_nor_cancelled()
    {
        await TellAsync(
            Transferred(1, 1, 7_000), Transferred(2, 1, 2_000), Reconciled(2, 1, 500, "A2"), Transferred(3, 1, 900), Reconciled(3, 1, 0, "A3", settled: true),
            Transferred(4, 1, 800), Cancelled(4), Cancelled(5), Reconciled(6, 1, 10, "A6"), Transferred(7, 1, 70, "DK-775100"),
            // Settled, and cancelled afterwards.
            Transferred(8, 1, 80), Reconciled(8, 1, 0, "A8", settled: true), Cancelled(8));

        (await fees.SummaryAsync(CancellationToken.None)).ShouldBe([new FbsSummary("0101", 1, 2, 7_500), new FbsSummary("0751", 0, 1, 70)]);
        (await OpenClaimsAsync("0101")).ShouldBe([new OpenClaim(Agency, 1, 7_000), new OpenClaim(Agency, 2, 500)]);
    }

    [Test]
    public async Task More_open_claims_than_a_page_are_listed_once_each()
    {
        await TellAsync([.. Enumerable.Range(1, 2_500).Select(number => Transferred(number, 1, 100))]);

        (await OpenClaimsAsync("0101")).Select(claim => claim.FeeId).ShouldBe(Enumerable.Range(1, 2_500).Select(number => (long)number));
    }

    [Test]
    public async Task A_payment_is_registered_once_an_order_and_the_same_order_again_is_the_same_answer()
    {
        await TellAsync(Transferred(1, 1, 7_000), Transferred(2, 1, 100));

        var first = await PayAsync("A", 1, 2);
        first.ShouldAllBe(answer => answer.PaymentStatus == PaymentStatus.PaymentRegistered && answer.OrderId == "A" && answer.ConfirmationId != null);

        await OpenAsync();
        (await PayAsync("A", 1, 2)).ShouldBe(first);
        (await PayAsync("B", 1)).ShouldBe([new RegisteredPayment(1, "B", null, PaymentStatus.PaymentRegisteredByDifferentOrderId)]);
    }

    [Test]
    public async Task A_fee_that_is_unknown_cancelled_or_anothers_is_not_to_be_paid()
    {
        await TellAsync(Transferred(1, 1, 7_000), Transferred(2, 1, 100), Cancelled(2), Reconciled(3, 1, 0, "A", settled: true));

        (await PayAsync("A", 2, 3, 99)).ShouldAllBe(answer => answer.PaymentStatus == PaymentStatus.PaymentNotAllowedByClient && answer.ConfirmationId == null);
        (await fees.RegisterAsync(Agency, Patron + 1, "A", [1], CancellationToken.None)).Single().PaymentStatus.ShouldBe(PaymentStatus.PaymentNotAllowedByClient);
        (await PayAsync("A", 1)).Single().PaymentStatus.ShouldBe(PaymentStatus.PaymentRegistered);
    }

    [Test]
    public async Task Reopening_a_fee_releases_its_order_and_an_older_message_that_comes_late_does_not()
    {
        await TellAsync(Transferred(1, 1, 7_000));
        (await PayAsync("A", 1)).Single().PaymentStatus.ShouldBe(PaymentStatus.PaymentRegistered);

        await TellAsync(Reconciled(1, 1, 3_000, "A"));
        (await PayAsync("B", 1)).Single().PaymentStatus.ShouldBe(PaymentStatus.PaymentRegisteredByDifferentOrderId, "part of the payment that settled it, told late");
        await TellAsync(Reconciled(1, 2, 0, "A", settled: true));
        (await PayAsync("B", 1)).Single().PaymentStatus.ShouldBe(PaymentStatus.PaymentRegisteredByDifferentOrderId);

        await TellAsync(Reconciled(1, 3, 7_000, "A"));
        (await PayAsync("B", 1)).Single().PaymentStatus.ShouldBe(PaymentStatus.PaymentRegistered);
        (await PayAsync("A", 1)).Single().PaymentStatus.ShouldBe(PaymentStatus.PaymentRegisteredByDifferentOrderId);
    }

    [Test]
    public void A_message_that_lacks_a_field_is_the_culprit_alone() => Should.Throw<PermanentException>(
        () => record.TakeAsync([new Delivery(MessageNames.PaymentReconciled, "m", """{"messageId":"0f8fad5b-d9cb-469f-a165-70867728950e","agency":"DK-710100"}"""u8.ToArray())], CancellationToken.None));

    private async Task OpenAsync()
    {
        record = new FbsRecord(stores!.Stores.Open("sandbox_fbs"), TimeProvider.System);
        fees = new FeeBook(stores!.Stores.Open("sandbox_fbs"));
        await record.OpenAsync(CancellationToken.None);
    }

    private Task TellAsync(params Delivery[] messages) => record.TakeAsync(messages, CancellationToken.None);

    private Task<IReadOnlyList<RegisteredPayment>> PayAsync(string orderId, params long[] feeIds) => fees.RegisterAsync(Agency, Patron, orderId, feeIds, CancellationToken.None);

    private async Task<List<OpenClaim>> OpenClaimsAsync(string municipality)
    {
        var claims = new List<OpenClaim>();
        await foreach (var claim in fees.OpenClaimsAsync(municipality, CancellationToken.None))
            claims.Add(claim);
        return claims;
    }

    internal static Delivery Transferred(long feeId, int version, long amountOre, string agency = Agency, DateTimeOffset? at = null) => Message(
        MessageNames.ClaimTransferred, new ClaimTransferred(
            IdOf($"transferred/{feeId}/{version}/{amountOre}"), at ?? At, DeterministicId.OfClaim(agency, feeId), $"0{agency[4..7]}", agency, feeId, version, amountOre, "0101-X", null, Patron),
        MessageJson.Default.ClaimTransferred);

    internal static Delivery Reconciled(long feeId, int sequence, long balanceOre, string orderId, bool settled = false) => Message(
        MessageNames.PaymentReconciled, new PaymentReconciled(
            IdOf($"reconciled/{feeId}/{sequence}"), At, DeterministicId.OfClaim(Agency, feeId), "0101", Agency, feeId, 1, orderId, 100, balanceOre, settled, "app",
            new DateOnly(2026, 11, 23), Sequence: sequence), MessageJson.Default.PaymentReconciled);

    private static Delivery Cancelled(long feeId) => Message(
        MessageNames.ClaimCancelled, new ClaimCancelled(IdOf($"cancelled/{feeId}"), At, DeterministicId.OfClaim(Agency, feeId), "0101", Agency, feeId, 9, "error"),
        MessageJson.Default.ClaimCancelled);

    private static readonly DateTimeOffset At = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    private static Guid IdOf(string name) => DeterministicId.Create(DeterministicId.ClaimsTransfer, name);

    private static Delivery Message<T>(string name, T message, JsonTypeInfo<T> type) where T : IMessage =>
        new(name, message.MessageId.ToString(), JsonSerializer.SerializeToUtf8Bytes(message, type));
}
