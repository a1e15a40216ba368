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
    private static readonly Municipality NoMunicipality = new("", "", "", default, default, default, default);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);
    /// <summary>The first night of an old installation has years to erase.</summary>
    private static readonly TimeSpan LongestNight = TimeSpan.FromHours(6);

    private static readonly TimeSpan AgainAfter = TimeSpan.FromMinutes(15);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.EveryAsync(nameof(NightlyErasing), Interval, EraseIfDueAsync, failure => Log.NightFailed(log, failure), stoppingToken, LongestNight);

    /// <summary>Every municipality whose night is due.</summary>
    internal async Task EraseIfDueAsync(CancellationToken cancellation)
    {
        if (options.ErasesAt is not { } at)
            return;
        var (now, known) = (time.GetUtcNow(), (await nights.NightsAsync(cancellation)).ToDictionary(night => night.Municipality, StringComparer.Ordinal));
        var night = DanishTime.LastDue(at, now).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (known.Count == 0)
        {
            await nights.SetAsync([.. municipalities.All.Append(NoMunicipality).Select(municipality => new NightOfErasing(municipality.Code, night, now, 0, 0, null, null))], cancellation);
            return;
        }

        foreach (var municipality in municipalities.All.OrderBy(municipality => municipality.Code, StringComparer.Ordinal).Prepend(NoMunicipality))
        {
            var last = known.GetValueOrDefault(municipality.Code) ?? new NightOfErasing(municipality.Code, "", DateTimeOffset.MinValue, 0, 0, null, null);
            if (string.CompareOrdinal(last.Night, night) < 0 && (last.Failure is null || now - last.TriedAt >= AgainAfter))
                await nights.SetAsync([await EraseAsync(municipality, last, night, cancellation)], cancellation);
        }
    }

    private async Task<NightOfErasing> EraseAsync(Municipality municipality, NightOfErasing last, string night, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        try
        {
            var erased = await eraser.PastRetentionAsync(municipality, cancellation);
            if (erased.Claims + erased.Others > 0)
            {
                await audit.AppendAsync(
                    Who,
                    new AuditedAction(
                        "claims.erase", $"municipality {municipality.Code}", municipality.Code, $"retention: {municipality.RetentionYears} years",
                        JsonSerializer.Serialize(new { before = municipality.KeptSince(now) }, ServiceClient.Json),
                        Note.Write([ErasingNotes.Done(erased.Claims, erased.Others, erased.Kept.Count)])),
                    cancellation);
                Log.Erased(log, municipality.Code, erased.Claims, erased.Others, erased.Kept.Count);
            }

            return new NightOfErasing(municipality.Code, night, now, erased.Claims, erased.Kept.Count, null, null);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.Failed(log, failure, municipality.Code);
            return last with { TriedAt = now, Failure = failure is NotedException noted ? Note.Write(noted.Notes) : failure.GetType().Name, FailedSince = last.FailedSince ?? now };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5701, LogLevel.Information, "Municipality {Municipality}: who owed is erased of {Claims} claims past their retention, and {Others} that belong to none; {Kept} are still needed")]
        public static partial void Erased(ILogger logger, string municipality, long claims, long others, long kept);

        [LoggerMessage(5702, LogLevel.Error, "What is past the retention of municipality {Municipality} could not all be erased; it is tried again")]
        public static partial void Failed(ILogger logger, Exception failure, string municipality);

        [LoggerMessage(5703, LogLevel.Error, "The night's erasing failed; it is tried again")]
        public static partial void NightFailed(ILogger logger, Exception failure);
    }
}
