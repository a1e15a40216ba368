using ClaimsTransfer.Defaults.Sealing;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Sealing;

public sealed class When_a_key_seals_later : SealingFixture
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private string Sealing => new Sealer(Ring).Seal(Copenhagen, Anna).KeyId;

    [Test]
    public void It_is_there_at_once_and_seals_from_its_time_on()
    {
        Sealing.ShouldBe("0101-1");

        Ring.Rotate(Copenhagen, Clock.GetUtcNow() + Day).ShouldBe("0101-2");

        File.Exists(Path.Combine(Keys, "0101-2.json")).ShouldBeTrue();
        Sealing.ShouldBe("0101-1");
        Clock.Advance(Day - TimeSpan.FromSeconds(1));
        Sealing.ShouldBe("0101-1");
        Clock.Advance(TimeSpan.FromSeconds(7));
        Sealing.ShouldBe("0101-2");
    }

    [Test]
    public void Every_process_turns_to_it_within_seconds_and_none_before()
    {
        using var other = NewRing();
        var (here, there) = (new Sealer(Ring), new Sealer(other));
        here.Seal(Copenhagen, Anna);
        there.Seal(Copenhagen, Anna);
        var from = Clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        Ring.Rotate(Copenhagen, from);

        for (var second = 0; second < 70; second++)
        {
            foreach (var sealer in (Sealer[])[here, there])
            {
                var keyId = sealer.Seal(Copenhagen, Anna).KeyId;
                if (Clock.GetUtcNow() < from)
                    keyId.ShouldBe("0101-1");
                else if (Clock.GetUtcNow() > from + TimeSpan.FromSeconds(5))
                    keyId.ShouldBe("0101-2");
            }

            Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Test]
    public void Something_seals_until_then_even_where_there_was_no_key()
    {
        Ring.Rotate(Copenhagen, Clock.GetUtcNow() + Day).ShouldBe("0101-2");

        Sealing.ShouldBe("0101-1");
        Directory.GetFiles(Keys).Length.ShouldBe(2);
    }

    [Test]
    public void A_key_made_after_it_is_not_replaced_when_its_time_comes()
    {
        // A vendor is revoked while a key waits that it was given already: that key must not seal again.
        Ring.Rotate(Copenhagen, Clock.GetUtcNow() + Day);

        var notIssued = Ring.Rotate(Copenhagen);

        Sealing.ShouldBe(notIssued);
        Clock.Advance(2 * Day);
        Sealing.ShouldBe(notIssued);
    }

    [Test]
    public void What_it_will_seal_is_opened_by_whoever_has_it()
    {
        Ring.Rotate(Copenhagen, Clock.GetUtcNow() + Day);
        Clock.Advance(Day);
        var later = new Sealer(Ring).Seal(Copenhagen, Anna);
        using var other = NewRing();

        later.KeyId.ShouldBe("0101-2");
        new Unsealer(other, [Copenhagen]).Open(Copenhagen, later).ShouldBe(Anna);
    }

    [Test]
    public void The_one_that_seals_until_then_is_not_destroyed()
    {
        Ring.Rotate(Copenhagen, Clock.GetUtcNow() + Day);

        Should.Throw<InvalidOperationException>(() => Ring.Destroy("0101-1")).Message.ShouldContain("rotate");
    }

    [Test]
    public void The_list_says_from_when()
    {
        var from = Clock.GetUtcNow() + Day;
        Ring.Rotate(Copenhagen, from);
        Ring.CurrentId(Aarhus);

        Ring.List().Select(key => (key.KeyId, key.SealsFrom)).ShouldBe([("0101-1", (DateTimeOffset?)null), ("0101-2", from), ("0751-1", null)]);
    }
}
