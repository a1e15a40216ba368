using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using Shouldly;
using static ClaimsTransfer.Routing.Tests.Saga.Claims;

namespace ClaimsTransfer.Routing.Tests.Saga;

/// <summary>What a vendor's clock says is kept, and decides nothing beyond our own.</summary>
public sealed class When_a_vendors_clock_is_wrong
{
    private static readonly DateTimeOffset NextCentury = Start.AddYears(100);

    [Test]
    public void A_report_from_the_next_century_does_not_silence_every_dead_letter_after_it()
    {
        var journey = new Journey().On(Created());
        journey.On(Reported(journey.State, TransferOutcome.Pending) with { OccurredAt = NextCentury });
        journey.State.DueAt.ShouldBe(new Journey().On(Created()).Reported(TransferOutcome.Pending).State.DueAt, "our deadlines are counted by our clock");

        journey.TimerAfter(TimeSpan.FromHours(1));
        journey.On(DeadLettered() with { OccurredAt = journey.Now });

        journey.State.DeadLetters.ShouldNotBeEmpty();
    }

    [Test]
    public void An_account_status_from_the_next_century_does_not_outlast_every_one_after_it()
    {
        var journey = new Journey().Registered();
        journey.On(Account(DebtorAccountStatus.InCollection) with { OccurredAt = NextCentury });
        journey.State.InCollection.ShouldBeTrue();

        journey.TimerAfter(TimeSpan.FromDays(1));
        journey.On(Account(DebtorAccountStatus.Recalled) with { OccurredAt = journey.Now });

        journey.State.InCollection.ShouldBeFalse();
    }

    [Test]
    public void One_a_little_ahead_still_says_in_which_order_it_did_things()
    {
        var journey = new Journey().Registered();
        journey.On(Account(DebtorAccountStatus.Recalled) with { OccurredAt = Start.AddMinutes(6) });
        journey.On(Account(DebtorAccountStatus.InCollection) with { OccurredAt = Start.AddMinutes(5) });

        journey.State.InCollection.ShouldBeFalse();
        journey.Last.Verdict.ShouldBe(Verdict.Ignored);
    }
}
