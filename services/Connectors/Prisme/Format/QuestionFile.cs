using System.Globalization;
using ClaimsTransfer.ConnectorSdk;

namespace ClaimsTransfer.Prisme.Format;

/// <summary>A <c>.forespoerg</c> file asks what became of instructions; Prisme answers with a <c>.svar</c> file of the same name.</summary>
public sealed record QuestionFile(string Name, string AnswerName, byte[] Content)
{
    public const string Extension = ".forespoerg";
    public const string AnswerExtension = ".svar";

    private const string AnswerHeader = "S00";
    private const string AnswerLine = "S10";
    private const string AnswerTrailer = "S99";

    /// <param name="askedAt">Part of the name: the answer to the same question of yesterday says nothing about today.</param>
    public static QuestionFile Of(string municipality, IReadOnlyList<Instruction> instructions, DateTimeOffset askedAt)
    {
        var id = Messages.DeterministicId.Create(Messages.DeterministicId.ClaimsTransfer, $"prisme-question/{municipality}/{string.Join('/', instructions.Select(i => i.Id.ToString("N")))}");
        var questionId = string.Create(CultureInfo.InvariantCulture, $"{askedAt.UtcDateTime:yyyyMMddHHmmssfff}-{id:N}");
        TaggedRecord[] records =
        [
            new("F00", (1, "PRISME-FORESPOERG"), (2, "1"), (3, municipality), (4, questionId)),
            .. instructions.Select(i => new TaggedRecord("F10", (1, i.Id.ToString("N")), (2, i.Reference))),
            new("F99", (1, instructions.Count.ToString(CultureInfo.InvariantCulture))),
        ];
        var name = $"{municipality}_{questionId}";
        return new QuestionFile(name + Extension, name + AnswerExtension, TaggedFile.Write(records));
    }

    /// <summary>What Prisme knows of each instruction it was asked for; null where the answer is not whole yet.</summary>
    public static Dictionary<Guid, Found>? ReadAnswer(ReadOnlySpan<byte> content)
    {
        if (TaggedFile.Read(content, AnswerTrailer) is not TaggedReading.Complete { Records: { Count: > 1 } records } || records[0].Type != AnswerHeader
            || records[^1][1] != (records.Count - 2).ToString(CultureInfo.InvariantCulture))
            return null;
        var known = new Dictionary<Guid, Found>();
        foreach (var line in records.Where(l => l.Type == AnswerLine))
        {
            if (Guid.TryParse(line[1], out var instruction))
                known[instruction] = ReadFound(line);
        }

        return known;
    }

    private static Found ReadFound(TaggedRecord line) => line[2] switch
    {
        "BOGFOERT" => new Found.Done(line.TextOf(3), line.TextOf(4), line.PaymentSlipOf(8)),
        "MODTAGET" => new Found.InProgress(line.TextOf(4)),
        "AFVIST" => new Found.Rejected(line[5], line[6], ReceiptFile.FixByOf(line[7])),
        "UKENDT" => new Found.NotThere(),
        _ => new Found.NotUnderstood("the answer line has no status, or one that the format does not know"),
    };
}
