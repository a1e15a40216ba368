using System.Text.Json.Nodes;
using Shouldly;

namespace ClaimsTransfer.Architecture.Wire;

public sealed class When_a_party_is_given
{
    private readonly SchemaValidator validator = SchemaValidator.Of(Repository.Read("contracts/wire/schemas/submit-claim.json"));

    [TestCase("""{ "cpr": "0101145678" }""")]
    [TestCase("""{ "cvr": "64942212", "name": "Eksempelskolen" }""")]
    [TestCase("""{ "cpr": null, "cvr": "64942212" }""")]
    public void one_number_identifies_it(string borrower) => FaultsWith(borrower).ShouldBeEmpty();

    [TestCase("""{ "name": "Nobody" }""")]
    [TestCase("""{ "cpr": null }""")]
    [TestCase("""{ "cpr": "0101145678", "cvr": "64942212" }""")]
    [TestCase("""{ "cpr": "010114-5678" }""")]
    [TestCase("""{ "cpr": 101145678 }""")]
    public void none_or_both_or_another_spelling_is_a_fault(string borrower) => FaultsWith(borrower).ShouldNotBeEmpty();

    private IReadOnlyList<string> FaultsWith(string borrower)
    {
        var claim = JsonNode.Parse(Repository.Read("contracts/wire/examples/submit-claim.json"))!.AsObject();
        claim["borrower"] = JsonNode.Parse(borrower);
        return validator.Faults(claim);
    }
}
