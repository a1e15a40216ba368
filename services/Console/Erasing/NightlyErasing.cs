using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;

namespace ClaimsTransfer.OperationsConsole.Erasing;

/// <summary>
/// Erases each night what is past each municipality's retention. One that fails does not stop the next, and is tried again; a night that was missed is made up for. The very first waits
/// for its hour. Two instances that do it at once erase the same, which is erased once.
/// </summary>
internal sealed partial class NightlyErasing(
    ErasureStore nights, Eraser eraser, AuditLog audit, IMunicipalities municipalities, ConsoleOptions options, Loops loops, TimeProvider time,
    ILogger<NightlyErasing> log) : BackgroundService
{
    public static readonly Actor Who = new("nightly", Role.Administrator, null);

    /// <summary>What came and does not say whose it is.</summary>
    private const string Unnamed = "";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    /// <summary>The first night of an old installation has years to erase.</summary>
    private static readonly TimeSpan LongestNight = TimeSpan.FromHours(6);

    private static readonly TimeSpan AgainAfter = TimeSpan.FromMinutes(15);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.EveryAsync(nameof(NightlyErasing), Interval, EraseIfDueAsync, failure => Log.NightFailed(log, failure), stoppingToken, LongestNight);

    /// <summary>Every municipality whose night is due; also those that are not configured any more and have claims.</summary>
    internal async Task EraseIfDueAsync(CancellationToken cancellation)
    {
        if (options.ErasesAt is not { } at)
            return;
        var (now, known) = (time.GetUtcNow(), (await nights.NightsAsync(cancellation)).ToDictionary(night => night.Municipality, StringComparer.Ordinal));
        var night = DanishTime.LastDue(at, now).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var codes = municipalities.All.Select(municipality => municipality.Code).Append(Unnamed).ToHashSet(StringComparer.Ordinal);
        if (known.Count == 0)
        {
            await nights.SetAsync([.. codes.Select(code => new NightOfErasing(code, night, now, 0, 0, null, null))], cancellation);
            return;
        }

        codes.UnionWith(known.Keys);
        if (!codes.Any(IsDue))
            return;
        try
        {
            codes.UnionWith(await eraser.MunicipalitiesAsync(cancellation));
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // Those that are known are tried all the same, and each keeps why it failed; the others are asked for again with the next that is due.
            Log.NotListed(log, failure);
        }

        foreach (var code in codes.Where(IsDue).Order(StringComparer.Ordinal).ToList())
            await nights.SetAsync([await EraseAsync(Retention.Of(code, municipalities), known.GetValueOrDefault(code) ?? NightOfErasing.Before(code), night, cancellation)], cancellation);

        bool IsDue(string code) =>
            known.GetValueOrDefault(code) is not { } last || (string.CompareOrdinal(last.Night, night) < 0 && (last.Failure is null || now - last.TriedAt >= AgainAfter));
    }

    private async Task<NightOfErasing> EraseAsync(Retention retention, NightOfErasing last, string night, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        try
        {
            var erased = await eraser.PastRetentionAsync(retention, cancellation);
            if (erased.Claims + erased.Others > 0)
            {
                await audit.AppendAsync(
                    Who,
                    new AuditedAction(
                        "claims.erase", $"municipality {retention.Code}".TrimEnd(), retention.Code, $"retention: {retention.Years} years",
                        JsonSerializer.Serialize(new { before = retention.KeptSince(now) }, ServiceClient.Json),
                        Note.Write([ErasingNotes.Done(erased.Claims, erased.Others, erased.Kept.Count)])),
                    cancellation);
                Log.Erased(log, retention.Code, erased.Claims, erased.Others, erased.Kept.Count);
            }

            return new NightOfErasing(retention.Code, night, now, erased.Claims, erased.Kept.Count, null, null);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.Failed(log, failure, retention.Code);
            return last with { TriedAt = now, Failure = failure is NotedException noted ? Note.Write(noted.Notes) : failure.GetType().Name, FailedSince = last.FailedSince ?? now };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5701, LogLevel.Information, "Municipality {Municipality}: who owed is erased of {Claims} claims past their retention, and {Others} that belong to none; {Kept} are still needed")]
        public static partial void Erased(ILogger logger, string municipality, long claims, long others, long kept);

        [LoggerMessage(5702, LogLevel.Error, "What is past the retention of municipality {Municipality} could not all be erased; it is tried again")]
        public static partial void Failed(ILogger logger, Exception failure, string municipality);

        [LoggerMessage(5704, LogLevel.Warning, "Which municipalities have claims without being configured is not known now; nothing of theirs is erased before the next look")]
        public static partial void NotListed(ILogger logger, Exception failure);

        [LoggerMessage(5703, LogLevel.Error, "The night's erasing failed; it is tried again")]
        public static partial void NightFailed(ILogger logger, Exception failure);
    }
}
