using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Sandbox.Access;

namespace ClaimsTransfer.Standalone;

/// <summary>What a run was asked to do.</summary>
public sealed record RunSettings
{
    /// <summary>NDJSON to import: a file, or <c>-</c> for standard input; null: none.</summary>
    public string? Claims { get; init; }

    /// <summary>End when nothing is in flight.</summary>
    public bool UntilDone { get; init; }

    /// <summary>Where the report is written at the end.</summary>
    public string? Report { get; init; }

    public required string Data { get; init; }

    public string? Municipalities { get; init; }

    /// <summary>How bad the sandbox is, in its own words.</summary>
    public string? SandboxFaults { get; init; }

    /// <summary>What the sandbox's debtor systems do with the claims they hold, in its own words; null: nothing, or what the settings say.</summary>
    public string? SandboxMoney { get; init; }

    /// <summary><c>embedded</c>, <c>local</c> or a URL.</summary>
    public string Broker { get; init; } = "embedded";

    /// <summary><c>embedded</c>, <c>local</c> or a URL.</summary>
    public string Store { get; init; } = "embedded";

    /// <summary>How many processes of each service; those not named have one.</summary>
    public IReadOnlyDictionary<string, int> Instances { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>The port of the console, and of all services in one process; null: any.</summary>
    public int? Port { get; init; }

    /// <summary>Sample claims a second; 0: none are sent.</summary>
    public double SamplesPerSecond { get; init; }

    /// <summary>Every service in this process.</summary>
    public bool InOneProcess => Broker == "embedded" && Store == "embedded";

    /// <summary>The stand-ins' own credentials.</summary>
    private static string StandInFolder(string data) => Path.Combine(data, "sandbox", "credentials");

    /// <summary>Before anything starts: what we and the stand-ins know each other by.</summary>
    public void MakeCredentials()
    {
        string Setting(string variable, string otherwise) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? given : otherwise;
        var file = MunicipalityFile.Load(Defaults.Municipalities.Municipalities.PathOf(new Installation { Municipalities = Municipalities ?? Setting("CLAIMS_MUNICIPALITIES", ""), Data = Data }), allowPlain: true);
        // Those of the shipped file too: one that is added while everything runs is one of them.
        var shipped = MunicipalityFile.Load(Path.Combine(AppContext.BaseDirectory, "municipalities.yaml"), allowPlain: true);
        StandInCredentials.Make(
            Setting("CLAIMS_CREDENTIALS", new Installation { Data = Data }.CredentialFolder), Setting("Sandbox__Credentials", StandInFolder(Data)),
            file.Entries.Concat(shipped.Entries).Select(municipality => municipality.Code).Distinct(StringComparer.Ordinal), TimeProvider.System);
    }

    /// <summary>
    /// What the sandbox's debtor systems make of the production settings: they answer in seconds, so doubt begins after minutes, not hours. The environment may say otherwise.
    /// </summary>
    public static IReadOnlyDictionary<string, string?> RehearsalDefaults(string data) => new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
    {
        ["Connectors:GiveUpAfter"] = "00:05:00",
        ["Sandbox:Credentials"] = StandInFolder(data),
        ["Connectors:Prisme:AskAgainAfter"] = "00:00:01",
        ["Connectors:Prisme:SandboxFolder"] = Path.Combine(data, "sandbox", "prisme"),
        ["Ingest:DemoSender"] = "true",
        ["Payments:LateAfter"] = "00:00:05",
        ["Routing:SendingDeadline"] = "00:01:00",
        ["Routing:SentDeadline"] = "00:00:20",
        ["Routing:LongestPause"] = "00:00:30",
    };
}
