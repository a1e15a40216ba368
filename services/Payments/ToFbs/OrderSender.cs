namespace ClaimsTransfer.Payments.ToFbs;

/// <summary>Sends the orders that are due until FBS has answered each, always under the same order id. Several instances may do it at once.</summary>
public sealed class OrderSender(IOrderStore store, FbsPayments fbs, PaymentsOptions options, TimeProvider time)
{
    /// <summary>As long as the slowest of them may take, and their answers to be kept.</summary>
    public static TimeSpan LongestSweep(PaymentsOptions options) =>
        (options.FbsTimeout * Math.Ceiling((double)options.FbsBatchSize / options.FbsConcurrency)) + TimeSpan.FromSeconds(30);

    /// <summary>One sweep; returns how many FBS has answered, so that the caller knows whether to go on at once.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var due = await store.TakeDueAsync(now, now + LongestSweep(options), options.FbsBatchSize, cancellation);
        var answered = 0;
        await Parallel.ForEachAsync(
            due, new ParallelOptions { MaxDegreeOfParallelism = options.FbsConcurrency, CancellationToken = cancellation },
            async (order, stop) =>
            {
                var answer = await fbs.RegisterAsync(order, stop);
                var at = time.GetUtcNow();
                await store.KeepAsync(order, answer, at, at + Pause(order.Calls), stop);
                if (answer is not OrderAnswer.Unclear)
                    Interlocked.Increment(ref answered);
            });
        return answered;
    }

    /// <summary>Doubles from a second up to the longest pause.</summary>
    private TimeSpan Pause(int calls) =>
        TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(calls - 1, 30)), options.FbsLongestPause.TotalSeconds));
}
