namespace ClaimsTransfer.LocalServers;

/// <summary>Which account a local server runs under: ours, or its own when we are root, which PostgreSQL refuses to run as.</summary>
internal sealed record Account(string? Name)
{
    private const string SetPriv = "setpriv";

    /// <summary>A terminal's Ctrl-C goes to its whole session: the servers are stopped by us, after those who use them, and RabbitMQ would hang in it.</summary>
    private const string SetSid = "setsid";

    /// <param name="name">The account that Debian's <paramref name="package"/> makes.</param>
    public static Account ForServer(string name, string package)
    {
        if (Environment.UserName != "root")
            return new Account((string?)null);
        if (!File.ReadLines("/etc/passwd").Any(line => line.StartsWith($"{name}:", StringComparison.Ordinal)))
            throw new InvalidOperationException($"There is no account {name}, which the server needs because it refuses to run as root. On Debian: apt-get install {package}.");
        return new Account(name);
    }

    /// <summary>For messages.</summary>
    public string Who => $"the user {Name ?? Environment.UserName}";

    /// <summary>The command as this account, sent <paramref name="deathSignal"/> by the kernel when its parent dies.</summary>
    public IReadOnlyList<string> Command(string program, IEnumerable<string> arguments, string deathSignal = "INT")
    {
        string[] session = IsInstalled(SetSid) ? [SetSid] : [];
        if (!IsInstalled(SetPriv))
            return Name is null ? [.. session, program, .. arguments] : [.. session, "runuser", "-u", Name, "--", program, .. arguments];
        string[] account = Name is null ? [] : ["--reuid", Name, "--regid", Name, "--init-groups"];
        return [.. session, SetPriv, .. account, "--pdeathsig", deathSignal, "--", program, .. arguments];
    }

    public async Task TakeOverAsync(string folder, CancellationToken cancellation)
    {
        if (Name is not null)
        {
            await ChildProcess.RunAsync(["chown", "-R", $"{Name}:", folder], cancellation);
            return;
        }

        // Only root gives files away: what a run as root left here is its servers'.
        var others = await ChildProcess.TryAsync(["find", folder, "!", "-user", Environment.UserName, "-print", "-quit"], cancellation);
        if (others is not { ExitCode: 0, Output: "" })
        {
            throw new InvalidOperationException(
                $"{folder} is from a run of another user: {(others.Output.Length > 0 ? others.Output : others.Errors)} is not yours.\n"
                + $"Take it over:  sudo chown -R {Environment.UserName}: {folder}   or take another data folder.");
        }
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
