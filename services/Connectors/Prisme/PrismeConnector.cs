using System.Text.RegularExpressions;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Prisme.Format;
using ClaimsTransfer.Prisme.Transport;

namespace ClaimsTransfer.Prisme;

/// <summary>Fujitsu Prisme: a batch is a file, and so is everything that comes back.</summary>
public sealed partial class PrismeConnector(PrismeOptions options, FileTransports transports, TimeProvider time, ILogger<PrismeConnector> log) : IConnector
{
    private const int FilesPerRead = 20;
    private const char CursorSeparator = '/';

    public ConnectorCapabilities Capabilities { get; } = new("Prisme", options.BatchSize, options.ReadInterval);

    public async Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        IFileTransport transport;
        try
        {
            transport = transports.Of(system);
        }
        catch (PermanentException misconfigured)
        {
            // Nothing left the house, and the claims can wait until the endpoint is put right.
            return [.. instructions.Select(_ => new Submitted.Unavailable(null, misconfigured.Message))];
        }

        var file = ClaimFile.Of(system, instructions);
        var handover = await transport.DeliverAsync(file.Name, file.Content, cancellation);
        Submitted outcome = handover switch
        {
            Handover.Delivered => new Submitted.Pending(file.BatchId),
            Handover.NotDelivered not => new Submitted.Unavailable(null, not.Reason),
            Handover.Uncertain uncertain => new Submitted.Unknown(uncertain.Reason),
            _ => throw new InvalidOperationException("a handover is delivered, not delivered or uncertain"),
        };
        return [.. instructions.Select(_ => outcome)];
    }

    /// <summary>Prisme answers a question only after it has taken in every claim file that lay in <c>ind</c> before it: so "unknown to us" is certain.</summary>
    public async Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        var transport = transports.Of(system);
        var question = QuestionFile.Of(system.Municipality, instructions, time.GetUtcNow());
        if (await transport.DeliverAsync(question.Name, question.Content, cancellation) is Handover.NotDelivered not)
            return [.. instructions.Select(_ => new Found.NoAnswer(not.Reason))];

        var answer = await WaitForAnswerAsync(transport, question.AnswerName, cancellation);
        return answer is null
            ? [.. instructions.Select(_ => new Found.NoAnswer($"no answer within {options.AnswerTimeout}"))]
            : [.. instructions.Select(i => answer.GetValueOrDefault(i.Id) ?? new Found.NoAnswer("the answer leaves the instruction out"))];
    }

    /// <summary>
    /// Reads receipt files. The cursor names the files that were read: when it comes back, what was in them has taken effect, and they are moved to the
    /// archive. Until then they lie where they are, so nothing is lost between the two, and a file that is still being written simply waits.
    /// </summary>
    public async Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation)
    {
        var transport = transports.Of(system);
        string[] takenIn = cursor is null or "" ? [] : [.. cursor.Split(CursorSeparator).Where(IsReceiptFile)];
        var waiting = (await transport.TidyAndListAsync(takenIn, cancellation)).Where(IsReceiptFile).Except(takenIn).ToList();

        var receipts = new List<Receipt>();
        var read = new List<string>();
        var looked = 0;
        while (looked < waiting.Count && read.Count < FilesPerRead)
        {
            var files = await transport.FetchAsync([.. waiting.Skip(looked).Take(FilesPerRead - read.Count)], cancellation);
            looked += FilesPerRead - read.Count;
            foreach (var file in files)
                TakeIn(system, file, receipts, read);
        }

        return new ReadBack(receipts, read.Count > 0 ? string.Join(CursorSeparator, read) : "", looked < waiting.Count);
    }

    private void TakeIn(DebtorSystem system, FetchedFile file, List<Receipt> receipts, List<string> read)
    {
        if (ReceiptFile.Read(file.Content, out var fault) is { } receipt)
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

    private async Task<Dictionary<Guid, Found>?> WaitForAnswerAsync(IFileTransport transport, string name, CancellationToken cancellation)
    {
        var interval = transport is FolderTransport ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1);
        var asked = time.GetTimestamp();
        do
        {
            await Task.Delay(interval, time, cancellation);
            if (!(await transport.TidyAndListAsync([], cancellation)).Contains(name, StringComparer.Ordinal))
                continue;
            if (await transport.FetchAsync([name], cancellation) is [var file] && QuestionFile.ReadAnswer(file.Content) is { } answer)
            {
                await transport.TidyAndListAsync([name], cancellation);
                return answer;
            }
        }
        while (time.GetElapsedTime(asked) < options.AnswerTimeout);

        return null;
    }

    // The other side chooses the names; only those of the agreed form are ever written into a command.
    private static bool IsReceiptFile(string name) => ReceiptName().IsMatch(name);

    [GeneratedRegex(@"^\d{4}_[A-Za-z0-9_-]{1,100}\.kvit$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ReceiptName();

    private static partial class Log
    {
        [LoggerMessage(4201, LogLevel.Error, "Prisme of {Municipality} refused batch {BatchId} whole: {Code} {Text}. Nothing of it was booked; its instructions are asked for and sent again.")]
        public static partial void BatchRefused(ILogger logger, string municipality, string batchId, string code, string? text);

        [LoggerMessage(4202, LogLevel.Error, "Prisme of {Municipality} left the receipt file {File}, which cannot be read: {Fault}")]
        public static partial void UnreadableFile(ILogger logger, string municipality, string file, string fault);
    }
}
