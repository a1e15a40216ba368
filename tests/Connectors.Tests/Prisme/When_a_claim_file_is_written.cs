using System.Text;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Prisme.Format;
using ClaimsTransfer.Sandbox.Prisme;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

[TestFixture]
public sealed class When_a_claim_file_is_written
{
    private static readonly DebtorSystem København = new("0101", "64942212", new Uri("file:///prisme/0101"), false);

    [Test]
    public void it_is_the_example_of_the_README()
    {
        var file = ClaimFile.Of(København, [Sample.Register(434536), Sample.Adjusted(Sample.Register(434537), 5000)]);

        var readme = File.ReadAllText(RepositoryFile("services/Connectors/Prisme/README.md"));
        foreach (var line in Encoding.UTF8.GetString(file.Content).TrimEnd().Split("\r\n"))
            readme.ShouldContain(line + "\n");
        readme.ShouldContain(file.Name);
    }

    [Test]
    public void it_is_the_same_file_for_the_same_instructions_and_another_for_another_attempt()
    {
        var instructions = Sample.Registers(1, 3);
        var file = ClaimFile.Of(København, instructions);

        ClaimFile.Of(København, Sample.Registers(1, 3)).Content.ShouldBe(file.Content);
        ClaimFile.Of(København, Sample.Registers(1, 3)).Name.ShouldBe(file.Name);
        ClaimFile.Of(København, [.. instructions.Select(i => i with { Attempt = 2 })]).Name.ShouldNotBe(file.Name);
        ClaimFile.Of(København with { Municipality = "0751" }, instructions).BatchId.ShouldNotBe(file.BatchId);
    }

    [Test]
    public void whoever_reads_it_finds_what_was_written_whatever_the_text([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var instructions = Enumerable.Range(1, random.Next(1, 20)).Select(n => Any(random, n)).ToList();

        var file = ClaimFile.Of(København, instructions);
        var lines = PrismeLines.Read(file.Content, "K99", out var fault).ShouldNotBeNull(fault);
        var batch = ClaimBatch.Read("0101", file.Name, file.Content, withReceipt: true);

        batch.RefusalCode.ShouldBeNull(batch.RefusalText);
        batch.SumOre.ShouldBe(instructions.Sum(i => i.AmountOre));
        var claims = lines.FindAll(l => l.Type == "K10");
        for (var i = 0; i < instructions.Count; i++)
        {
            batch.Arrivals[i].InstructionId.ShouldBe(instructions[i].Id);
            batch.Arrivals[i].Reference.ShouldBe(instructions[i].Reference);
            batch.Arrivals[i].AmountOre.ShouldBe(instructions[i].AmountOre);
            batch.Arrivals[i].Version.ShouldBe(instructions[i].Version);
            batch.Arrivals[i].Kind.ShouldBe(instructions[i].Kind);
            batch.Arrivals[i].DebtorNumber.ShouldBe(instructions[i].Debtor.Number);
            claims[i][14].ShouldBe(TaggedRecord.Clean(instructions[i].Debtor.Name));
            claims[i][15].ShouldBe(TaggedRecord.Clean(instructions[i].Reason));
        }

        var titles = lines.FindAll(l => l.Type == "K20").ConvertAll(l => l[4]);
        titles.ShouldBe(instructions.SelectMany(i => i.Materials).Select(m => TaggedRecord.Clean(m.Title)));
    }

    [Test]
    public void a_line_break_in_a_text_does_not_become_a_line()
    {
        var file = ClaimFile.Of(København, [Sample.Register(1, name: "Åse\r\n000K99&01\u0001\ud800")]);

        var lines = PrismeLines.Read(file.Content, "K99", out _).ShouldNotBeNull();
        lines.Count.ShouldBe(4);
        lines[1][14].ShouldBe("Åse  000K99&01 \ufffd");
    }

    private static Instruction Any(Random random, int number)
    {
        InstructionKind[] kinds = [InstructionKind.Register, InstructionKind.Adjust, InstructionKind.Cancel, InstructionKind.ChangeLiableParty];
        return Sample.Register(number) with
        {
            Kind = kinds[random.Next(kinds.Length)], Version = random.Next(1, 99), AmountOre = random.NextInt64(0, 99_999_999_99), Reason = Text(random),
            Debtor = new OpenIdentity(IdentityKind.Person, random.NextInt64(0, 9_999_999_999).ToString("D10"), Text(random)),
            Materials = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new Material(Title: "t" + Text(random)))],
        };
    }

    private static string Text(Random random)
    {
        string[] pieces = ["æ", "ø", "å", "Æ", "Ø", "Å", "é", "Ł", "ß", "&", "&&", "&01", "0", "x", " ", "\r", "\n", "\t", "\u0085", "😀", "\"", "'", ";", "漢", "\ufeff"];
        return string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
    }

    private static string RepositoryFile(string path)
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ClaimsTransfer.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The repository's root was not found.");
        return Path.Combine(folder.FullName, path);
    }
}
