using System.Diagnostics;

namespace ClaimsTransfer.OperationsConsole.Tests.Running;

internal static class Poll
{
    /// <returns>False: it has not come true in time.</returns>
    public static async Task<bool> UntilAsync(Func<Task<bool>> condition, int seconds = 60)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(seconds))
                return false;
            await Task.Delay(50);
        }

        return true;
    }
}
