namespace ClaimsTransfer.Support;

/// <summary>
/// The one place where tests get their servers: the one that the environment names, else a container where an engine answers and has the image, else Debian's
/// package as a child process. Each time it says in one line which it took and why: to the test's progress, and to the file <c>servers</c> in the folder that
/// <c>TESTS_DATA</c> names.
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

    /// <param name="management">Whether one that is started here has its HTTP API too, for others to make virtual hosts.</param>
    public static Task<TestServer> RabbitMqAsync(bool management = false) => TakeAsync(
        "RabbitMQ", Broker, given => new TestServer(given, Given(BrokerManagement)), Given(BrokerImage) ?? "rabbitmq:4.0-management", ContainerServers.RabbitMqAsync,
        () => PackageServers.RabbitMqAsync(management));

    public static Task<TestServer> PostgresAsync() => TakeAsync(
        "PostgreSQL", Postgres, given => new TestServer(given), Given(PostgresImage) ?? "postgres:17", ContainerServers.PostgresAsync, PackageServers.PostgresAsync);

    /// <exception cref="NoServerException">There is none to be had; no package brings it.</exception>
    public static Task<TestServer> SqlServerAsync() => TakeAsync(
        "SQL Server", SqlServer, given => new TestServer(given.StartsWith("sqlserver:", StringComparison.Ordinal) ? given : $"sqlserver:{given}"),
        Given(SqlServerImage) ?? "mcr.microsoft.com/mssql/server:2022-latest", ContainerServers.SqlServerAsync, null);

    private static async Task<TestServer> TakeAsync(
        string name, string variable, Func<string, TestServer> named, string image, Func<string, Task<TestServer>> container, Func<Task<TestServer>>? package)
    {
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
        Say($"{name}: {why}.");
        return server;
    }

    private static void Say(string line)
    {
        TestContext.Progress.WriteLine(line);
        if (Environment.GetEnvironmentVariable("TESTS_DATA") is { Length: > 0 } folder)
            File.AppendAllText(Path.Combine(folder, "servers"), $"{line}\n");
    }
}

/// <summary>There is no such server to be had here; the message says why.</summary>
public sealed class NoServerException(string why) : Exception(why);
