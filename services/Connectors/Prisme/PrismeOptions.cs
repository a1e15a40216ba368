using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Prisme;

/// <summary>Settings of the Prisme connector, section <c>Connectors:Prisme</c>.</summary>
public sealed record PrismeOptions
{
    public const string Section = "Connectors:Prisme";

    /// <summary>Private key for SFTP (OpenSSH format, readable by this user alone). Passwords are not supported.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>Host keys of the SFTP servers, in OpenSSH's <c>known_hosts</c> format; a server that is not in it is not talked to.</summary>
    public string KnownHostsFile { get; init; } = "";

    /// <summary>Where a municipality without an endpoint has its folder: <c>SandboxFolder/CODE</c>. The same folder as the sandbox's <c>Sandbox:PrismeFolder</c>;
    /// empty: <c>DATA/sandbox/prisme</c> where a sandbox runs, as there.</summary>
    public string SandboxFolder { get; init; } = "";

    /// <summary>Instructions in one file at most.</summary>
    public int BatchSize { get; init; } = 500;

    /// <summary>How often <c>ud</c> is looked through for receipt and payment files. Over SFTP a minute is plenty.</summary>
    public TimeSpan ReadInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the answer to a question is waited for.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>How long the list of the claims that Prisme holds is waited for, and how long fetching it over SFTP may take.</summary>
    public TimeSpan ExtractTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From asking for a refused payment file to asking for the same a second time, where it comes again and is refused again; doubles from time to time, up to a day.</summary>
    public TimeSpan AskAgainAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>So often is one payment file asked for by itself; then a person has to settle it.</summary>
    public int AskAgainAtMost { get; init; } = 6;

    /// <summary>How long one step over SFTP may take, connecting included, and how long fetching the list of claims may stand still; well below <c>Connectors:CallTimeout</c>,
    /// which ends the whole call.</summary>
    public TimeSpan TransferTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Where the list of the claims that Prisme holds lies while it is read, for this user alone; empty: the temporary folder.</summary>
    public string WorkFolder { get; init; } = "";

    public void Validate()
    {
        if (BatchSize is < 1 or > 5000)
            throw new PermanentException($"{Section}:BatchSize is {BatchSize}; it must be 1 to 5000, for example 500.");
        if (ReadInterval <= TimeSpan.Zero)
            throw new PermanentException($"{Section}:ReadInterval is {ReadInterval}; it must be positive, for example 00:01:00.");
        if (AnswerTimeout <= TimeSpan.Zero || TransferTimeout <= TimeSpan.Zero)
            throw new PermanentException($"{Section}:AnswerTimeout and TransferTimeout must be positive, for example 00:00:15.");
        if (AskAgainAfter <= TimeSpan.Zero || AskAgainAfter > AskingAgain.Longest)
            throw new PermanentException($"{Section}:AskAgainAfter is {AskAgainAfter}; it must be positive and no longer than a day, for example 00:01:00.");
        if (AskAgainAtMost is < 1 or > 100)
            throw new PermanentException($"{Section}:AskAgainAtMost is {AskAgainAtMost}; it must be 1 to 100, for example 6.");
        if (ExtractTimeout <= TimeSpan.Zero)
            throw new PermanentException($"{Section}:ExtractTimeout is {ExtractTimeout}; it must be positive, for example 00:05:00.");
        foreach (var (key, file) in new[] { (nameof(KeyFile), KeyFile), (nameof(KnownHostsFile), KnownHostsFile) })
        {
            if (file.Length > 0 && !File.Exists(file))
                throw new PermanentException($"{Section}:{key} names the file {file}, which does not exist.");
        }
    }
}
