using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Support;

namespace ClaimsTransfer.Defaults.Tests.Messaging;

public sealed class When_RabbitMQ_carries_messages : BusContract
{
    protected override async Task<IBus> OpenAsync() =>
        RabbitMqBus.Open(await RabbitMqServer.UriAsync(), TestContext.CurrentContext.Test.Name, TimeProvider.System, TestLog.Loggers);
}
