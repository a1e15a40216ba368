namespace ClaimsTransfer.Standalone.Processes;

/// <summary>The services, by the names they have in endpoints, settings and logs.</summary>
public static class Services
{
    /// <summary>The sandbox first: the debtor systems are there before anybody writes to them.</summary>
    public static readonly IReadOnlyList<string> Names = ["sandbox", "ingest", "routing", "payments", "kmdopus", "prisme", "oesindsigt", "console"];

    /// <summary>The service's program, beside ours.</summary>
    public static string ProgramOf(string name) => Path.Combine(AppContext.BaseDirectory, $"ClaimsTransfer.{ProjectOf(name)}.dll");

    private static string ProjectOf(string name) => name switch
    {
        "sandbox" => "Sandbox",
        "ingest" => "Ingest",
        "routing" => "Routing",
        "payments" => "Payments",
        "kmdopus" => "KmdOpus",
        "prisme" => "Prisme",
        "oesindsigt" => "OesIndsigt",
        "console" => "Console",
        _ => throw new ArgumentException($"There is no service '{name}'. Known: {string.Join(", ", Names)}.", nameof(name)),
    };
}
