using System.Globalization;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Ledger;

namespace ClaimsTransfer.Sandbox.Prisme;

/// <summary>A claim file as it was taken in: every instruction of it, or the reason for which none is.</summary>
public sealed record ClaimBatch(string BatchId, int Count, long SumOre, IReadOnlyList<Arrival> Arrivals, string? RefusalCode, string? RefusalText, byte[]? Masked)
{
    public static ClaimBatch Read(string municipality, string fileName, byte[] content, bool withReceipt)
    {
        var batchId = Path.GetFileNameWithoutExtension(fileName) is { Length: > 5 } name ? name[5..] : fileName;
        if (PrismeLines.Read(content, "K99", out var fault) is not { } lines)
            return Refused(batchId, "FILE-UNREADABLE", fault);
        var header = lines[0];
        if (header.Type != "K00" || header[1] != "PRISME-KRAV" || header[3] != municipality || header[5] != batchId)
            return Refused(batchId, "FILE-HEADER", "the header is not this file's: profile, municipality and batch id must agree with its name and folder");

        var claims = lines.FindAll(l => l.Type == "K10");
        var count = claims.Count;
        var sumOre = claims.Aggregate(0L, (sum, line) => unchecked(sum + (Whole(line[8]) ?? 0)));
        if (Whole(lines[^1][1]) != count || Whole(lines[^1][2]) != sumOre)
            return Refused(batchId, "CONTROL-TOTALS", $"the file holds {count} claims of {sumOre} øre, which is not what its trailer says", count, sumOre);

        // What the receipt file says of the whole batch travels with each receipt, so that it can be written whenever the receipts are due.
        var replyTo = withReceipt ? string.Create(CultureInfo.InvariantCulture, $"{batchId}/{count}/{sumOre}") : null;
        var arrivals = new List<Arrival>(count);
        foreach (var line in claims)
        {
            if (Read(line, municipality, header[6] == "T", replyTo) is not { } arrival)
                return Refused(batchId, "LINE-UNREADABLE", $"line {lines.IndexOf(line) + 1} misses a field or has one of the wrong form", count, sumOre);
            arrivals.Add(arrival);
        }

        return new ClaimBatch(batchId, count, sumOre, arrivals, null, null, PrismeLines.Write(lines.Select(Mask)));
    }

    private static ClaimBatch Refused(string batchId, string code, string text, int count = 0, long sumOre = 0) => new(batchId, count, sumOre, [], code, text, null);

    private static Arrival? Read(PrismeLine line, string municipality, bool isTest, string? replyTo)
    {
        InstructionKind? kind = line[2] switch
        {
            "OPR" => InstructionKind.Register, "REG" => InstructionKind.Adjust, "ANN" => InstructionKind.Cancel, "HFT" => InstructionKind.ChangeLiableParty, _ => null,
        };
        return kind is { } known && Guid.TryParse(line[1], out var id) && line[3].Length > 0 && Whole(line[6]) is { } version && Whole(line[8]) is { } amountOre
            ? new Arrival(municipality, Vendor.Prisme, line[3], id, known, (int)version, amountOre, line[13].Length > 0 ? line[13] : null, Agency: line[4],
                FeeId: Whole(line[5]), IsTest: isTest, ReplyTo: replyTo)
            : null;
    }

    /// <summary>The archive shows what was in a file, not who owes.</summary>
    private static PrismeLine Mask(PrismeLine line)
    {
        if (line.Type != "K10")
            return line;
        var fields = new SortedDictionary<int, string>(line.Fields) { [13] = new string('*', line[13].Length), [14] = "***" };
        return line with { Fields = fields };
    }

    private static long? Whole(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
