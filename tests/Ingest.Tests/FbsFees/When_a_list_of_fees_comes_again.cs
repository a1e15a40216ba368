using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Ingest.FbsFees;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.FbsFees;

/// <summary>The list of one patron, night after night: each fee is what it has become.</summary>
[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_a_list_of_fees_comes_again(Engine engine) : IngestFixture(engine)
{
    [Test]
    public async Task An_unchanged_fee_is_nothing()
    {
        await PostAsync(Fee(1, 10));
        World.Broker.Take();

        (await PostAsync(Fee(1, 10))).Outcome.ShouldBe(Outcome.Duplicate);
        (await PostAsync(Fee(1, 10, fee => fee["reasonMessage"] = "Gebyr, 2. rykker"))).Outcome.ShouldBe(Outcome.Duplicate);

        World.Broker.Published.ShouldBeEmpty();
        (await FiguresAsync()).ShouldBe(new IngestExpected(Lines: 3, Accepted: 1, Ore: 1000, Changes: 0, Duplicates: 2, Refused: 0));
    }

    [Test]
    public async Task A_fee_that_has_grown_is_adjusted_and_one_that_shrinks_again_too()
    {
        var first = (await PostAsync(Fee(1, 10))).ClaimId;
        World.Broker.Take();

        Answer[] answers = [await PostAsync(Fee(1, 55)), await PostAsync(Fee(1, 55)), await PostAsync(Fee(1, 10)), await PostAsync(Fee(1, 10))];

        answers.Select(answer => answer.Outcome).ShouldBe([Outcome.Change, Outcome.Duplicate, Outcome.Change, Outcome.Duplicate]);
        answers.ShouldAllBe(answer => answer.ClaimId == first);
        var adjusted = World.Broker.Take().Select(message => JsonSerializer.Deserialize(message.Body.Span, MessageJson.Default.ClaimAdjusted)!).ToList();
        adjusted.Select(change => (change.Version, change.NewAmountOre)).ShouldBe([(2, 5500L), (3, 1000L)]);
        adjusted.ShouldAllBe(change => change.ClaimId == first && change.FeeId == 1);
        (await FiguresAsync()).ShouldBe(new IngestExpected(Lines: 5, Accepted: 1, Ore: 1000, Changes: 2, Duplicates: 2, Refused: 0));
    }

    /// <summary>Which counts nobody can tell; taken one after the other, both would go to the debtor system every night.</summary>
    [Test]
    public async Task The_same_fee_twice_in_a_list_is_refused_unless_it_is_the_same()
    {
        (await PostAllAsync(Fee(1, 10), Fee(1, 55), Fee(2, 7))).Select(answer => answer.Outcome).ShouldBe([Outcome.Refused, Outcome.Refused, Outcome.Accepted]);
        (await PostAllAsync(Fee(3, 10), Fee(3, 10, Paid))).ShouldAllBe(answer => answer.Outcome == Outcome.Refused && answer.Faults!.Single().Field.StartsWith("fees[", StringComparison.Ordinal));
        (await PostAllAsync(Fee(4, 10), Fee(4, 10))).Select(answer => answer.Outcome).ShouldBe([Outcome.Accepted, Outcome.Duplicate]);
        (await FiguresAsync()).Ore.ShouldBe(1_700);
    }

    [TestCase("\"\"")]
    [TestCase("\"0001-01-01\"")]
    [TestCase("\"0001-01-01T00:00:00\"")]
    [TestCase("false")]
    [TestCase("\"i går\"")]
    public async Task What_is_no_day_of_payment_is_refused_and_not_taken_for_paid(string paidDate)
    {
        var answer = await PostAsync(Fee(1, 10, fee => fee["paidDate"] = JsonNode.Parse(paidDate)));

        answer.Outcome.ShouldBe(Outcome.Refused);
        answer.Faults.ShouldNotBeNull().ShouldHaveSingleItem().Field.ShouldBe("fees[0].paidDate");
    }

    [Test]
    public async Task A_guardian_who_is_named_later_changes_nothing_of_the_fee()
    {
        await PostAsync(Fee(1, 10));
        (await PostAsync(Fee(1, 55), guardian: Fbs.GuardianCpr)).Outcome.ShouldBe(Outcome.Change);
    }

    [Test]
    public async Task A_paid_fee_is_paid_whether_it_is_known_or_not()
    {
        await PostAsync(Fee(1, 10));
        World.Broker.Take();

        var answers = await PostAllAsync(Fee(1, 10, Paid), Fee(2, 70, Paid), Fee(2, 0, Paid));

        answers.ShouldAllBe(answer => answer.Outcome == Outcome.Paid);
        World.Broker.Published.ShouldBeEmpty();
        (await FiguresAsync()).ShouldBe(new IngestExpected(Lines: 4, Accepted: 1, Ore: 1000, Changes: 0, Duplicates: 3, Refused: 0));
    }

    private static void Paid(JsonObject fee) => fee["paidDate"] = "2026-11-20";

    [TestCase("70.10000000000001", 7010)]
    [TestCase("70.09999999999999", 7010)]
    [TestCase("0.30000000000000004", 30)]
    [TestCase("1E2", 10_000)]
    public async Task What_a_double_leaves_behind_is_no_money(string amount, long ore)
    {
        (await PostAsync(Fee(1, 1, fee => fee["amount"] = JsonNode.Parse(amount)))).Outcome.ShouldBe(Outcome.Accepted);
        (await FiguresAsync()).Ore.ShouldBe(ore);
    }

    [TestCase("70.105", "70.105")]
    [TestCase("70.1050000001", "70.1050000001")]
    [TestCase("0101701234", "******")]
    public async Task A_refused_amount_names_its_fee_and_is_shown_unless_it_may_be_somebodys_number(string amount, string shown)
    {
        var answer = amount[0] == '0'
            ? await PostAsync(Fee(434546, 1, fee => fee["amount"] = amount))
            : await PostAsync(Fee(434546, 1, fee => fee["amount"] = JsonNode.Parse(amount)));

        answer.FeeId.ShouldBe(434546);
        var fault = answer.Faults.ShouldNotBeNull().ShouldHaveSingleItem();
        (fault.Field, fault.Value).ShouldBe(("fees[0].amount", shown));
        World.Broker.Take().ShouldHaveSingleItem().Name.ShouldBe(MessageNames.ClaimRefused);
    }

    /// <summary>FBS would take a refusal for one of the claim, which stands transferred.</summary>
    [Test]
    public async Task Nothing_of_a_known_claim_is_refused_towards_FBS()
    {
        await PostAsync(Fee(1, 10));
        await World.FromBrokerAsync(Fbs.Submit(2).Incoming());
        await PostAsync(Fee(3, 10));
        await World.FromBrokerAsync(Fbs.Cancel(3).Incoming());
        await PostAsync(Fee(4, 10));
        await World.FromBrokerAsync(Fbs.Adjust(4, amountOre: 2000).Incoming());
        World.Broker.Take();

        string[] reasons =
        [
            await ReasonAsync(Fee(1, 10.005m)),
            await ReasonAsync(Fee(1, 55), cpr: "0202701234"),
            await ReasonAsync(Fee(2, 71)),
            await ReasonAsync(Fee(3, 20)),
            await ReasonAsync(Fee(4, 30)),
        ];

        reasons.ShouldBe(
        [
            "has more than two decimals: there is no smaller coin than one øre", "conflict: this fee has come before for another borrower",
            "conflict: by a message of FBS's own the claim is for 70.00 kr.; what came by messages is changed by messages",
            "conflict: the claim for this fee has been cancelled since",
            "conflict: by a message of FBS's own the claim is for 20.00 kr.; what came by messages is changed by messages",
        ]);
        World.Broker.Published.ShouldBeEmpty();
        (await World.Relay.SweepAsync(default)).ShouldBe(0);
        World.Broker.Published.ShouldBeEmpty();
        (await FiguresAsync()).Refused.ShouldBe(5);

        async Task<string> ReasonAsync(JsonObject fee, string cpr = Fbs.Cpr)
        {
            World.Clock.Advance(TimeSpan.FromHours(1));
            var answer = await PostAsync(fee, cpr);
            answer.Outcome.ShouldBe(Outcome.Refused);
            return answer.Faults.ShouldNotBeNull().ShouldHaveSingleItem().Reason;
        }
    }

    [Test]
    public async Task A_message_with_the_same_amount_is_the_same_claim()
    {
        await World.FromBrokerAsync(Fbs.Submit(2).Incoming());
        (await PostAsync(Fee(2, 70))).Outcome.ShouldBe(Outcome.Duplicate);
    }

    [Test]
    public async Task A_crash_before_the_answer_makes_no_second_adjustment()
    {
        await PostAsync(Fee(1, 10));
        World.Broker.IsDown = true;
        (await PostAsync(Fee(1, 55))).Outcome.ShouldBe(Outcome.Change);
        World.Broker.IsDown = false;
        World.Broker.Take();

        (await PostAsync(Fee(1, 55))).Outcome.ShouldBe(Outcome.Duplicate);
        World.Clock.Advance(TimeSpan.FromHours(1));
        await World.Relay.SweepAsync(default);

        World.Broker.Take().ShouldHaveSingleItem().Name.ShouldBe(MessageNames.ClaimAdjusted);
    }

    private static JsonObject Fee(long feeId, decimal kroner, Action<JsonObject>? change = null)
    {
        var fee = new JsonObject
        {
            ["feeId"] = feeId, ["type"] = "fee", ["reasonMessage"] = "Gebyr", ["amount"] = kroner, ["dueDate"] = "2026-12-08", ["creationDate"] = "2026-11-06",
            ["paidDate"] = null, ["payableByClient"] = true, ["materials"] = new JsonArray(),
        };
        change?.Invoke(fee);
        return fee;
    }

    private async Task<Answer> PostAsync(JsonObject fee, string cpr = Fbs.Cpr, string? guardian = null) => (await PostAllAsync(cpr, guardian, fee)).ShouldHaveSingleItem();

    private Task<IReadOnlyList<Answer>> PostAllAsync(params JsonObject[] fees) => PostAllAsync(Fbs.Cpr, null, fees);

    private Task<IReadOnlyList<Answer>> PostAllAsync(string cpr, string? guardian, params JsonObject[] fees)
    {
        var body = new JsonObject
        {
            ["agency"] = "DK-710100", ["borrower"] = new JsonObject { ["cpr"] = cpr, ["name"] = Fbs.Name },
            ["guardian"] = guardian is null ? null : new JsonObject { ["cpr"] = guardian, ["name"] = "Gunnar Værge" }, ["fees"] = new JsonArray([.. fees]),
        };
        var read = new FeesReader(World.Sealer, World.Municipalities).Read(Encoding.UTF8.GetBytes(body.ToJsonString()), isTooLong: false, World.Clock.GetUtcNow(), null);
        return World.Handler.HandleAsync(read, new Intake("http/1", IsRedelivered: false), default);
    }

    private async Task<IngestExpected> FiguresAsync()
    {
        var figures = (await World.Accounting.ReadAsync(isLive: false, default)).Municipalities["0101"];
        return new IngestExpected(figures.Lines, figures.Accepted, figures.AcceptedOre, figures.Changes, figures.Duplicates, figures.Refused);
    }

    private sealed record IngestExpected(long Lines, long Accepted, long Ore, long Changes, long Duplicates, long Refused);
}
