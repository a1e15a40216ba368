using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Architecture.Wire;

/// <summary>An example is what most people read first, and copy.</summary>
public sealed class When_a_publisher_copies_an_example
{
    [TestCaseSource(typeof(WireMessages), nameof(WireMessages.All))]
    public void it_fits_its_schema(WireMessage message)
    {
        var validator = SchemaValidator.Of(Repository.Read(message.SchemaFile));

        validator.Faults(Example(message)).ShouldBeEmpty();
    }

    [TestCaseSource(typeof(WireMessages), nameof(WireMessages.All))]
    public void it_is_read_and_written_again_without_loss(WireMessage message)
    {
        var record = JsonSerializer.Deserialize(Repository.Read(message.ExampleFile), message.Json);
        var written = JsonSerializer.SerializeToNode(record, message.Json);

        var expected = SameInstants(Example(message));
        var actual = SameInstants(written!);
        JsonNode.DeepEquals(expected, actual).ShouldBeTrue($"{message.ExampleFile} says\n{expected}\nand comes out as\n{actual}");
    }

    [TestCaseSource(typeof(WireMessages), nameof(WireMessages.All))]
    public void its_claim_id_is_the_one_derived_from_agency_and_fee(WireMessage message)
    {
        var example = Example(message);
        if (example["claimId"] is not { } claimId)
        {
            typeof(IClaimMessage).IsAssignableFrom(message.Record).ShouldBeFalse();
            return;
        }

        ((Guid)claimId).ShouldBe(DeterministicId.OfClaim((string)example["agency"]!, (long)example["feeId"]!));
    }

    [TestCaseSource(typeof(WireMessages), nameof(WireMessages.All))]
    public void the_schema_notices_every_field_that_is_left_out_or_of_the_wrong_kind(WireMessage message)
    {
        var schema = JsonNode.Parse(Repository.Read(message.SchemaFile))!.AsObject();
        var validator = new SchemaValidator(schema);
        var required = schema["required"]!.AsArray().Select(name => (string)name!).ToList();
        required.ShouldContain("messageId");

        foreach (var field in required)
        {
            var without = Example(message);
            without.Remove(field);
            validator.Faults(without).ShouldContain(fault => fault.Contains(field, StringComparison.Ordinal));
        }

        foreach (var (field, _) in Example(message))
        {
            var wrong = Example(message);
            wrong[field] = new JsonArray(new JsonArray());
            validator.Faults(wrong).ShouldNotBeEmpty($"{field} as a list in a list should not pass");
        }
    }

    [TestCaseSource(typeof(WireMessages), nameof(WireMessages.All))]
    public void fields_that_nobody_knows_are_ignored(WireMessage message)
    {
        var example = Example(message);
        example["addedLater"] = "anything";

        SchemaValidator.Of(Repository.Read(message.SchemaFile)).Faults(example).ShouldBeEmpty();
        JsonSerializer.Deserialize(example, message.Json).ShouldNotBeNull();
    }

    private static JsonObject Example(WireMessage message) => JsonNode.Parse(Repository.Read(message.ExampleFile))!.AsObject();

    /// <summary>"Z" and "+00:00" are the same instant: both are read, the latter is written.</summary>
    private static JsonObject SameInstants(JsonNode message)
    {
        var copy = message.DeepClone().AsObject();
        copy["occurredAt"] = DateTimeOffset.Parse((string)copy["occurredAt"]!, CultureInfo.InvariantCulture).ToString("O", CultureInfo.InvariantCulture);
        return copy;
    }
}
