using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Support;
using RabbitMQ.Client;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

/// <summary>A transport on RabbitMQ.</summary>
public abstract class RabbitMqSource : ITransportSource
{
    public abstract bool KeepsOrder { get; }

    /// <summary>What spans and figures say of the broker.</summary>
    public static IReadOnlyList<string> AsTraced(ITransport transport) =>
        ["messaging.system=rabbitmq", $"server.address={transport.Broker!.Host}", $"server.port={transport.Broker.Port}"];

    public async Task<ITransport> OpenAsync() => Open(await RabbitMqServer.UriAsync());

    public abstract ITransport Open(string uri);

    public void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>What the fixtures share for which there must be a broker: beside the transport a plain client, which knows nothing of it and may do everything.</summary>
public abstract class BrokerContract<TSource> : TransportContract<TSource>
    where TSource : RabbitMqSource, new()
{
    private IConnection connection = null!;

    protected IChannel Plain { get; private set; } = null!;

    [SetUp]
    public async Task ConnectPlainly()
    {
        connection = await new ConnectionFactory { Uri = new Uri(await BrokerAsync()) }.CreateConnectionAsync();
        Plain = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
    }

    [TearDown]
    public async Task DisconnectPlainly() => await connection.DisposeAsync();

    /// <summary>Any broker will do; whoever changes it asks for one of its own.</summary>
    protected virtual Task<string> BrokerAsync() => RabbitMqServer.UriAsync();

    protected override async Task<ITransport> OpenAsync() => Source.Open(await BrokerAsync());

    protected async Task<BasicGetResult> TakeAsync(string queue)
    {
        BasicGetResult? found = null;
        await Eventually.TrueAsync(async () => (found = await Plain.BasicGetAsync(queue, autoAck: true)) is not null, () => $"nothing on {queue}");
        return found!;
    }
}
