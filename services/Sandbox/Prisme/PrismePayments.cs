using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Money;

namespace ClaimsTransfer.Sandbox.Prisme;

/// <summary>
/// Writes the payment files, a file every second where there is something to tell, and again for whoever asks for one again. The fault <c>cut-file</c> cuts some in the
/// middle and gives as many wrong totals. One municipality's trouble holds back nobody else's files.
/// </summary>
internal sealed partial class PrismePayments(
    string root, Tellings tellings, PaymentFiles files, FaultControl faults, MoneyControl money, TimeProvider time, ILogger<PrismePayments> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenFiles = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, DateTimeOffset> nextFile = new(StringComparer.Ordinal);
    private long names;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // What was put down for a file is written in the next round.
                Log.RoundFailed(log, failure);
            }
        }
    }

    private async Task RoundAsync(CancellationToken cancellation)
    {
        var open = (await files.OpenAsync(cancellation)).ToLookup(file => file.Municipality, StringComparer.Ordinal);
        var due = await tellings.MunicipalitiesAsync(Vendor.Prisme, cancellation);
        var asking = Directory.Exists(root) ? Directory.GetDirectories(root).Select(folder => Path.GetFileName(folder)) : [];
        foreach (var municipality in open.Select(files => files.Key).Concat(due).Concat(asking).Distinct(StringComparer.Ordinal).ToList())
        {
            // While it takes nothing, what is asked for again cannot be seen, and what is gone may yet be asked for.
            if (faults.Plan.Down.Contains(municipality) || !Directory.Exists(In(municipality)))
                continue;
            try
            {
                await ServeAsync(municipality, [.. open[municipality]], due.Contains(municipality), cancellation);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.Failed(log, municipality, failure);
            }
        }
    }

    private async Task ServeAsync(string municipality, IReadOnlyList<PaymentFile> open, bool isDue, CancellationToken cancellation)
    {
        // In this order: whoever takes a file away has asked for it again before, if at all.
        var lying = Directory.GetFiles(Out(municipality), "*.bet").Select(path => Path.GetFileName(path)).ToHashSet(StringComparer.Ordinal);
        var again = await AnswerAsync(municipality, cancellation);
        foreach (var file in open.Where(file => !again.Contains(file.Id)))
        {
            if (!file.IsWritten)
                await WriteAsync(file, cancellation);
            else if (!file.IsBad && !lying.Contains(file.Name))
                await files.TakenAsync(file, cancellation);
        }

        if (!isDue || time.GetUtcNow() < nextFile.GetValueOrDefault(municipality))
            return;
        nextFile[municipality] = time.GetUtcNow() + BetweenFiles;
        if (await files.StartAsync(municipality, id => NameOf(municipality, id), id => faults.Hits(faults.Plan.CutFile, "cut-file", id, 0), cancellation) is { } next)
            await WriteAsync(next, cancellation);
    }

    /// <returns>The ids of the files that were asked for again.</returns>
    private async Task<IReadOnlySet<string>> AnswerAsync(string municipality, CancellationToken cancellation)
    {
        var again = new HashSet<string>(StringComparer.Ordinal);
        foreach (var question in Directory.GetFiles(In(municipality), "*.genbestil").Order(StringComparer.Ordinal))
        {
            var lines = PrismeLines.Read(await File.ReadAllBytesAsync(question, cancellation), "G99", out var fault);
            var header = lines?[0];
            if (header is { Type: "G00" } && header[1] == "PRISME-GENBESTIL" && header[3] == municipality
                && await files.FindAsync(municipality, header[4], cancellation) is { } file)
            {
                Log.AskedAgain(log, municipality, file.Name, header[5]);
                await WriteAsync(await files.AgainAsync(file, NameOf(municipality, file.Id), cancellation), cancellation);
                again.Add(file.Id);
            }
            else
                Log.NotUnderstood(log, municipality, Path.GetFileName(question), lines is null ? fault : "it names no payment file of this municipality");
            File.Delete(question);
        }

        return again;
    }

    private async Task WriteAsync(PaymentFile file, CancellationToken cancellation)
    {
        // In an order that is none, the same each time it is written.
        var entries = (await files.EntriesAsync(file, cancellation)).OrderBy(entry => money.Draw("order", entry.EntryId)).ToList();
        var isCut = file.IsBad && faults.Hits(0.5, "cut-in-the-middle", file.Id, 0);
        var content = PrismeLines.Write(PaymentLines.Payments(file.Municipality, file.Id, entries, wrong: file.IsBad && !isCut));
        await PrismeFolder.PutAsync(file.Name, isCut ? content[..(content.Length / 2)] : content, Out(file.Municipality), cancellation);
        await files.WrittenAsync(file, cancellation);
    }

    private string NameOf(string municipality, string fileId) =>
        $"{municipality}_{time.GetUtcNow().UtcDateTime:yyyyMMddHHmmssfff}-{Interlocked.Increment(ref names)}_{fileId}.bet";

    private string In(string municipality) => Path.Combine(root, municipality, "ind");

    private string Out(string municipality) => Path.Combine(root, municipality, "ud");

    private static partial class Log
    {
        [LoggerMessage(6211, LogLevel.Error, "The payment files failed in a round; it goes on in the next")]
        public static partial void RoundFailed(ILogger logger, Exception failure);

        [LoggerMessage(6212, LogLevel.Error, "{Municipality}: its payment files failed in a round; they go on in the next")]
        public static partial void Failed(ILogger logger, string municipality, Exception failure);

        [LoggerMessage(6213, LogLevel.Information, "{Municipality}: {File} was asked for again ({Code})")]
        public static partial void AskedAgain(ILogger logger, string municipality, string file, string code);

        [LoggerMessage(6214, LogLevel.Warning, "{Municipality}: {Question} asks for nothing that can be given: {Reason}")]
        public static partial void NotUnderstood(ILogger logger, string municipality, string question, string reason);
    }
}
