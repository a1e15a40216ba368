using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Sealing;

public sealed class When_an_identity_is_sealed : SealingFixture
{
    [Test]
    public void The_municipalitys_connector_opens_it()
    {
        var sealer = new Sealer(Ring);
        using var other = NewRing();
        var unsealer = new Unsealer(other, [Copenhagen]);

        unsealer.Open(Copenhagen, sealer.Seal(Copenhagen, Anna)).ShouldBe(Anna);
        unsealer.Open(Copenhagen, sealer.Seal(Copenhagen, Library)).ShouldBe(Library);
    }

    [Test]
    public void Nothing_of_it_can_be_read()
    {
        var sealedIdentity = new Sealer(Ring).Seal(Copenhagen, Anna);

        var text = $"{sealedIdentity} {Encoding.Latin1.GetString(Convert.FromBase64String(sealedIdentity.Sealed))}";
        text.ShouldNotContain(Anna.Number);
        text.ShouldNotContain("Anna");
        Anna.ToString().ShouldNotContain(Anna.Number);
    }

    [Test]
    public void The_same_number_has_the_same_ref_and_another_text()
    {
        var sealer = new Sealer(Ring);

        var first = sealer.Seal(Copenhagen, Anna);
        var second = sealer.Seal(Copenhagen, Anna with { Name = "Anna Marie" });

        second.Ref.ShouldBe(first.Ref);
        second.Sealed.ShouldNotBe(first.Sealed);
        sealer.Seal(Copenhagen, Anna with { Number = "0101011235" }).Ref.ShouldNotBe(first.Ref);
        sealer.Seal(Copenhagen, Anna with { Kind = IdentityKind.Organisation }).Ref.ShouldNotBe(first.Ref);
    }

    [Test]
    public void Refs_and_fingerprints_are_the_installations_own()
    {
        using var other = NewRing(new MasterKey(new byte[32]));
        using var elsewhere = new KeyRing(Path.Combine(Keys, "elsewhere"), new MasterKey(new byte[32]));

        new Sealer(elsewhere).Seal(Copenhagen, Anna).Ref.ShouldNotBe(new Sealer(Ring).Seal(Copenhagen, Anna).Ref);
        new Sealer(other).Fingerprint("claim"u8).ShouldNotBe(new Sealer(Ring).Fingerprint("claim"u8));
    }

    [Test]
    public void Equal_content_has_an_equal_fingerprint_of_64_digits()
    {
        var sealer = new Sealer(Ring);

        sealer.Fingerprint("claim"u8).ShouldBe(new Sealer(Ring).Fingerprint("claim"u8));
        sealer.Fingerprint("claim"u8).ShouldMatch("^[0-9a-f]{64}$");
        sealer.Fingerprint("claim"u8).ShouldNotBe(sealer.Fingerprint("claims"u8));
    }

    [Test]
    public void Every_changed_byte_is_noticed()
    {
        var original = new Sealer(Ring).Seal(Copenhagen, Anna);
        var unsealer = new Unsealer(Ring, [Copenhagen]);
        var bytes = Convert.FromBase64String(original.Sealed);

        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            var forged = original with { Sealed = Convert.ToBase64String(bytes) };
            Should.Throw<PermanentException>(() => unsealer.Open(Copenhagen, forged));
            bytes[i] ^= 1;
        }
    }

    [TestCase("")]
    [TestCase("AAAA")]
    [TestCase("no base64 at all")]
    public void What_was_never_sealed_is_refused(string text)
    {
        var original = new Sealer(Ring).Seal(Copenhagen, Anna);

        Should.Throw<PermanentException>(() => new Unsealer(Ring, [Copenhagen]).Open(Copenhagen, original with { Sealed = text }));
    }

    [Test]
    public void Another_municipalitys_connector_is_refused_and_told_nothing_of_the_person()
    {
        var original = new Sealer(Ring).Seal(Copenhagen, Anna);

        Should.Throw<PermanentException>(() => new Unsealer(Ring, [Aarhus]).Open(Copenhagen, original)).Message.ShouldBe("This service does not open identities of municipality 0101.");
        var moved = Should.Throw<PermanentException>(() => new Unsealer(Ring, [Aarhus]).Open(Aarhus, original));
        moved.ToString().ShouldNotContain(Anna.Number);
        moved.ToString().ShouldNotContain(original.Sealed);
    }

    [Test]
    public void A_text_moved_to_another_municipality_does_not_open()
    {
        var sealer = new Sealer(Ring);
        var original = sealer.Seal(Copenhagen, Anna);
        var forged = original with { KeyId = sealer.Seal(Aarhus, Anna).KeyId };

        Should.Throw<PermanentException>(() => new Unsealer(Ring, [Copenhagen, Aarhus]).Open(Aarhus, forged));
    }

    [Test]
    public void Randomness_that_is_brought_along_makes_the_run_repeatable()
    {
        static void Fill(Span<byte> bytes) => bytes.Fill(7);
        using var first = new KeyRing(Path.Combine(Keys, "a"), Master, Fill, Clock);
        using var second = new KeyRing(Path.Combine(Keys, "b"), Master, Fill, Clock);

        new Sealer(first).Seal(Copenhagen, Anna).ShouldBe(new Sealer(second).Seal(Copenhagen, Anna));
    }

    [Test]
    public void Many_threads_seal_and_open_at_once()
    {
        var sealer = new Sealer(Ring);
        var unsealer = new Unsealer(Ring, [Copenhagen, Aarhus]);

        Parallel.For(0, 5_000, i =>
        {
            var municipality = i % 2 == 0 ? Copenhagen : Aarhus;
            var identity = Anna with { Name = $"Anna {i}" };
            unsealer.Open(municipality, sealer.Seal(municipality, identity)).ShouldBe(identity);
        });
    }
}
