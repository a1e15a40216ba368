using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Prisme.Format;
using ClaimsTransfer.Sandbox.Prisme;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

[TestFixture]
public sealed class When_a_file_is_cut
{
    private static readonly DebtorSystem System = new("0101", "64942212", new Uri("file:///prisme/0101"), false);

    [Test]
    public void a_claim_file_is_refused_whole_wherever_the_cut_is()
    {
        var file = ClaimFile.Of(System, Sample.Registers(1, 4));

        ClaimBatch.Read("0101", file.Name, file.Content, withReceipt: true).Arrivals.Count.ShouldBe(4);
        for (var length = 0; length < file.Content.Length; length++)
        {
            var cut = ClaimBatch.Read("0101", file.Name, file.Content[..length], withReceipt: true);
            cut.RefusalCode.ShouldBe("FILE-UNREADABLE", $"cut after {length} bytes");
            cut.Arrivals.ShouldBeEmpty();
        }
    }

    [Test]
    public void a_receipt_file_waits_until_it_is_whole_wherever_the_cut_is()
    {
        var whole = PrismeLines.Write(
        [
            PrismeLine.Of("R00", (1, "PRISME-KVIT"), (2, "1"), (3, "0101"), (4, "b"), (5, "MODTAGET"), (6, "2"), (7, "14000")),
            PrismeLine.Of("R10", (1, "k1"), (2, Guid.Empty.ToString("N")), (3, "ACCEPTERET"), (4, "P-1")),
            PrismeLine.Of("R10", (1, "k2"), (2, Guid.Empty.ToString("N")), (3, "AFVIST"), (5, "X"), (6, "Hæftelse & kode ukendt"), (7, "K")),
            PrismeLine.Of("R99", (1, "2")),
        ]);

        ReceiptFile.Read(whole, out _).ShouldNotBeNull().Receipts.Count.ShouldBe(2);
        for (var length = 0; length < whole.Length; length++)
        {
            ReceiptFile.Read(whole.AsSpan(0, length), out var fault).ShouldBeNull($"cut after {length} bytes");
            // Between two lines nothing is wrong yet; within one only the letters before the cut can tell, and nothing is taken from it either way.
            if (length == 0 || whole[length - 1] != '\n')
                fault.ShouldBeNull($"cut after {length} bytes");
        }
    }

    [Test]
    public void an_answer_is_no_answer_wherever_the_cut_is()
    {
        var whole = PrismeLines.Write(
        [
            PrismeLine.Of("S00", (1, "PRISME-SVAR"), (2, "1"), (3, "0101"), (4, "q")),
            PrismeLine.Of("S10", (1, Guid.Empty.ToString("N")), (2, "UKENDT")),
            PrismeLine.Of("S99", (1, "1")),
        ]);

        QuestionFile.ReadAnswer(whole).ShouldNotBeNull()[Guid.Empty].ShouldBeOfType<Found.NotThere>();
        for (var length = 0; length < whole.Length; length++)
            QuestionFile.ReadAnswer(whole.AsSpan(0, length)).ShouldBeNull($"cut after {length} bytes");
    }

    [TestCase("&05434536", "&04434536", "has a field that is not numbered in ascending order")]
    [TestCase("00000002", "00000003", "has the wrong line number")]
    public void a_damaged_line_makes_the_file_malformed(string good, string bad, string fault)
    {
        var text = global::System.Text.Encoding.UTF8.GetString(ClaimFile.Of(System, [Sample.Register(434536)]).Content);
        text.ShouldContain(good);

        var reading = TaggedFile.Read(global::System.Text.Encoding.UTF8.GetBytes(text.Replace(good, bad)), "K99");

        reading.ShouldBeOfType<TaggedReading.Malformed>().Fault.ShouldBe(fault);
    }
}
