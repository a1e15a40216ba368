namespace ClaimsTransfer.Prisme.Transport;

/// <summary>Waits for the file that answers a question.</summary>
internal static class Answers
{
    /// <summary>Reads the answer as soon as it lies in <c>ud</c>, and moves it to the archive then; null when there was none to read in time.</summary>
    /// <param name="read">Given the name as it lies there. Null: not whole yet.</param>
    public static async Task<T?> WaitAsync<T>(
        IFileTransport transport, string name, Func<string, Task<T?>> read, TimeSpan within, TimeProvider time, CancellationToken cancellation)
        where T : class
    {
        var interval = transport is FolderTransport ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1);
        var asked = time.GetTimestamp();
        do
        {
            await Task.Delay(interval, time, cancellation);
            if ((await transport.TidyAndListAsync([], cancellation)).FirstOrDefault(lying => lying.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } there)
                continue;
            if (await read(there) is { } answer)
            {
                await transport.TidyAndListAsync([there], cancellation);
                return answer;
            }
        }
        while (time.GetElapsedTime(asked) < within);

        return null;
    }
}
