using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;

namespace ClaimsTransfer.Sandbox.Prisme;

/// <summary>
/// One municipality's folders at the stand-in: takes in what lies in <c>ind</c>, answers questions after that, never before. While it takes nothing,
/// <c>ind</c> is not there (it is set aside as <c>ind-lukket</c>), so that nobody can deliver.
/// </summary>
public sealed class PrismeFolder(string root, string municipality, DebtorLedger ledger, FaultControl faults, TimeProvider time)
{
    private static readonly TimeSpan ClosedFor = TimeSpan.FromSeconds(1);
    private const int ExtractPage = 2_000;
    private static readonly TimeSpan LeftOver = TimeSpan.FromSeconds(15);

    private readonly string folder = Path.Combine(root, municipality);
    private DateTimeOffset closedUntil = DateTimeOffset.MinValue;
    private long names;

    public string Municipality => municipality;

    private string In => Path.Combine(folder, "ind");

    private string Closed => Path.Combine(folder, "ind-lukket");

    private string Out => Path.Combine(folder, "ud");

    private string Archive => Path.Combine(folder, "arkiv");

    public void Create()
    {
        Directory.CreateDirectory(Out);
        Directory.CreateDirectory(Archive);
        if (!Directory.Exists(Closed))
            Directory.CreateDirectory(In);
    }

    /// <summary>One round: everything that lies there is taken in, in the order it was written, then questions are answered.</summary>
    public async Task ServeAsync(CancellationToken cancellation)
    {
        if (!OpenOrClose())
            return;
        var files = new DirectoryInfo(In).GetFiles();
        foreach (var file in files.Where(f => f.Extension == ".krv").OrderBy(f => f.LastWriteTimeUtc).ThenBy(f => f.Name, StringComparer.Ordinal))
        {
            if (!await TakeInAsync(file, cancellation))
                return;
        }

        foreach (var file in files.Where(f => f.Extension == ".forespoerg"))
            await AnswerAsync(file, cancellation);
        foreach (var file in files.Where(f => f.Extension == ".udtraek"))
            await ExtractAsync(file, cancellation);
        foreach (var file in files.Where(f => f.Extension == ".tmp" && time.GetUtcNow().UtcDateTime - f.LastWriteTimeUtc > LeftOver))
            Shred(file.FullName);
    }

    /// <summary>Puts a file into <c>ud</c>, whole or not at all, under a name that is never used again.</summary>
    public async Task PutAsync(string suffix, string extension, IEnumerable<PrismeLine> lines, CancellationToken cancellation)
    {
        var number = Interlocked.Increment(ref names);
        await PutAsync($"{municipality}_{time.GetUtcNow().UtcDateTime:yyyyMMddHHmmssfff}-{number}_{suffix}{extension}", PrismeLines.Write(lines), Out, cancellation);
    }

    private bool OpenOrClose()
    {
        var open = !faults.Plan.Down.Contains(municipality) && time.GetUtcNow() >= closedUntil;
        if (open && Directory.Exists(Closed))
            Directory.Move(Closed, In);
        else if (!open && Directory.Exists(In))
            Directory.Move(In, Closed);
        return open;
    }

    private async Task<bool> TakeInAsync(FileInfo file, CancellationToken cancellation)
    {
        var fault = faults.OfCall(municipality, file.Name);
        if (fault.Slow > TimeSpan.Zero)
            await Task.Delay(fault.Slow, time, cancellation);
        if (fault.Unavailable)
            closedUntil = time.GetUtcNow() + ClosedFor;
        if (fault.Unavailable || fault.Down)
        {
            OpenOrClose();
            return false;
        }

        var batch = ClaimBatch.Read(municipality, file.Name, await File.ReadAllBytesAsync(file.FullName, cancellation), withReceipt: !fault.DropReply);
        if (batch.RefusalCode is null)
        {
            await ledger.TakeUnderFaultsAsync(batch.Arrivals, cancellation);
            // What is not booked has no receipt in the ledger; its nonsense comes at once, and once.
            if (!fault.DropReply && batch.Arrivals.Where(ledger.IsSetAside).ToList() is { Count: > 0 } setAside)
            {
                await PutAsync(batch.BatchId, ".kvit",
                [
                    ReceiptHeader(municipality, batch.BatchId, batch.Count, batch.SumOre, null),
                    .. setAside.Select(arrival => PrismeReceipts.Nonsense(Messages.DeterministicId.Of(arrival.InstructionId, "receipt"), arrival.InstructionId, faults)),
                    Trailer("R99", setAside.Count),
                ], cancellation);
            }
        }
        else
            await PutAsync(batch.BatchId, ".kvit", [ReceiptHeader(municipality, batch.BatchId, batch.Count, batch.SumOre, batch), Trailer("R99", 0)], cancellation);
        if (batch.Masked is not null)
            await PutAsync(file.Name, batch.Masked, Archive, cancellation);
        Shred(file.FullName);
        return true;
    }

    private async Task AnswerAsync(FileInfo file, CancellationToken cancellation)
    {
        if (PrismeLines.Read(await File.ReadAllBytesAsync(file.FullName, cancellation), "F99", out _) is { } lines)
        {
            var asked = lines.Where(l => l.Type == "F10" && Guid.TryParse(l[1], out _)).Select(l => Guid.Parse(l[1])).ToList();
            var known = await ledger.FindAsync(municipality, asked, cancellation);
            var poisoned = await ledger.PoisonedAsync(municipality, asked, known, cancellation);
            PrismeLine[] answer =
            [
                PrismeLine.Of("S00", (1, "PRISME-SVAR"), (2, "1"), (3, municipality), (4, lines[0][4])),
                .. asked.Select(id => poisoned.Contains(id) ? Nonsense(id) : Answer(id, known.GetValueOrDefault(id), time.GetUtcNow())),
                Trailer("S99", asked.Count),
            ];
            await PutAsync(Path.ChangeExtension(file.Name, ".svar"), PrismeLines.Write(answer), Out, cancellation);
        }

        file.Delete();
    }

    /// <summary>Page by page into the file: a million claims take no more memory than a page.</summary>
    private async Task ExtractAsync(FileInfo file, CancellationToken cancellation)
    {
        if (PrismeLines.Read(await File.ReadAllBytesAsync(file.FullName, cancellation), "U99", out _) is { } lines)
        {
            var name = Path.ChangeExtension(file.Name, ".saldo");
            var temporary = Path.Combine(Out, name + ".tmp");
            await using (var answer = File.Create(temporary))
            {
                var (count, sumOre) = (0L, 0L);
                await answer.WriteAsync(PrismeLines.Write([PaymentLines.ExtractHeader(municipality, lines[0][4])]), cancellation);
                for (var page = await ledger.ExtractAsync(municipality, null, ExtractPage, cancellation); page.Count > 0;
                    page = await ledger.ExtractAsync(municipality, page[^1].Claim.Reference, ExtractPage, cancellation))
                {
                    await answer.WriteAsync(PrismeLines.Write(page.Select(PaymentLines.Extract), count + 2), cancellation);
                    count += page.Count;
                    sumOre += page.Sum(line => line.Claim.AmountOre);
                }

                await answer.WriteAsync(PrismeLines.Write([PaymentLines.ExtractTrailer(count, sumOre)], count + 2), cancellation);
            }

            File.Move(temporary, Path.Combine(Out, name), overwrite: true);
        }

        file.Delete();
    }

    private PrismeLine Nonsense(Guid id) => faults.IsWildNonsense(id)
        ? PrismeLine.Of("S10", (1, id.ToString("N")), (7, "#"), (9, "¤%&"))
        : PrismeLine.Of("S10", (1, id.ToString("N")), (2, "#¤%"));

    private static PrismeLine Answer(Guid id, Decision? decision, DateTimeOffset now) => decision switch
    {
        null => PrismeLine.Of("S10", (1, id.ToString("N")), (2, "UKENDT")),
        _ when decision.IsInProgress(now) => PrismeLine.Of("S10", (1, id.ToString("N")), (2, "MODTAGET"), (4, decision.ReceiptId.ToString("N"))),
        { Refusal: { } refusal } => PrismeLine.Of("S10", (1, id.ToString("N")), (2, "AFVIST"), (4, decision.ReceiptId.ToString("N")), (5, refusal.Code), (6, refusal.Text),
            (7, PrismeReceipts.FixByCode(refusal.FixBy))),
        _ => PrismeLine.Of("S10", (1, id.ToString("N")), (2, "BOGFOERT"), (3, decision.DebtorReference), (4, decision.ReceiptId.ToString("N")),
            (8, decision.PaymentSlip)),
    };

    internal static PrismeLine ReceiptHeader(string municipality, string batchId, long count, long sumOre, ClaimBatch? refused) => PrismeLine.Of(
        "R00", (1, "PRISME-KVIT"), (2, "1"), (3, municipality), (4, batchId), (5, refused is null ? "MODTAGET" : "AFVIST"), (6, $"{count}"), (7, $"{sumOre}"),
        (8, refused?.RefusalCode), (9, refused?.RefusalText));

    internal static PrismeLine Trailer(string type, int count) => PrismeLine.Of(type, (1, $"{count}"));

    internal static async Task PutAsync(string name, byte[] content, string into, CancellationToken cancellation)
    {
        var temporary = Path.Combine(into, name + ".tmp");
        await File.WriteAllBytesAsync(temporary, content, cancellation);
        File.Move(temporary, Path.Combine(into, name), overwrite: true);
    }

    /// <summary>The file held CPR numbers in the clear: overwritten before it is deleted.</summary>
    private static void Shred(string path)
    {
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None))
        {
            file.Write(new byte[file.Length]);
            file.Flush(flushToDisk: true);
        }

        File.Delete(path);
    }
}
