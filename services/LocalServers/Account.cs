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

    /// <summary>The command as this account, sent <paramref name="deathSignal"/> by the kernel when its parent dies.</summary>
    public IReadOnlyList<string> Command(string program, IEnumerable<string> arguments, string deathSignal = "INT")
    {
        string[] session = IsInstalled(SetSid) ? [SetSid] : [];
        if (!IsInstalled(SetPriv))
            return Name is null ? [.. session, program, .. arguments] : [.. session, "runuser", "-u", Name, "--", program, .. arguments];
        // dac_read_search: the data folder may lie below one that only root may enter; the account must still find its own.
        string[] account = Name is null ? [] : ["--reuid", Name, "--regid", Name, "--init-groups", .. MayPass ? ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"] : (string[])[]];
        return [.. session, SetPriv, .. account, "--pdeathsig", deathSignal, "--", program, .. arguments];
    }

    public async Task TakeOverAsync(string folder, CancellationToken cancellation)
    {
        if (Name is not null)
            await ChildProcess.RunAsync(["chown", "-R", $"{Name}:", folder], cancellation);
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Whether our own capabilities hold CAP_DAC_READ_SEARCH (bit 2): a container may have taken it.</summary>
    private static bool MayPass =>
        File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("CapPrm:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line[7..].Trim(), 16) & 4) != 0;
}
