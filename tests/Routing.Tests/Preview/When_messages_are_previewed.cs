using System.Text;
using System.Text.Json;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Preview;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Tests.Journal;
using ClaimsTransfer.Routing.Tests.Saga;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Preview;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_messages_are_previewed(Engine engine) : RoutingFixture(engine)
{
    [Test]
    public async Task Each_is_forecast_as_it_would_be_decided()
    {
        await Handler.HandleAsync([Deliver(Claim(1))], default);

        var forecasts = await ForecastAsync(Of(Claim(1)), Of(Claim(2)), Of(Change(1, 3)), Of(Change(1, 1)));

        forecasts.Select(forecast => forecast.Outcome).ShouldBe([ForecastOutcome.Duplicate, ForecastOutcome.Apply, ForecastOutcome.Park, ForecastOutcome.Duplicate]);
        forecasts[1].ShouldBe(new Forecast(ForecastOutcome.Apply, forecasts[1].Notes, Claim(2).ClaimId, "0101", 7000));
        forecasts[1].Notes.ShouldBe([ClaimNotes.Received, ClaimNotes.Sent(InstructionKind.Register)]);
        forecasts[2].Notes.ShouldBe([ClaimNotes.WaitsFor(2)]);
        forecasts[3].Notes.ShouldBe([ClaimNotes.OldVersion(1, 1)]);
    }

    [Test]
    public async Task Messages_of_one_claim_are_decided_one_after_the_other()
    {
        var forecasts = await ForecastAsync(Of(Change(1, 2)), Of(Claim(1)), Of(Claim(1)), Of(Change(1, 3)));

        forecasts.Select(forecast => forecast.Outcome).ShouldBe([ForecastOutcome.Park, ForecastOutcome.Apply, ForecastOutcome.Duplicate, ForecastOutcome.Apply]);
        forecasts[1].AmountOre.ShouldBe(5000, "the change that waited takes effect with the claim");
    }

    [Test]
    public async Task Nothing_is_saved_and_nothing_sent()
    {
        await Handler.HandleAsync([Deliver(Claim(1))], default);
        Publisher.Published.Clear();
        var before = await StoredAsync();

        (await ForecastAsync(Of(Claim(2)), Of(Change(1, 2)), Of(Change(3, 2)), new PreviewMessage("nonsense", null, [])))
            .Count(forecast => forecast.Outcome is ForecastOutcome.Apply or ForecastOutcome.Park).ShouldBe(3);

        (await StoredAsync()).ShouldBe(before);
        Publisher.Published.ShouldBeEmpty();
        before.ShouldBe((1, 1, 1));
    }

    [Test]
    public async Task What_cannot_be_read_or_decided_is_invalid_and_says_nothing_of_the_body()
    {
        var forecasts = await ForecastAsync(
            new PreviewMessage("no-such-message", null, "{}"u8.ToArray()), new PreviewMessage(MessageNames.ClaimCreated, null, "{"u8.ToArray()), new PreviewMessage(MessageNames.ClaimCreated, null, null),
            new PreviewMessage(MessageNames.ClaimCreated, null, Encoding.UTF8.GetBytes("""{"messageId":"0101011234"}""")),
            Of(MessageNames.ClaimCreated, Claim(5) with { Borrower = null! }));

        forecasts.ShouldAllBe(forecast => forecast.Outcome == ForecastOutcome.Invalid);
        forecasts[0].Notes.ShouldBe([Note.Quote("'no-such-message' is not a message that Routing takes.")]);
        forecasts.ShouldAllBe(forecast => !Note.Write(forecast.Notes).Contains("0101011234"));
        forecasts[4].ClaimId.ShouldBe(Claim(5).ClaimId);
    }

    [Test]
    public async Task An_instruction_is_worth_sending_while_the_claim_awaits_its_outcome()
    {
        await Handler.HandleAsync([Deliver(Claim(1))], default);
        var instruction = JsonSerializer.Deserialize(Publisher.Published.Single().Body.Span, MessageJson.Default.TransferClaim)!;
        var question = instruction with { MessageId = Claims.Message("q"), InstructionId = Claims.Message("q"), Instruction = InstructionKind.Find, About = instruction.InstructionId };
        var other = instruction with { InstructionId = Claims.Message("other") };
        var unknown = instruction with { ClaimId = Claims.Message("unknown") };
        PreviewMessage[] all = [.. new[] { instruction, question, other, unknown }.Select(message => Of(MessageNames.TransferClaim, message)), new(MessageNames.TransferClaim, null, "[]"u8.ToArray())];

        (await ForecastAsync(all)).Select(forecast => forecast.Outcome)
            .ShouldBe([ForecastOutcome.Apply, ForecastOutcome.Apply, ForecastOutcome.Duplicate, ForecastOutcome.Invalid, ForecastOutcome.Invalid]);

        var state = await StateOf(1);
        await Handler.HandleAsync([Deliver(Claims.Reported(state, TransferOutcome.Accepted) with { ClaimId = state.ClaimId, FeeId = 1 })], default);
        var after = await ForecastAsync(all[0], all[1]);
        after.ShouldAllBe(forecast => forecast.Outcome == ForecastOutcome.Duplicate && forecast.Notes.Single() == ClaimNotes.OutcomeNotAwaited && forecast.AmountOre == 7000);
    }

    private async Task<IReadOnlyList<Forecast>> ForecastAsync(params PreviewMessage[] messages) =>
        (await new Previews(new RoutingStore(Store), new ClaimSaga(Claims.Deadlines), new Defaults.Municipalities.Municipalities([Claims.Copenhagen]), Clock)
            .ForecastAsync(messages, default)).All;

    private async Task<(long Claims, long Journal, long Versions)> StoredAsync()
    {
        await using var connection = await Store.OpenAsync(default);
        return (await connection.ExecuteScalarAsync<long>(Store.Sql("SELECT COUNT(*) FROM routing.claims")), await connection.ExecuteScalarAsync<long>(Store.Sql("SELECT COUNT(*) FROM routing.journal")),
            await connection.ExecuteScalarAsync<long>(Store.Sql("SELECT SUM(row_version) FROM routing.claims")));
    }

    private static PreviewMessage Of(IClaimMessage message) => Of(EventName.Of(message), message);

    private static PreviewMessage Of(string name, IClaimMessage message) =>
        new(name, message.MessageId.ToString(), JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.GetTypeInfo(message.GetType())!));

    private static ClaimAdjusted Change(int number, int version) => Claims.Adjusted(version, 5000) with
    {
        ClaimId = DeterministicId.OfClaim(Claims.Agency, number), FeeId = number, MessageId = Claims.Message($"adjusted/{number}/{version}"),
    };
}
