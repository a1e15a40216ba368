using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.MassTransit;

/// <summary>
/// One of MassTransit's buses with its one connection. It logs in as every connection of ours does: MassTransit's own TLS settings would let a broker pass whose certificate
/// nobody vouches for. It is not made by <c>AddMassTransit</c>, which reports to MassTransit's makers that it is used.
/// </summary>
internal sealed class MassTransitBus : IAsyncDisposable
{
    private const int LooksAtMost = 20;

    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(10);

    private readonly BrokerAccess access;
    private readonly TimeProvider time;
    private readonly IConnectionContextSupervisor connections;
    private BrokerLogin? login;
    private bool started;

    public MassTransitBus(BrokerAccess access, string name, TimeProvider time)
    {
        this.access = access;
        this.time = time;
        // As Bus.Factory.CreateUsingRabbitMq does it, which does not give out the connection that it makes.
        var configuration = new RabbitMqBusConfiguration(new RabbitMqTopologyConfiguration(RabbitMqBusFactory.CreateMessageTopology()));
        var configurator = new RabbitMqBusFactoryConfigurator(configuration);
        configurator.Host(access.Host, (ushort)access.Port, access.VirtualHost, name, host => host.OnRefreshConnectionFactory = factory =>
        {
            login = access.LogIn();
            access.Apply(login, factory);
            return Task.CompletedTask;
        });
        configurator.AddSerializer(new BytesSerializer());
        Control = configurator.Build(configuration);
        connections = configuration.HostConfiguration.ConnectionContextSupervisor;
    }

    public IBusControl Control { get; }

    /// <summary>The connection that the bus has, or the next that it makes.</summary>
    public async Task<IConnection> ConnectAsync(CancellationToken cancellation)
    {
        var connection = await access.ConnectAsync(() => OpenAsync(cancellation), () => login!, cancellation);
        // Only now: with a broker that does not let us into its virtual host, the start would never end.
        if (!started)
        {
            await Control.StartAsync(cancellation);
            started = true;
        }
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (!started)
            return;
        using var limit = new CancellationTokenSource(StopsWithin, time);
        await Control.StopAsync(limit.Token);
    }

    private async Task<IConnection> OpenAsync(CancellationToken cancellation)
    {
        // Where our own certificate will not do, this says so before MassTransit tries.
        login = access.LogIn();
        var connection = await CurrentAsync(cancellation);
        // A lost one is still the bus's for a moment.
        for (var looks = 1; !connection.IsOpen; looks++)
        {
            if (looks > LooksAtMost)
                throw new BrokerUnreachableException(new AlreadyClosedException(connection.CloseReason!));
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellation);
            connection = await CurrentAsync(cancellation);
        }
        return connection;
    }

    private async Task<IConnection> CurrentAsync(CancellationToken cancellation)
    {
        IConnection? connection = null;
        try
        {
            await connections.Send(Pipe.New<ConnectionContext>(pipe => pipe.UseExecute(context => connection = context.Connection)), cancellation);
        }
        catch (RabbitMqConnectionException failure) when (failure.InnerException is not null)
        {
            throw failure.InnerException as BrokerUnreachableException ?? new BrokerUnreachableException(failure.InnerException);
        }
        return connection!;
    }
}
