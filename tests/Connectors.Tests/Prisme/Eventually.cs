using System.Diagnostics;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

internal static class Eventually
{
    /// <summary>Asks again and again until the answer is there, and fails with what was waited for.</summary>
    public static async Task<T> GetAsync<T>(string what, Func<Task<T?>> ask, TimeSpan? within = null) where T : class
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < (within ?? TimeSpan.FromSeconds(20));)
        {
            if (await ask() is { } answer)
                return answer;
            await Task.Delay(20);
        }

        throw new AssertionException($"Waited in vain for {what}.");
    }

    public static async Task BecomesTrueAsync(string what, Func<bool> holds) => await GetAsync(what, () => Task.FromResult(holds() ? "yes" : null));
}
