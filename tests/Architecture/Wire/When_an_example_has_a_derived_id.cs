using System.Text.Json;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Architecture.Wire;

/// <summary>Whoever writes a connector in another language checks its ids against the examples: they are what the catalogue says.</summary>
public sealed class When_an_example_has_a_derived_id
{
    [TestCase(MessageNames.CoverageRegistered)]
    [TestCase(MessageNames.CoverageReversed)]
    [TestCase(MessageNames.WriteOffRegistered)]
    [TestCase(MessageNames.DebtorAccountChanged)]
    public void an_entrys_follows_from_its_claim_and_its_own_id(string name)
    {
        var example = Example(name);
        Id(example, "messageId").ShouldBe(DeterministicId.Of(Id(example, "claimId"), $"entry/{example.GetProperty("entryId").GetString()}"));
    }

    [Test]
    public void an_outcomes_follows_from_its_instruction()
    {
        var example = Example(MessageNames.TransferReported);
        example.GetProperty("outcome").GetString().ShouldBe("accepted");
        Id(example, "messageId").ShouldBe(DeterministicId.Of(Id(example, "instructionId"), "accepted"));
    }

    [TestCase(MessageNames.TransferClaim)]
    [TestCase(MessageNames.TransferReported)]
    public void a_claims_follows_from_agency_and_fee(string name)
    {
        var example = Example(name);
        Id(example, "claimId").ShouldBe(DeterministicId.OfClaim(example.GetProperty("agency").GetString()!, example.GetProperty("feeId").GetInt64()));
    }

    private static JsonElement Example(string name) => JsonDocument.Parse(Repository.Read($"contracts/wire/examples/{name}.json")).RootElement;

    private static Guid Id(JsonElement example, string field) => example.GetProperty(field).GetGuid();
}
