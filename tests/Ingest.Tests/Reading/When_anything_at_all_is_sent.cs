using System.Text;
using ClaimsTransfer.Ingest.Reading;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Reading;

public sealed class When_anything_at_all_is_sent
{
    private static readonly string[] Pieces =
        ["{", "}", "[", "]", ":", ",", "\"", "\\", "\\ud83d", "\\u0000", "null", "NaN", "1e999", "-0", "0.1", "\uFEFF", "æ", "\u0000", "99999999999999999999", "true", "\"cpr\":", "\"kind\":\"adjust-claim\","];

    private readonly ClaimReader _reader = new(new PlainSealer(), World.Municipalities);

    [Test]
    public void Random_bytes_are_answered() => Check(ArbMap.Default.ArbFor<byte[]>().Generator, 2000);

    [Test]
    public void A_mutated_message_is_answered() => Check(
        from seed in Gen.Choose(0, int.MaxValue)
        from cuts in Gen.Choose(1, 4)
        select Mutate(new Random(seed), cuts), 4000);

    private void Check(Gen<byte[]> bodies, int times) => Prop.ForAll(bodies.ToArbitrary(), body =>
    {
        var read = _reader.Read(new Incoming(body));
        (read.Message is null).ShouldBe(read.Faults.Count > 0);
        (read.Message is null).ShouldBe(read.KeptBody is not null);
        read.Id.ShouldNotBe(Guid.Empty);
        _reader.Read(new Incoming(body)).Id.ShouldBe(read.Id);
        foreach (var fault in read.Faults)
        {
            fault.Reason.ShouldNotBeNullOrEmpty();
            (fault.Value?.Length ?? 0).ShouldBeLessThanOrEqualTo(100);
            $"{fault.Field} {fault.Value} {fault.Reason}".ShouldNotContain(Fbs.Cpr);
        }
        read.KeptBody?.ShouldNotContain(Fbs.Cpr);
        read.KeptBody?.ShouldNotContain("Ødegård");
        read.KeptBody?.ShouldNotContain("\0");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithQuietOnSuccess(true));

    private static byte[] Mutate(Random random, int cuts)
    {
        var text = new StringBuilder(Fbs.Submit().ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        for (var i = 0; i < cuts; i++)
        {
            var at = random.Next(text.Length);
            if (random.Next(3) > 0)
                text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
            if (random.Next(3) > 0)
                text.Insert(at, Pieces[random.Next(Pieces.Length)]);
        }
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (random.Next(4) == 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }
}
