using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Ingest.Preview;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Preview;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_messages_are_previewed(Engine engine) : IngestFixture(engine)
{
    [Test]
    public async Task Each_is_forecast_as_the_intake_would_decide_it()
    {
        await World.FromBrokerAsync(Fbs.Submit(1).Incoming());

        var forecasts = await ForecastAsync(
            Of(Fbs.Submit(1)), Of(Fbs.Submit(2)), Of(Fbs.Adjust(1), MessageNames.AdjustClaim), Of(Fbs.Submit(3, message => message["borrower"]!["cpr"] = "3102011234")), Of(Fbs.Submit(2)),
            Of(Fbs.Submit(1, message => message["amountOre"] = 1)));

        forecasts.Select(forecast => forecast.Outcome).ShouldBe(
            [ForecastOutcome.Duplicate, ForecastOutcome.Apply, ForecastOutcome.Apply, ForecastOutcome.Invalid, ForecastOutcome.Duplicate, ForecastOutcome.Invalid]);
        forecasts[1].Notes.ShouldBe([IngestNotes.NewClaim]);
        forecasts[1].ShouldBe(new Forecast(ForecastOutcome.Apply, forecasts[1].Notes, DeterministicId.OfClaim("DK-710100", 2), "0101", 7000));
        forecasts[2].AmountOre.ShouldBe(5000);
        forecasts[3].Faults.ShouldHaveSingleItem().Field.ShouldBe("borrower.cpr");
        forecasts[5].Faults.ShouldHaveSingleItem().Why.ShouldBe(FaultNotes.IdTaken);
    }

    [Test]
    public async Task A_body_that_lies_sealed_on_the_error_queue_is_opened_first_and_nothing_personal_is_said_of_it()
    {
        var sealedBody = World.BodySealer.Seal(Encoding.UTF8.GetBytes(Fbs.Submit(1).ToJsonString())).ToArray();
        var faulty = World.BodySealer.Seal(Encoding.UTF8.GetBytes(Fbs.Submit(2, message => message["borrower"]!["cpr"] = "3102011234").ToJsonString())).ToArray();

        var forecasts = await ForecastAsync(new PreviewMessage(MessageNames.SubmitClaim, null, sealedBody), new PreviewMessage(MessageNames.SubmitClaim, null, faulty));

        forecasts[0].Outcome.ShouldBe(ForecastOutcome.Apply);
        forecasts[1].Outcome.ShouldBe(ForecastOutcome.Invalid);
        forecasts[1].ToString().ShouldNotContain("3102011234");
        forecasts[1].Faults!.Single().ToString().ShouldNotContain("3102011234");
    }

    [Test]
    public async Task Nothing_is_recorded_and_nothing_answered()
    {
        await World.FromBrokerAsync(Fbs.Submit(1).Incoming());
        World.Broker.Take();
        var before = await RowsAsync();

        await ForecastAsync(Of(Fbs.Submit(1)), Of(Fbs.Submit(2)), Of(Fbs.Adjust(1), MessageNames.AdjustClaim), new PreviewMessage(null, null, "not json"u8.ToArray()));

        (await RowsAsync()).ShouldBe(before);
        before.ShouldBe((1, 1, 1, 1));
        World.Broker.Published.ShouldBeEmpty();
    }

    private async Task<IReadOnlyList<Forecast>> ForecastAsync(params PreviewMessage[] messages) => (await World.Previews.ForecastAsync(messages, default)).All;

    private static PreviewMessage Of(JsonObject message, string name = MessageNames.SubmitClaim) => new(name, (string?)message["messageId"], Encoding.UTF8.GetBytes(message.ToJsonString()));

    private async Task<(long Messages, long Times, long Answers, long Lines)> RowsAsync()
    {
        await using var connection = await World.Store.OpenAsync(default);
        Task<long> Number(string sql) => connection.ExecuteScalarAsync<long>(World.Store.Sql(sql));
        return (await Number("SELECT COUNT(*) FROM ingest.messages"), await Number("SELECT SUM(times) FROM ingest.messages"), await Number("SELECT COUNT(*) FROM ingest.answers"),
            await Number("SELECT SUM(lines) FROM ingest.intake"));
    }
}
