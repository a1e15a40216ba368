using System.Diagnostics;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

internal static class Eventually
{
    /// <summary>Polls a condition until it holds, for at most 20 s.</summary>
    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    /// <summary>Polls a condition until it holds, for at most 20 s.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(20))
                Assert.Fail("What was waited for did not come within 20 s.");
            await Task.Delay(10);
        }
    }
}
