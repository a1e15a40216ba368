using System.Runtime.Versioning;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Sealing;

public sealed class When_keys_come_and_go : SealingFixture
{
    private static readonly TimeSpan LookedAgain = TimeSpan.FromSeconds(6);

    [Test]
    public void A_rotated_key_seals_from_now_on_and_the_old_one_still_opens()
    {
        var sealer = new Sealer(Ring);
        var before = sealer.Seal(Copenhagen, Anna);

        var keyId = Ring.Rotate(Copenhagen);
        var after = sealer.Seal(Copenhagen, Anna);

        after.KeyId.ShouldBe(keyId);
        after.KeyId.ShouldNotBe(before.KeyId);
        after.Ref.ShouldBe(before.Ref);
        var unsealer = new Unsealer(Ring, [Copenhagen]);
        unsealer.Open(Copenhagen, before).ShouldBe(Anna);
        unsealer.Open(Copenhagen, after).ShouldBe(Anna);
    }

    [Test]
    public void Processes_that_start_together_agree_on_one_key()
    {
        var rings = Enumerable.Range(0, 12).Select(_ => NewRing()).ToArray();

        var keyIds = new string[rings.Length];
        Parallel.For(0, rings.Length, new ParallelOptions { MaxDegreeOfParallelism = rings.Length }, i => keyIds[i] = new Sealer(rings[i]).Seal(Copenhagen, Anna).KeyId);

        keyIds.Distinct().ShouldHaveSingleItem();
        Directory.GetFiles(Keys).Length.ShouldBe(1);
        foreach (var ring in rings)
            ring.Dispose();
    }

    [Test]
    public void Rotations_at_the_same_time_make_a_key_each()
    {
        var rings = Enumerable.Range(0, 6).Select(_ => NewRing()).ToArray();

        var keyIds = new string[rings.Length];
        Parallel.For(0, rings.Length, i => keyIds[i] = rings[i].Rotate(Copenhagen));

        keyIds.Distinct().Count().ShouldBe(rings.Length);
    }

    [Test]
    public void Another_processs_new_key_is_found()
    {
        var sealer = new Sealer(Ring);
        sealer.Seal(Copenhagen, Anna);
        using var other = NewRing();

        var keyId = other.Rotate(Copenhagen);
        new Unsealer(Ring, [Copenhagen]).Open(Copenhagen, new Sealer(other).Seal(Copenhagen, Anna)).ShouldBe(Anna);
        Clock.Advance(LookedAgain);

        sealer.Seal(Copenhagen, Anna).KeyId.ShouldBe(keyId);
    }

    [Test]
    public void Destroying_a_key_erases_what_it_sealed_here_and_elsewhere()
    {
        var before = new Sealer(Ring).Seal(Copenhagen, Anna);
        using var other = NewRing();
        var elsewhere = new Unsealer(other, [Copenhagen]);
        elsewhere.Open(Copenhagen, before).ShouldBe(Anna);
        Ring.Rotate(Copenhagen);
        var after = new Sealer(Ring).Seal(Copenhagen, Anna);

        Ring.Destroy(before.KeyId);
        Clock.Advance(LookedAgain);

        Should.Throw<PermanentException>(() => new Unsealer(Ring, [Copenhagen]).Open(Copenhagen, before)).Message.ShouldContain("erased");
        Should.Throw<PermanentException>(() => elsewhere.Open(Copenhagen, before)).Message.ShouldContain("erased");
        elsewhere.Open(Copenhagen, after).ShouldBe(Anna);
        File.ReadAllText(Path.Combine(Keys, $"{before.KeyId}.json")).ShouldNotContain("wrapped");
    }

    [Test]
    public void The_key_that_seals_now_is_not_destroyed_by_mistake()
    {
        var current = new Sealer(Ring).Seal(Copenhagen, Anna);

        Should.Throw<InvalidOperationException>(() => Ring.Destroy(current.KeyId)).Message.ShouldContain("rotate");

        new Unsealer(Ring, [Copenhagen]).Open(Copenhagen, current).ShouldBe(Anna);
    }

    [Test]
    public void Another_installations_master_key_opens_nothing_and_says_so()
    {
        new Sealer(Ring).Seal(Copenhagen, Anna);
        using var stranger = NewRing(new MasterKey(new byte[32]));

        Should.Throw<WrongKeyFolderException>(() => new Sealer(stranger).Seal(Copenhagen, Anna)).Message.ShouldContain("another installation's master key");
    }

    [Test]
    public void A_key_that_is_not_here_is_named()
    {
        var identity = new Sealer(Ring).Seal(Copenhagen, Anna);
        var unsealer = new Unsealer(Ring, [Copenhagen]);

        // It may still come: that is no reason to give up what it sealed.
        Should.Throw<KeyNotHereException>(() => unsealer.Open(Copenhagen, identity with { KeyId = "0101-9" })).Message.ShouldContain("0101-9");
    }

    [TestCase("../../etc/passwd")]
    [TestCase("0101-")]
    [TestCase("0101-0")]
    [TestCase("0101-01")]
    [TestCase("0101-1-2")]
    [TestCase("0101-99999999999")]
    [TestCase("0751-1")]
    [TestCase("")]
    public void A_key_that_will_never_come_is_not_waited_for(string keyId)
    {
        var identity = new Sealer(Ring).Seal(Copenhagen, Anna);

        Should.Throw<PermanentException>(() => new Unsealer(Ring, [Copenhagen]).Open(Copenhagen, identity with { KeyId = keyId })).Message.ShouldContain("0101-1");
    }

    [Test]
    public void A_key_whose_file_disappears_is_missed_and_not_destroyed()
    {
        var identity = new Sealer(Ring).Seal(Copenhagen, Anna);
        using var other = NewRing();
        var elsewhere = new Unsealer(other, [Copenhagen]);
        elsewhere.Open(Copenhagen, identity).ShouldBe(Anna);
        var (file, aside) = (Path.Combine(Keys, $"{identity.KeyId}.json"), Path.Combine(Keys, "aside"));

        File.Move(file, aside);
        Clock.Advance(LookedAgain);
        Should.Throw<KeyNotHereException>(() => elsewhere.Open(Copenhagen, identity));

        File.Move(aside, file);
        elsewhere.Open(Copenhagen, identity).ShouldBe(Anna);
    }

    [Test]
    public void Who_only_opens_makes_no_key_and_destroys_none()
    {
        var identity = new Sealer(Ring).Seal(Copenhagen, Anna);
        Ring.Rotate(Copenhagen);
        using var connectors = new KeyRing(Keys, Master, time: Clock, opensOnly: true);

        Should.Throw<InvalidOperationException>(() => connectors.Rotate(Copenhagen)).Message.ShouldContain("claims keys rotate");
        Should.Throw<InvalidOperationException>(() => connectors.Destroy(identity.KeyId));
        Should.Throw<InvalidOperationException>(() => new Sealer(connectors).Seal(Aarhus, Anna));

        Directory.GetFiles(Keys).Length.ShouldBe(2);
        new Unsealer(connectors, [Copenhagen]).Open(Copenhagen, identity).ShouldBe(Anna);
    }

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public void Only_their_owner_may_read_key_files()
    {
        new Sealer(Ring).Seal(Copenhagen, Anna);

        File.GetUnixFileMode(Directory.GetFiles(Keys).Single()).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.ReadAllText(Directory.GetFiles(Keys).Single()).ShouldContain("\"municipality\": \"0101\"");
    }
}
