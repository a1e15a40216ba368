using System.Text.Json;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Support;
using Shouldly;
using static ClaimsTransfer.Routing.Tests.Saga.Claims;

namespace ClaimsTransfer.Routing.Tests.Saga;

public sealed class When_a_claim_is_noted
{
    [Test]
    public void Every_note_has_its_words_and_every_text_its_note() => NoteCodes.FaultsOf(typeof(ClaimNotes)).ShouldBeEmpty();

    [Test]
    public void Every_rule_and_every_reason_of_FBS_has_its_word()
    {
        string[] rules = [LiabilityPolicy.PausedRule, LiabilityPolicy.NotConfiguredRule, "Planned", "BeforeCutover", "BelowMinimum", .. Enum.GetNames<MinorPolicy>()];
        string[] reasons = ["itemReturned", "error", "complaint", "waived", "cprChange", "guardianAdded", "cameOfAge"];

        NoteCodes.FaultsOf([.. rules.Select(ClaimNotes.Held), .. reasons.Select(ClaimNotes.CancelledByFbs)]).ShouldBeEmpty();
    }

    [Test]
    public void A_hold_says_why_in_a_note_and_to_FBS_in_the_sentence_of_the_wire()
    {
        var journey = new Journey().On(Created(Child));

        journey.State.Why.ShouldBe(ClaimNotes.MinorWithoutGuardian("HoldForPerson", 12, new DateOnly(2026, 10, 22)));
        journey.Last.Effects.OfType<ClaimHeld>().Single().Explanation.ShouldBe("The borrower was 12 on 2026-10-22, no guardian is given.");
    }

    [Test]
    public void A_hold_from_before_its_note_was_kept_says_its_rule()
    {
        var held = JsonSerializer.Deserialize("""{"rule":"HoldForPerson","explanation":"The borrower was 12 on 2026-10-22, no guardian is given."}""", RoutingJson.Default.Hold)!;
        var claim = new Journey().On(Created(Child)).State with { Hold = held };

        claim.Why.ShouldBe(ClaimNotes.Held("HoldForPerson"));
        (claim with { Status = ClaimStatus.OutOfScope }).Why.ShouldBe(ClaimNotes.OutOfScope("HoldForPerson"));
    }
}
