namespace ClaimsTransfer.LocalServers;

/// <summary>
/// A server's folder, made and given to the account that the server runs under. What keeps that account from using it is said here, with the command that mends it, before
/// anything starts: Erlang takes twenty seconds and a page for it.
/// </summary>
internal static class ServerFolder
{
    private const string Try = """
        for folder do [ -x "$folder" ] || { printf %s "$folder"; exit 1; }; done
        : >"$folder/.try" && rm "$folder/.try"
        """;

    /// <param name="server">As it is called in a message.</param>
    public static async Task PrepareAsync(string folder, string server, Account account, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The folder of {server} cannot be made: {failure.Message}", failure);
        }

        DiskSpace.Check(folder, server);
        await account.TakeOverAsync(folder, cancellation);
        var tried = await ChildProcess.TryAsync(account.Command("sh", ["-c", Try, "sh", .. WithThoseAbove(folder)]), cancellation);
        if (tried.ExitCode == 0)
            return;
        throw new InvalidOperationException(tried.Output.Length > 0 ? Closed(tried.Output, folder, server, account) : $"{server} may not write in its folder as {account.Who}: {tried.Errors}");
    }

    private static string Closed(string first, string folder, string server, Account account)
    {
        var closed = WithThoseAbove(folder).SkipWhile(above => above != first).Where(above => above == first || !IsOpen(above)).ToList();
        return $"{server} runs as {account.Who}, who may not enter {string.Join(" and ", closed)} on the way to {folder}.\n"
            + $"Let it through:  chmod o+x {string.Join(' ', closed.Select(Quoted))}   or take another data folder.";
    }

    /// <summary>From the root down to the folder itself.</summary>
    private static IEnumerable<string> WithThoseAbove(string folder)
    {
        var above = new Stack<string>();
        for (var at = Path.GetFullPath(folder); at is not null; at = Path.GetDirectoryName(at))
            above.Push(at);
        return above;
    }

    private static bool IsOpen(string folder) => OperatingSystem.IsWindows() || (File.GetUnixFileMode(folder) & UnixFileMode.OtherExecute) != UnixFileMode.None;

    /// <summary>As a shell takes it.</summary>
    private static string Quoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+@".Contains(c, StringComparison.Ordinal)) ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
