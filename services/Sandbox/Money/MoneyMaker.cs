namespace ClaimsTransfer.Sandbox.Money;

/// <summary>Lets the money happen: finds new claims and carries out what is due, over and over.</summary>
internal sealed partial class MoneyMaker(MoneyLedger ledger, TimeProvider time, ILogger<MoneyMaker> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await ledger.SweepAsync(stoppingToken) | await ledger.MakeDueAsync(stoppingToken))
                {
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Nothing of the round was committed that is not whole: the next takes up where it stopped.
                Log.Failed(log, failure);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6301, LogLevel.Error, "The money of the stand-in debtor systems failed in a round; it goes on in the next")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
