using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.Prisme.Format;
using ClaimsTransfer.Prisme.Transport;

namespace ClaimsTransfer.Prisme;

/// <summary>
/// Reads receipt and payment files. The cursor names the files that were read: when it comes back, what was in them has taken effect, and they are moved to the
/// archive. Until then they lie where they are, so nothing is lost between the two.
/// </summary>
internal sealed partial class IncomingFiles(PrismeOptions options, TimeProvider time, ILogger log)
{
    private const int FilesPerRead = 20;
    private const int EntriesPerRead = 10_000;
    private const char CursorSeparator = '/';
    private static readonly string TooLarge = $"it is {BeyondBoundException.Of(Bound.FileBytes).Message}";

    private readonly AskingAgain asking = new(options, time);

    public async Task<ReadBack> ReadAsync(DebtorSystem system, IFileTransport transport, string? cursor, CancellationToken cancellation)
    {
        string[] takenIn = cursor is null or "" ? [] : [.. cursor.Split(CursorSeparator).Where(IsOurs)];
        var lying = await transport.TidyAndListAsync(takenIn, cancellation);
        var waiting = lying.Where(IsOurs).Except(takenIn).Where(name => !asking.Waits(system.Municipality, name)).ToList();

        var (receipts, read, payments) = (new List<Receipt>(), new List<string>(), new PaymentsRead());
        var entries = payments.Entries;
        foreach (var name in lying.Where(FileNames.IsMisnamedPayments))
            payments.Refused.Add(new RefusedDocument(name, DocumentKind.File, name, DocumentFault.WrongName) { IsFoundAgain = true });
        var looked = 0;
        while (looked < waiting.Count && read.Count < FilesPerRead && entries.Count < EntriesPerRead)
        {
            // A payment file may be large: one at a time. Receipt files are small: several at once.
            var next = waiting.Skip(looked).Take(FilesPerRead - read.Count).ToList();
            var names = FileNames.IsReceiptFile(next[0]) ? next.TakeWhile(FileNames.IsReceiptFile).ToList() : next[..1];
            looked += names.Count;
            foreach (var file in await transport.FetchAsync(names, cancellation))
            {
                if (FileNames.PaymentFileId(file.Name) is not { } fileId)
                    TakeInReceipts(system, file, receipts, read);
                else if (await TakeInPaymentsAsync(system, transport, file, fileId, payments, cancellation))
                    read.Add(file.Name);
            }
        }

        return new ReadBack(receipts, string.Join(CursorSeparator, read), looked < waiting.Count)
        {
            Entries = entries, Refused = payments.Refused, TakenDocuments = payments.Taken,
        };
    }

    /// <summary>A receipt file that is still being written simply waits.</summary>
    private void TakeInReceipts(DebtorSystem system, FetchedFile file, List<Receipt> receipts, List<string> read)
    {
        string? fault = TooLarge;
        if (file.Content is { } content && ReceiptFile.Read(content, out fault) is { } receipt)
        {
            if (receipt.RefusalCode is not null)
                Log.BatchRefused(log, system.Municipality, receipt.BatchId, receipt.RefusalCode, receipt.RefusalText);
            receipts.AddRange(receipt.Receipts);
            read.Add(file.Name);
        }
        else if (fault is not null)
        {
            // Archived like the others, or it would be read for ever; what it should have said comes to light when its instructions are asked for.
            Log.UnreadableFile(log, system.Municipality, file.Name, fault);
            read.Add(file.Name);
        }
    }

    /// <summary>Whether the file is done with: taken in, or refused and asked for again. One that cannot be asked for now stays, and is refused again at the next reading.</summary>
    private async Task<bool> TakeInPaymentsAsync(
        DebtorSystem system, IFileTransport transport, FetchedFile file, string fileId, PaymentsRead payments, CancellationToken cancellation)
    {
        var reading = file.Name.StartsWith($"{system.Municipality}_", StringComparison.Ordinal)
            ? file.Content is { } content ? PaymentFile.Read(system.Municipality, fileId, file.Name, content) : new PaymentReading.Refused(PaymentFile.Unreadable, TooLarge)
            : new PaymentReading.Refused(PaymentFile.WrongHeader, "its name is of another municipality");
        if (reading is PaymentReading.Taken taken)
        {
            payments.Entries.AddRange(taken.Entries);
            payments.Taken.Add(PaymentFile.DocumentId(fileId));
            asking.Taken(system.Municipality, fileId);
            foreach (var unreadable in taken.Entries.OfType<DebtorEntry.Unreadable>())
                Log.LineUnreadable(log, system.Municipality, file.Name, unreadable.Line.Line, unreadable.Line.Field, unreadable.Line.Fault);
            return true;
        }

        var refused = (PaymentReading.Refused)reading;
        payments.Refused.Add(new RefusedDocument(PaymentFile.DocumentId(fileId), DocumentKind.File, file.Name, refused.Fault, refused.Line, refused.Field));
        Log.PaymentsRefused(log, system.Municipality, file.Name, refused.Code, refused.Text);
        switch (asking.Next(system.Municipality, fileId, file.Name))
        {
            case Ask.Later:
                return false;
            case Ask.NoMore:
                Log.AskedEnough(log, system.Municipality, file.Name, options.AskAgainAtMost);
                return true;
        }

        // Asked before the cursor moves: a crash in between asks twice, and never not at all.
        var question = AskAgainFile.Of(system.Municipality, fileId, refused);
        var handover = await transport.DeliverAsync(question.Name, question.Content, cancellation);
        if (handover is Handover.Delivered)
        {
            asking.Asked(system.Municipality, fileId, file.Name);
            return true;
        }

        Log.NotAskedAgain(log, system.Municipality, file.Name, handover is Handover.NotDelivered not ? not.Reason : ((Handover.Uncertain)handover).Reason);
        return false;
    }

    private static bool IsOurs(string name) => FileNames.IsReceiptFile(name) || FileNames.PaymentFileId(name) is not null;

    private static partial class Log
    {
        [LoggerMessage(4201, LogLevel.Error, "Prisme of {Municipality} refused batch {BatchId} whole: {Code} {Text}. Nothing of it was booked; its instructions are asked for and sent again.")]
        public static partial void BatchRefused(ILogger logger, string municipality, string batchId, string code, string? text);

        [LoggerMessage(4202, LogLevel.Error, "Prisme of {Municipality} left the receipt file {File}, which cannot be read: {Fault}")]
        public static partial void UnreadableFile(ILogger logger, string municipality, string file, string fault);

        [LoggerMessage(4203, LogLevel.Error, "Prisme of {Municipality} left the payment file {File}, which is refused whole: {Code}, {Fault}. Nothing of it counts; it is asked for again.")]
        public static partial void PaymentsRefused(ILogger logger, string municipality, string file, string code, string fault);

        [LoggerMessage(4205, LogLevel.Error, "Prisme of {Municipality} left the payment file {File}, whose line {Line} cannot be read: field {Field}, {Fault}. It is on the worklist; the other lines count.")]
        public static partial void LineUnreadable(ILogger logger, string municipality, string file, int line, string field, Messages.EntryFault fault);

        [LoggerMessage(4206, LogLevel.Error, "Prisme of {Municipality} left the payment file {File}, which was asked for {Times} times and is refused still. It is asked for no more: a person must settle it with the municipality. Another that can be read counts as ever.")]
        public static partial void AskedEnough(ILogger logger, string municipality, string file, int times);

        [LoggerMessage(4204, LogLevel.Error, "Prisme of {Municipality} could not be asked for the payment file {File} again: {Reason}. It is asked at the next reading.")]
        public static partial void NotAskedAgain(ILogger logger, string municipality, string file, string reason);
    }

    /// <summary>What the payment files of one reading gave.</summary>
    private sealed class PaymentsRead
    {
        public List<DebtorEntry> Entries { get; } = [];

        public List<RefusedDocument> Refused { get; } = [];

        public List<string> Taken { get; } = [];
    }
}
