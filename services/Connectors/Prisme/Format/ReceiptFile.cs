using System.Globalization;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Prisme.Format;

/// <summary>A <c>.kvit</c> file: whether the batch was taken in, with its totals as Prisme counted them, then an outcome for each of its instructions.</summary>
/// <param name="RefusalCode">Null where the batch was taken in.</param>
public sealed record ReceiptFile(string BatchId, int Count, long SumOre, string? RefusalCode, string? RefusalText, IReadOnlyList<Receipt> Receipts)
{
    public const string Extension = ".kvit";

    private const string Header = "R00";
    private const string Line = "R10";
    private const string Trailer = "R99";

    /// <summary>Null with a fault where the file is not a receipt file; null without one where it is still being written.</summary>
    public static ReceiptFile? Read(ReadOnlySpan<byte> content, out string? fault)
    {
        fault = null;
        switch (TaggedFile.Read(content, Trailer))
        {
            case TaggedReading.Incomplete:
                return null;
            case TaggedReading.Malformed malformed:
                fault = $"line {malformed.Line} {malformed.Fault}";
                return null;
            case TaggedReading.Complete { Records: var records }:
                return Read(records, out fault);
            default:
                throw new InvalidOperationException("a reading is complete, incomplete or malformed");
        }
    }

    private static ReceiptFile? Read(IReadOnlyList<TaggedRecord> records, out string? fault)
    {
        fault = null;
        var header = records[0];
        var lines = records.Skip(1).SkipLast(1).ToList();
        if (records.Count < 2 || header.Type != Header || header[1] != "PRISME-KVIT" || !int.TryParse(header[6], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || !long.TryParse(header[7], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var sumOre))
            fault = "its first record is not a receipt header with totals";
        else if (lines.Count.ToString(CultureInfo.InvariantCulture) != records[^1][1])
            fault = "its trailer counts other lines than there are";
        else if (lines.Find(l => l.Type != Line || !Guid.TryParse(l[2], out _)) is { } wrong)
            fault = $"line {lines.IndexOf(wrong) + 2} is not a receipt line";
        else
        {
            return new ReceiptFile(header[4], count, sumOre, header[5] == "MODTAGET" ? null : header[8], header[5] == "MODTAGET" ? null : header[9],
                [.. lines.Select(ReadReceipt)]);
        }

        return null;
    }

    /// <summary>A line that names its instruction and says nothing else that is understood is about that one: its neighbours are believed.</summary>
    private static Receipt ReadReceipt(TaggedRecord line) => new(Guid.Parse(line[2]), line[1], line[3] switch
    {
        "ACCEPTERET" => new Submitted.Accepted(line.TextOf(4), line[1], line.PaymentSlipOf(8)),
        "AFVIST" => new Submitted.Rejected(line[5], line[6], FixByOf(line[7])),
        _ => new Submitted.NotUnderstood("the receipt line has no outcome, or one that the format does not know"),
    });

    internal static FixBy FixByOf(string code) => code switch { "B" => FixBy.Library, "K" => FixBy.Municipality, _ => FixBy.Vendor };
}
