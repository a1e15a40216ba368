using ClaimsTransfer.Defaults.Hosting;
using Microsoft.Extensions.Configuration;

namespace ClaimsTransfer.Cli.Running;

/// <summary>The environment's settings, as a command has them.</summary>
public static class Settings
{
    /// <summary>As the services of this data folder have them.</summary>
    public static Installation Of(string data) => Read(new Dictionary<string, string?> { ["CLAIMS_DATA"] = data });

    public static Installation OfTheEnvironment() => Read([]);

    private static Installation Read(Dictionary<string, string?> given) =>
        InstallationSettings.Read(new ConfigurationBuilder().AddEnvironmentVariables().AddInMemoryCollection(given).Build());
}
