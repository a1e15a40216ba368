namespace ClaimsTransfer.Support;

/// <summary>
/// The one place where tests get their servers: the one that the environment names, else Debian's package as a child process. Each time it says in one line
/// which it took and why: to the test's progress, and to the file <c>servers</c> in the folder that <c>TESTS_DATA</c> names.
/// </summary>
public static class TestServers
{
    public const string Broker = "CLAIMS_TEST_BROKER";

    /// <summary>Its HTTP API, with user and password; each suite then makes a virtual host of its own there.</summary>
    public const string BrokerManagement = "CLAIMS_TEST_BROKER_MANAGEMENT";

    public const string Postgres = "CLAIMS_POSTGRES";
    public const string SqlServer = "CLAIMS_SQLSERVER";

    /// <param name="management">Whether one that is started here has its HTTP API too, for others to make virtual hosts.</param>
    public static async Task<TestServer> RabbitMqAsync(bool management = false)
    {
        if (Given(Broker) is { } given)
            return Took("RabbitMQ", new TestServer(given, Given(BrokerManagement)), $"the one that {Broker} names");
        return Took("RabbitMQ", await PackageServers.RabbitMqAsync(management), $"the installed package, as {Broker} names none");
    }

    public static async Task<TestServer> PostgresAsync()
    {
        if (Given(Postgres) is { } given)
            return Took("PostgreSQL", new TestServer(given), $"the one that {Postgres} names");
        return Took("PostgreSQL", await PackageServers.PostgresAsync(), $"the installed package, as {Postgres} names none");
    }

    /// <exception cref="NoServerException">There is none to be had; no package brings it.</exception>
    public static Task<TestServer> SqlServerAsync()
    {
        if (Given(SqlServer) is not { } given)
            throw new NoServerException($"{SqlServer} is not set: the SQL Server dialect is not tested in this run.");
        var address = given.StartsWith("sqlserver:", StringComparison.Ordinal) ? given : $"sqlserver:{given}";
        return Task.FromResult(Took("SQL Server", new TestServer(address), $"the one that {SqlServer} names"));
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
