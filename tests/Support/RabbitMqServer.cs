using ClaimsTransfer.Defaults.Local;

namespace ClaimsTransfer.Support;

/// <summary>
/// One RabbitMQ for a test assembly: <c>CLAIMS_TEST_BROKER</c> where it is set, else a server of our own from the installed package, started when first asked
/// for and gone with the assembly.
/// </summary>
public static class RabbitMqServer
{
    private static readonly SemaphoreSlim Starting = new(1);
    private static LocalRabbitMq? local;
    private static string? folder;

    public static async Task<string> UriAsync() =>
        Environment.GetEnvironmentVariable("CLAIMS_TEST_BROKER") is { Length: > 0 } given ? given : (await LocalAsync()).Uri;

    /// <summary>The server itself, for tests that stop, kill and start it.</summary>
    public static async Task<LocalRabbitMq> LocalAsync()
    {
        await Starting.WaitAsync();
        try
        {
            if (local is null)
            {
                folder = NewFolder();
                local = await LocalRabbitMq.StartAsync(Path.Combine(folder, "broker"));
            }
            return local;
        }
        finally
        {
            Starting.Release();
        }
    }

    /// <summary>A temporary folder that the server's own account can reach.</summary>
    public static string NewFolder() => LocalRabbitMq.NewFolder("claims-rabbitmq-");

    /// <summary>Call it from a <c>[SetUpFixture]</c>'s tear-down.</summary>
    public static async Task StopAsync()
    {
        if (local is null)
            return;
        await local.DisposeAsync();
        local = null;
        Directory.Delete(folder!, recursive: true);
    }
}
