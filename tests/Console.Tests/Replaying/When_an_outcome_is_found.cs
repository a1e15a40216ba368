using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Replaying;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Replaying;

public sealed class When_an_outcome_is_found
{
    private static readonly Guid Message = new("0f8fad5b-d9cb-469f-a165-70867728950e");
    private static readonly Guid Claim = new("7c9e6679-7425-40de-944b-e07fc1f90ae7");

    /// <summary>service, what it has on record (outcome/status; none: nothing), the claim's category (none: Routing knows none), whether this message is among its dead letters, seconds, outcome.</summary>
    [TestCase(null, null, null, false, 9, null)]
    [TestCase(null, null, null, false, 10, "Delivered")]
    [TestCase("Ingest", null, "Transferred", false, 60, null, Description = "not on record yet")]
    [TestCase("Ingest", "refused", "Transferred", false, 1, "Refused")]
    [TestCase("Ingest", "Refused", null, false, 1, "Refused")]
    [TestCase("Ingest", "accepted", null, false, 60, null, Description = "Routing has not heard of it")]
    [TestCase("Ingest", "accepted", "InFlight", false, 60, null)]
    [TestCase("Ingest", "accepted", "Transferred", false, 60, "Transferred")]
    [TestCase("Ingest", "accepted", "Rejected", false, 60, "Rejected")]
    [TestCase("Ingest", "accepted", "Held", false, 60, "Held")]
    [TestCase("Ingest", "accepted", "OutOfScope", false, 60, "OutOfScope")]
    [TestCase("Ingest", "accepted", "Cancelled", false, 60, "Cancelled")]
    [TestCase("Ingest", "accepted", "Unknown", false, 60, "Unknown")]
    [TestCase("Ingest", "accepted", "DeadLettered", false, 60, "Handled")]
    [TestCase("Routing", "", "DeadLettered", true, 60, null, Description = "it came back: the collector tells")]
    [TestCase("Routing", "", "Awaited", false, 60, "Handled")]
    [TestCase("Routing", "", "InFlight", false, 60, null)]
    [TestCase("Payments", "", "Transferred", false, 60, "Transferred")]
    [TestCase("KmdOpus", null, null, false, 60, null)]
    [TestCase("KmdOpus", "/DeadLettered", "DeadLettered", true, 60, null)]
    [TestCase("KmdOpus", null, "Transferred", false, 1, "Transferred", Description = "its answer has come: Routing has taken it off")]
    [TestCase("Prisme", "/Taken", "InFlight", false, 60, null)]
    [TestCase("Prisme", "/Taken", "DeadLettered", false, 60, null)]
    [TestCase("Prisme", "/Unclear", "DeadLettered", false, 60, null)]
    [TestCase("OesIndsigt", "/Reported", "DeadLettered", false, 60, "Handled")]
    public void it_is_what_the_claim_has_come_to(string? service, string? recorded, string? category, bool isItsDeadLetter, int seconds, string? outcome)
    {
        var parts = recorded?.Split('/');
        var record = parts is null ? null : new RecordedMessage(Message, Claim, null, null, parts[0], parts.ElementAtOrDefault(1));
        var standing = category is null ? null : new ClaimStanding { ClaimId = Claim, Status = category, Category = category, Version = 1, DeadLetters = isItsDeadLetter ? [Message] : [Guid.Empty] };

        OutcomeRules.Of(service, Message, Claim, 1, record, standing, TimeSpan.FromSeconds(seconds))?.Name.ShouldBe(outcome);
        (OutcomeRules.Of(service, Message, Claim, 1, record, standing, TimeSpan.FromSeconds(seconds)) is null).ShouldBe(outcome is null);
    }

    [TestCase(5, null)]
    [TestCase(31, "Transferred", Description = "a version that Routing had no use for")]
    public void a_claim_that_still_stands_as_before_is_waited_for(int seconds, string? outcome)
    {
        var standing = new ClaimStanding { Status = "Transferred", Category = "Transferred", Version = 1 };
        var record = new RecordedMessage(Message, Claim, null, null, "accepted", null);
        OutcomeRules.Of("Ingest", Message, Claim, 2, record, standing, TimeSpan.FromSeconds(seconds))?.Name.ShouldBe(outcome);
        (OutcomeRules.Of("Ingest", Message, Claim, 2, record, standing, TimeSpan.FromSeconds(seconds)) is null).ShouldBe(outcome is null);
        OutcomeRules.Of("Ingest", Message, Claim, 2, record, standing with { Version = 2 }, TimeSpan.Zero)!.Name.ShouldBe("Transferred");
    }

    [Test]
    public void a_message_without_a_claim_is_handled_when_it_is_on_record()
    {
        OutcomeRules.Of("Payments", Message, null, null, new RecordedMessage(Message, null, null, null, "matched", null), null, default)!.Name.ShouldBe(Outcomes.Handled);
        OutcomeRules.Of("Payments", Message, null, null, null, null, TimeSpan.FromHours(1)).ShouldBeNull();
    }

    [Test]
    public void a_message_without_an_id_counts_as_delivered() =>
        OutcomeRules.Of("Routing", null, Claim, null, null, null, TimeSpan.FromSeconds(10))!.Name.ShouldBe(Outcomes.Delivered);

    [Test]
    public void the_claim_s_reason_goes_before_the_service_s_note()
    {
        var (reason, note) = (Note.Of("claim.held", ("rule", "HoldForPerson")), Note.Of("claim.received"));
        var record = new RecordedMessage(Message, Claim, null, [note], null, null);
        OutcomeRules.Of("Routing", Message, Claim, null, record, new ClaimStanding { Status = "Held", Category = "Held", Why = reason }, default)!.Notes.ShouldBe([reason]);
        OutcomeRules.Of("Routing", Message, Claim, null, record, new ClaimStanding { Status = "Held", Category = "Held" }, default)!.Notes.ShouldBe([note]);
    }
}
