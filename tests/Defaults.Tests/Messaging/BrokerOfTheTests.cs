using ClaimsTransfer.Support;

namespace ClaimsTransfer.Defaults.Tests.Messaging;

[SetUpFixture]
public sealed class BrokerOfTheTests
{
    [OneTimeTearDown]
    public Task Stop() => RabbitMqServer.StopAsync();
}
