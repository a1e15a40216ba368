using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.OperationsConsole.Asking;

namespace ClaimsTransfer.OperationsConsole.Replaying;

/// <summary>Carries replays on in the background, and looks what becomes of what was sent.</summary>
internal sealed partial class ReplayService(ReplayRunner runner, ConsoleOptions options, Loops loops, ILogger<ReplayService> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(EveryAsync("sending", runner.CarryOnAsync, stoppingToken), EveryAsync("outcomes", runner.LookAsync, stoppingToken));

    private Task EveryAsync(string what, Func<CancellationToken, Task<bool>> work, CancellationToken stopping) =>
        loops.EveryAsync($"{nameof(ReplayService)} {what}", options.ReplayEvery, work, Tell, stopping);

    /// <summary>Everything is stored: what failed now is carried on at the next tick.</summary>
    private void Tell(Exception fault)
    {
        if (fault is ServiceAwayException)
            Log.Away(log, fault.Message);
        else
            Log.Failed(log, fault.GetType().Name, PersonalData.Mask(fault.Message, 500));
    }

    private static partial class Log
    {
        [LoggerMessage(6011, LogLevel.Warning, "Outcomes of replays are not known for now: {Why}")]
        public static partial void Away(ILogger logger, string why);

        [LoggerMessage(6012, LogLevel.Error, "A round of replays failed with {Fault} and is tried again: {Text}")]
        public static partial void Failed(ILogger logger, string fault, string text);
    }
}
