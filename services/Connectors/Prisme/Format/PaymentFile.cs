using ClaimsTransfer.ConnectorSdk;

namespace ClaimsTransfer.Prisme.Format;

/// <summary>A <c>.bet</c> file: what Prisme has booked on the claims' accounts by itself. All of it counts, or nothing; lines that cannot be read count among what a person looks at.</summary>
public static class PaymentFile
{
    public const string Unreadable = "FILE-UNREADABLE";
    public const string WrongHeader = "FILE-HEADER";
    public const string WrongTotals = "CONTROL-TOTALS";
    public const string UnreadableLine = "LINE-UNREADABLE";

    /// <summary>So many lines that cannot be read are a few mistakes; more are another format.</summary>
    public const int MostUnreadable = 20;

    private const string Header = "B00";
    private const string Trailer = "B99";

    /// <param name="fileId">As the file's name gives it.</param>
    /// <param name="name">Of the file.</param>
    public static PaymentReading Read(string municipality, string fileId, string name, ReadOnlySpan<byte> content) => TaggedFile.Read(content, Trailer) switch
    {
        // A file gets its final name when it is whole, so nothing more will come.
        TaggedReading.Incomplete => new PaymentReading.Refused(Unreadable, "it has no trailer: it was cut off"),
        TaggedReading.Malformed malformed => new PaymentReading.Refused(Unreadable, $"line {malformed.Line} {malformed.Fault}", malformed.Line),
        TaggedReading.Complete { Records: var records } => Read(municipality, fileId, name, records),
        _ => throw new InvalidOperationException("a reading is complete, incomplete or malformed"),
    };

    /// <summary>The same file comes again under other names, and with its id in capitals.</summary>
    public static string DocumentId(string fileId) => fileId.ToUpperInvariant();

    private static PaymentReading Read(string municipality, string fileId, string name, IReadOnlyList<TaggedRecord> records)
    {
        var (header, trailer) = (records[0], records[^1]);
        if (header.Type != Header || header[1] != "PRISME-BETALING" || header[2] != "1")
            return new PaymentReading.Refused(WrongHeader, "its first record is not the header of a payment file of version 1");
        if (header[3] != municipality || !header[4].Equals(fileId, StringComparison.OrdinalIgnoreCase))
            return new PaymentReading.Refused(WrongHeader, "its header is of another municipality or another file than its name");

        var entries = new List<DebtorEntry>(records.Count);
        var faults = new List<(int Line, FieldFault Fault)>();
        var sumOre = 0m;
        for (var i = 1; i < records.Count - 1; i++)
        {
            sumOre += records[i].OreOf(PaymentLine.Amount) ?? 0;
            if (PaymentLine.FaultOf(records[i]) is not { } fault)
            {
                entries.Add(PaymentLine.Read(records[i]));
                continue;
            }

            faults.Add((i + 1, fault));
            entries.Add(PaymentLine.Unreadable(DocumentId(fileId), name, i + 1, records[i], fault));
        }

        // Where a line cannot be read, it is the likelier fault: the totals would say no more than that.
        if (faults.Count > 0 && (trailer.OreOf(1) != entries.Count || trailer.OreOf(2) != sumOre || faults.Count > MostUnreadable))
            return new PaymentReading.Refused(UnreadableLine, $"line {faults[0].Line}: {faults[0].Fault}", faults[0].Line, faults[0].Fault.Field);
        if (trailer.OreOf(1) != entries.Count)
            return new PaymentReading.Refused(WrongTotals, $"its trailer counts other entries than the {entries.Count} that are there");
        return trailer.OreOf(2) == sumOre
            ? new PaymentReading.Taken(entries)
            : new PaymentReading.Refused(WrongTotals, $"its trailer has another sum than the {sumOre} øre of its entries");
    }
}

/// <summary>What reading a payment file gave.</summary>
public abstract record PaymentReading
{
    public sealed record Taken(IReadOnlyList<DebtorEntry> Entries) : PaymentReading;

    /// <summary>Nothing of it counts, and it is asked for again with these words.</summary>
    /// <param name="Line">Where it is at fault, from 1; null: everywhere, or nobody can tell.</param>
    public sealed record Refused(string Code, string Text, int? Line = null, string? Field = null) : PaymentReading
    {
        public DocumentFault Fault => Code switch
        {
            PaymentFile.WrongHeader => DocumentFault.WrongHeader,
            PaymentFile.WrongTotals => DocumentFault.WrongTotals,
            PaymentFile.UnreadableLine => DocumentFault.WrongEntry,
            _ => DocumentFault.Unreadable,
        };
    }
}
