using System.Text.Json;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Asking;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Preview;
using ClaimsTransfer.Payments.Tests.Booking;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Preview;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_messages_are_previewed(Engine engine) : PaymentsFixture(engine)
{
    [Test]
    public async Task Each_is_forecast_as_it_would_be_booked()
    {
        await OnAsync(Claim(1), Claim(2), Paid(1, "E1", 3000));

        var forecasts = await ForecastAsync(
            Of(Paid(1, "E1", 3000)), Of(Paid(1, "E1", 3000) with { MessageId = Money.Message("again") }), Of(Paid(1, "E2", 4000)), Of(Paid(2, "E1", 3000) with { MessageId = Money.Message("other") }),
            Of(Nameless("E9")), Of(Claim(2) with { MessageId = Money.Message("late") }), Of(Paid(3, "E3", 500)));

        forecasts.Select(forecast => forecast.Outcome).ShouldBe(
        [
            ForecastOutcome.Duplicate, ForecastOutcome.Duplicate, ForecastOutcome.Apply, ForecastOutcome.Park, ForecastOutcome.Park, ForecastOutcome.Duplicate, ForecastOutcome.Apply,
        ]);
        forecasts[2].ShouldBe(new Forecast(ForecastOutcome.Apply, forecasts[2].Notes, DeterministicId.OfClaim(Money.Agency, 1), "0101", 7000));
        forecasts[2].Notes.ShouldBe([PaymentNotes.Books(EntryKind.Coverage, -4000), PaymentNotes.TellsSettled]);
        forecasts[3].Notes.ShouldBe([PaymentNotes.BookedElsewhere]);
        forecasts[6].AmountOre.ShouldBe(500);
    }

    [Test]
    public async Task A_reversal_of_what_is_booked_on_another_claim_is_not_booked_on_the_one_it_names()
    {
        await OnAsync(Claim(1), Claim(2), Paid(2, "E1", 3000));
        var reversal = Money.Reversal("R1", 3000) with { ClaimId = Claim(1).ClaimId, FeeId = 1, ReversesEntryId = "E1" };

        var forecasts = await ForecastAsync(Of(reversal), Of(reversal with { MessageId = Money.Message("right"), ClaimId = Claim(2).ClaimId, FeeId = 2 }));

        forecasts.Select(forecast => forecast.Outcome).ShouldBe([ForecastOutcome.Park, ForecastOutcome.Apply]);
        forecasts[0].Notes.ShouldBe([PaymentNotes.ToWorklist]);
    }

    [Test]
    public async Task Messages_of_one_claim_are_decided_one_after_the_other()
    {
        var forecasts = await ForecastAsync(Of(Claim(1)), Of(Paid(1, "E1", 7000)), Of(Paid(1, "E1", 7000) with { MessageId = Money.Message("again") }), Of(Claim(1)));

        forecasts.Select(forecast => forecast.Outcome).ShouldBe([ForecastOutcome.Apply, ForecastOutcome.Apply, ForecastOutcome.Duplicate, ForecastOutcome.Duplicate]);
        forecasts[1].Notes[^1].ShouldBe(PaymentNotes.TellsSettled);
    }

    [Test]
    public async Task Nothing_is_booked_and_nothing_sent()
    {
        await OnAsync(Claim(1));
        Publisher.Published.Clear();
        var before = await RowsAsync();

        (await ForecastAsync(Of(Paid(1, "E1", 7000)), Of(Claim(2)), Of(Nameless("E9")))).ShouldAllBe(forecast => forecast.Outcome != ForecastOutcome.Invalid);

        (await RowsAsync()).ShouldBe(before);
        before.ShouldBe((1, 1, 1, 0, 0));
        Publisher.Published.ShouldBeEmpty();
    }

    [Test]
    public async Task What_cannot_be_read_is_invalid_and_says_nothing_of_the_body()
    {
        var forecasts = await ForecastAsync(
            new PreviewMessage("transfer-claim", null, "{}"u8.ToArray()), new PreviewMessage(MessageNames.CoverageRegistered, null, """{"messageId":"0101011234"}"""u8.ToArray()),
            Of(Paid(1, "E1", -1)));

        forecasts.ShouldAllBe(forecast => forecast.Outcome == ForecastOutcome.Invalid && !Note.Write(forecast.Notes).Contains("0101011234"));
        forecasts[0].Notes.ShouldBe([Note.Quote("'transfer-claim' is not a message that Payments takes.")]);
    }

    private async Task<IReadOnlyList<Forecast>> ForecastAsync(params PreviewMessage[] messages) =>
        (await new Previews(new PaymentsStore(Store), new RecordedMessages(Store), Clock).ForecastAsync(messages, default)).All;

    private static PreviewMessage Of(IMessage message) =>
        new(Outbound.NameOf(message), message.MessageId.ToString(), JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.GetTypeInfo(message.GetType())!));

    private async Task<(long Accounts, long Versions, long Entries, long Unmatched, long Orders)> RowsAsync()
    {
        await using var connection = await Store.OpenAsync(default);
        Task<long> Number(string sql) => connection.ExecuteScalarAsync<long>(Store.Sql(sql));
        return (await Number("SELECT COUNT(*) FROM payments.accounts"), await Number("SELECT SUM(row_version) FROM payments.accounts"), await Number("SELECT COUNT(*) FROM payments.entries"),
            await Number("SELECT COUNT(*) FROM payments.unmatched"), await Number("SELECT COUNT(*) FROM payments.orders"));
    }
}
