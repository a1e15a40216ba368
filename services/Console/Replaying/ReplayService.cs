using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.OperationsConsole.Asking;

namespace ClaimsTransfer.OperationsConsole.Replaying;

/// <summary>Carries replays on in the background, and looks what becomes of what was sent.</summary>
internal sealed partial class ReplayService(ReplayRunner runner, ConsoleOptions options, TimeProvider time, ILogger<ReplayService> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(EveryAsync(runner.CarryOnAsync, stoppingToken), EveryAsync(runner.LookAsync, stoppingToken));

    private async Task EveryAsync(Func<CancellationToken, Task<bool>> work, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.ReplayEvery, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                while (await work(stopping) && !stopping.IsCancellationRequested)
                    Log.More(log);
            }
            catch (ServiceAwayException away)
            {
                Log.Away(log, away.Message);
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                // Everything is stored: what failed now is carried on at the next tick.
                Log.Failed(log, fault.GetType().Name, PersonalData.Mask(fault.Message, 500));
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6010, LogLevel.Debug, "More of a replay is to be done at once")]
        public static partial void More(ILogger logger);

        [LoggerMessage(6011, LogLevel.Warning, "Outcomes of replays are not known for now: {Why}")]
        public static partial void Away(ILogger logger, string why);

        [LoggerMessage(6012, LogLevel.Error, "A round of replays failed with {Fault} and is tried again: {Text}")]
        public static partial void Failed(ILogger logger, string fault, string text);
    }
}
