using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Support;
using Shouldly;
using static ClaimsTransfer.Routing.Tests.Saga.Claims;

namespace ClaimsTransfer.Routing.Tests.Saga;

/// <summary>Random lives of a claim: the seed is the test's name, so a failure can be repeated.</summary>
public sealed class Whatever_order_messages_come_in
{
    [Test]
    public void FBS_s_changes_end_in_the_same_wish([Range(1, 200)] int seed)
    {
        var random = new Random(seed);
        var changes = new List<IClaimMessage> { Created() };
        var last = random.Next(2, 8);
        for (var version = 2; version <= last; version++)
        {
            changes.Add(random.Next(10) switch
            {
                0 => Withdrawn(version),
                1 or 2 => LiableParty(version, Guardian),
                _ => Adjusted(version, random.Next(1, 100) * 100),
            });
        }

        var inOrder = Play(changes, answer: null);
        var shuffled = changes.Concat(changes.Where(_ => random.Next(3) == 0)).ToArray();
        random.Shuffle(shuffled);
        var disordered = Play(shuffled, answer: random);

        disordered.Version.ShouldBe(last);
        disordered.AmountOre.ShouldBe(inOrder.AmountOre);
        disordered.Cancellation.ShouldBe(inOrder.Cancellation);
        disordered.NamedDebtor.ShouldBe(inOrder.NamedDebtor);
        disordered.Waiting.ShouldBeEmpty();
    }

    [Test]
    public void The_debtor_system_ends_with_what_FBS_wants_and_no_instruction_is_ever_sent_before_the_last_is_answered([Range(1, 200)] int seed)
    {
        var random = new Random(seed);
        var journey = new Journey();
        var version = 0;
        for (var step = 0; step < 40; step++)
        {
            var openBefore = journey.State.Open?.Id;
            switch (random.Next(6))
            {
                case 0 when version == 0:
                    journey.On(Created());
                    version = 1;
                    break;
                case 0 or 1 when version > 0:
                    journey.On(Adjusted(++version, random.Next(1, 100) * 100));
                    break;
                case 2:
                    journey.TimerAfter(TimeSpan.FromMinutes(random.Next(40)));
                    break;
                default:
                    journey.Reported((TransferOutcome)random.Next(6));
                    break;
            }

            // A new instruction only where there was none, or where the report just decided was about it.
            if (journey.State.Open is { } open && openBefore is { } before && open.Id != before)
                journey.Last.Effects.ShouldContain(effect => effect is ClaimTransferred || effect is TransferRejected);
        }

        if (version == 0)
            return;
        if (journey.State.Status == ClaimStatus.Rejected)
            journey.On(Operate(ClaimOperation.Retry));
        for (var answers = 0; journey.State.Open is not null && answers < 10; answers++)
            journey.Reported(TransferOutcome.Accepted);
        journey.State.Status.ShouldBe(ClaimStatus.Transferred);
        journey.State.Registered!.AmountOre.ShouldBe(journey.State.AmountOre);
    }

    [Test]
    public void Whatever_is_noted_and_why_a_claim_stands_as_it_does_has_its_words_in_both_languages([Range(1, 50)] int seed)
    {
        var random = new Random(seed);
        var journey = new Journey();
        var notes = new List<Note>();
        for (var step = 0; step < 60; step++)
        {
            var version = journey.State.Version + random.Next(3);
            journey = random.Next(9) switch
            {
                0 => journey.On(Created(random.Next(2) == 0 ? Child : Adult)),
                1 => journey.On(Adjusted(version, random.Next(1, 100) * 100)),
                2 => journey.On(LiableParty(version, Guardian, random.Next(2) == 0 ? "guardianAdded" : "cprChange")),
                3 when random.Next(4) == 0 => journey.On(Withdrawn(version)),
                4 => journey.On(Operate((ClaimOperation)random.Next(6))),
                5 => journey.On(Account((DebtorAccountStatus)random.Next(4))),
                6 => journey.TimerAfter(TimeSpan.FromMinutes(random.Next(40))),
                _ => journey.Reported((TransferOutcome)random.Next(6)),
            };
            notes.AddRange(journey.Last.Notes);
            if (journey.State.Why is { } why)
                notes.Add(why);
        }

        NoteCodes.FaultsOf(notes).ShouldBeEmpty();
    }

    private static ClaimState Play(IEnumerable<IClaimMessage> messages, Random? answer)
    {
        var journey = new Journey();
        foreach (var message in messages)
        {
            journey.On(message);
            if (answer?.Next(2) == 0 && journey.State.Open is not null)
                journey.Reported(TransferOutcome.Accepted);
        }

        return journey.State;
    }
}
