namespace ClaimsTransfer.Support;

/// <summary>
/// Ends what the assembly's tests had of servers after its last test: derive a <c>[SetUpFixture]</c> outside of any namespace. The test host is often gone before
/// a handler of the process's end has run.
/// </summary>
public abstract class EndsServers
{
    [OneTimeTearDown]
    public async Task EndServers()
    {
        await RabbitMqServer.StopAsync();
        await PostgresForTests.StopAsync();
        await SqlServerForTests.StopAsync();
    }
}
