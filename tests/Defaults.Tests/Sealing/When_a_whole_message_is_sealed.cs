using System.Text;
using System.Text.Json;
using ClaimsTransfer.Defaults.Sealing;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Sealing;

public sealed class When_a_whole_message_is_sealed : SealingFixture
{
    private static readonly byte[] Message = Encoding.UTF8.GetBytes("""{"borrower":{"cpr":"0101011234","name":"Anna Ærø"}}""");

    [Test]
    public void It_is_JSON_that_tells_nothing_and_opens_to_the_same_bytes()
    {
        var sealer = new MessageSealer(Ring);
        var kept = sealer.Seal(Message);

        Encoding.UTF8.GetString(kept.Span).ShouldNotContain("0101011234");
        JsonDocument.Parse(kept).RootElement.EnumerateObject().ShouldHaveSingleItem();
        sealer.Open(kept).ToArray().ShouldBe(Message);
    }

    [Test]
    public void Sealing_it_again_changes_nothing_and_what_is_not_sealed_opens_as_it_is()
    {
        var sealer = new MessageSealer(Ring);
        var kept = sealer.Seal(Message);
        sealer.Seal(kept).ShouldBe(kept);
        sealer.Open(Message).ToArray().ShouldBe(Message);
    }

    [Test]
    public void Another_process_of_the_installation_opens_it_and_a_changed_one_does_not_open()
    {
        var sealer = new MessageSealer(Ring);
        var kept = sealer.Seal(Message);
        using var ring = NewRing();
        var other = new MessageSealer(ring);
        other.Open(kept).ToArray().ShouldBe(Message);

        var changed = kept.ToArray();
        changed[^10] ^= 1;
        other.Open(changed).ToArray().ShouldBe(changed);
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("{\"sealedMessage\":\"\"}")]
    [TestCase("{\"sealedMessage\":\"}")]
    [TestCase("{\"sealedMessage\":\"0101011234\"}")]
    [TestCase("{\"sealedMessage\":\"MDEwMTAxMTIzNDAxMDEwMTEyMzQwMTAxMDExMjM0MDEwMTAxMTIzNA==\"}")]
    public void What_only_looks_sealed_opens_as_it_is_and_is_sealed_like_any_other(string body)
    {
        var sealer = new MessageSealer(Ring);
        var bytes = Encoding.UTF8.GetBytes(body);

        sealer.Open(bytes).ToArray().ShouldBe(bytes);
        Encoding.UTF8.GetString(sealer.Seal(bytes).Span).ShouldNotContain("0101011234");
        sealer.Open(sealer.Seal(bytes)).ToArray().ShouldBe(bytes);
    }
}
