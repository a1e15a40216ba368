namespace ClaimsTransfer.Prisme.Transport;

/// <summary>Waits for the file that answers a question.</summary>
internal static class Answers
{
    /// <summary>Reads the answer as soon as it lies in <c>ud</c>, and moves it to the archive then; null when there was none to read in time.</summary>
    /// <param name="read">Null: not whole yet.</param>
    public static async Task<T?> WaitAsync<T>(
        IFileTransport transport, string name, Func<Task<T?>> read, TimeSpan within, TimeProvider time, CancellationToken cancellation)
        where T : class
    {
        var interval = transport is FolderTransport ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1);
        var asked = time.GetTimestamp();
        do
        {
            await Task.Delay(interval, time, cancellation);
            if (!(await transport.TidyAndListAsync([], cancellation)).Contains(name, StringComparer.Ordinal))
                continue;
            if (await read() is { } answer)
            {
                await transport.TidyAndListAsync([name], cancellation);
                return answer;
            }
        }
        while (time.GetElapsedTime(asked) < within);

        return null;
    }
}
