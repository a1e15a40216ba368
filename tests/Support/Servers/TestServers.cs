namespace ClaimsTransfer.Support;

/// <summary>
/// The one place where tests get their servers: the one that the environment names, else a container where an engine answers and has the image, else Debian's
/// package as a child process. Each time it says in one line which it took and why; <c>tests/run.sh</c> gathers those lines at its end.
/// </summary>
public static class TestServers
{
    public const string Broker = "CLAIMS_TEST_BROKER";

    /// <summary>Its HTTP API, with user and password; each suite then makes a virtual host of its own there.</summary>
    public const string BrokerManagement = "CLAIMS_TEST_BROKER_MANAGEMENT";

    public const string Postgres = "CLAIMS_POSTGRES";
    public const string SqlServer = "CLAIMS_SQLSERVER";

    /// <summary>The images of containers, where others are wanted than the vendors'.</summary>
    public const string BrokerImage = "CLAIMS_TEST_BROKER_IMAGE";

    public const string PostgresImage = "CLAIMS_POSTGRES_IMAGE";
    public const string SqlServerImage = "CLAIMS_SQLSERVER_IMAGE";

    private static string RabbitMqImage => Given(BrokerImage) ?? "rabbitmq:4.0-management";

    /// <param name="management">Whether one that is started here has its HTTP API too, for others to make virtual hosts.</param>
    public static Task<TestServer> RabbitMqAsync(bool management = false) => TakeAsync(
        "RabbitMQ", Broker, given => new TestServer(given, Given(BrokerManagement)), RabbitMqImage, ContainerServers.RabbitMqAsync, () => PackageServers.RabbitMqAsync(management));

    /// <summary>From the installed package whatever the others are, unless containers are required.</summary>
    internal static Task<IOwnBroker> OwnRabbitMqAsync() =>
        ContainerServers.AreRequired ? ContainerServers.OwnRabbitMqAsync(RabbitMqImage) : PackageServers.OwnRabbitMqAsync();

    public static Task<TestServer> PostgresAsync() => TakeAsync(
        "PostgreSQL", Postgres, given => new TestServer(given), Given(PostgresImage) ?? "postgres:17", ContainerServers.PostgresAsync, PackageServers.PostgresAsync);

    /// <exception cref="NoServerException">There is none to be had; no package brings it.</exception>
    public static Task<TestServer> SqlServerAsync() => TakeAsync(
        "SQL Server", SqlServer, given => new TestServer(given.StartsWith("sqlserver:", StringComparison.Ordinal) ? given : $"sqlserver:{given}"),
        Given(SqlServerImage) ?? "mcr.microsoft.com/mssql/server:2022-latest", ContainerServers.SqlServerAsync, null);

    private static async Task<TestServer> TakeAsync(
        string name, string variable, Func<string, TestServer> named, string image, Func<string, Task<TestServer>> container, Func<Task<TestServer>>? package)
    {
        if (ContainerServers.AreRequired)
            return Took(name, await container(image), $"a container of {image}, as this run takes nothing else");
        if (Given(variable) is { } given)
            return Took(name, named(given), $"the one that {variable} names");
        string why;
        try
        {
            return Took(name, await container(image), $"a container of {image}, as {variable} names none and an engine answers");
        }
        catch (NoServerException none)
        {
            why = $"{variable} names none and {none.Message}";
        }

        if (package is null)
            throw new NoServerException($"{name} is not to be had: {why}.");
        return Took(name, await package(), $"the installed package, as {why}");
    }

    private static string? Given(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? given : null;

    private static TestServer Took(string name, TestServer server, string why)
    {
        TestContext.Progress.WriteLine($"{name}: {why}.");
        return server;
    }
}

/// <summary>There is no such server to be had here; the message says why.</summary>
public sealed class NoServerException(string why) : Exception(why);
