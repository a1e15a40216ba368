using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Reading;

public sealed class When_a_message_is_good
{
    private readonly ClaimReader _reader = new(new PlainSealer(), World.Municipalities);

    [Test]
    public void Every_field_is_read()
    {
        var read = _reader.Read(Fbs.Submit().Incoming());
        read.Faults.ShouldBeEmpty();
        var claim = read.Message.ShouldBeOfType<SubmitClaim>();
        (claim.FeeId, claim.AmountOre, claim.CreatedOn, claim.DueOn, claim.Branch).ShouldBe((434536, 7000, new DateOnly(2026, 10, 22), new DateOnly(2026, 11, 22), "DK-710111"));
        (claim.Borrower.Cpr, claim.Borrower.Name, claim.Guardian!.Cpr).ShouldBe((Fbs.Cpr, Fbs.Name, Fbs.GuardianCpr));
        claim.Materials!.ShouldHaveSingleItem().ShouldBe(new Material("5237124059", "48724566", "standard", "En titel"));
        (read.Addressed.Municipality, read.Addressed.ClaimId).ShouldBe(("0101", DeterministicId.OfClaim("DK-710100", 434536)));
    }

    [Test]
    public void What_may_be_left_out_may_be_null_as_well()
    {
        foreach (var field in new[] { "reason", "dueOn", "branch", "guardian", "materials" })
        {
            _reader.Read(Fbs.Submit(change: message => message.Remove(field)).Incoming()).Message.ShouldNotBeNull(field);
            _reader.Read(Fbs.Submit(change: message => message[field] = null).Incoming()).Message.ShouldNotBeNull(field);
        }
    }

    [Test]
    public void FBS_s_own_id_of_the_borrower_is_carried_on() =>
        ((SubmitClaim)_reader.Read(Fbs.Submit(change: message => message["patronId"] = 271828).Incoming()).Message!).PatronId.ShouldBe(271828);

    [TestCase("0101361111", Description = "no modulus 11")]
    [TestCase("6101011234", Description = "a replacement number: day + 60")]
    [TestCase("2902004234", Description = "29 February 2000")]
    public void A_number_of_every_kind_is_taken(string cpr) =>
        _reader.Read(Fbs.Submit(change: message => message["borrower"]!["cpr"] = cpr).Incoming()).Faults.ShouldBeEmpty();

    [Test]
    public void An_organisation_is_taken_by_its_cvr() =>
        _reader.Read(Fbs.Submit(change: message =>
        {
            message.Remove("guardian");
            message["borrower"] = new JsonObject { ["cvr"] = "64942212", ["name"] = "Skolen" };
        }).Incoming()).Faults.ShouldBeEmpty();

    [Test]
    public void Unknown_fields_and_unknown_types_are_taken() =>
        _reader.Read(Fbs.Submit(change: message =>
        {
            message["type"] = "coffee";
            message["colour"] = new JsonObject { ["rgb"] = new JsonArray(1, 2.5, "x") };
        }).Incoming()).Faults.ShouldBeEmpty();

    [Test]
    public void Another_spelling_of_the_same_is_the_same()
    {
        var compact = _reader.Read(Fbs.Submit().Incoming());
        var reordered = new JsonObject(Fbs.Submit().Reverse().Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
        var spaced = _reader.Read(new Incoming(Encoding.UTF8.GetBytes(reordered.ToJsonString(new() { WriteIndented = true }))));
        (spaced.Id, spaced.Content).ShouldBe((compact.Id, compact.Content));
    }

    [Test]
    public void Other_content_is_another_fingerprint()
    {
        var first = _reader.Read(Fbs.Submit().Incoming());
        _reader.Read(Fbs.Submit(change: message => message["borrower"]!["name"] = "Anna").Incoming()).Content.ShouldNotBe(first.Content);
        _reader.Read(Fbs.Submit(change: message => message["occurredAt"] = "2026-11-22T07:00:00+01:00").Incoming()).Content.ShouldBe(first.Content);
    }

    [TestCase("Lånt af 010101-1234 i går", "Lånt af ****** i går")]
    [TestCase("1505801234", "******")]
    [TestCase("(15 05 80 - 1234)", "(******)")]
    [TestCase("x0101011234y", "x******y")]
    [TestCase("Bog 5237124059 og ISBN 9788702012345", "Bog 5237124059 og ISBN 9788702012345")]
    public void A_number_in_the_text_is_not_carried_on(string reason, string carried) =>
        ((SubmitClaim)_reader.Read(Fbs.Submit(change: message => message["reason"] = reason).Incoming()).Message!).Reason.ShouldBe(carried);
}
