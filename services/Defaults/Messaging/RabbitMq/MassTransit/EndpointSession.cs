using MassTransit;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.MassTransit;

/// <summary>
/// A receive endpoint of MassTransit, from its connecting to its end. The first filter of its pipe takes each delivery as bytes, whatever they are, and returns: batches are built and settled
/// by the session, so nothing waits in the pipe, and the order of the queue is kept. The filter on its channel stands between MassTransit and the broker, see <see cref="SettledChannel"/>.
/// </summary>
internal sealed class EndpointSession : ConsumerSession, IFilter<ChannelContext>, IFilter<ReceiveContext>, IReceiveEndpointObserver
{
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(10);

    private readonly Consumption consumption;
    private readonly TaskCompletionSource consuming = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HostReceiveEndpointHandle? endpoint;
    private IChannel? channel;

    private EndpointSession(Consumption consumption)
        : base(consumption) => this.consumption = consumption;

    protected override IChannel Channel => channel!;

    public static async Task<ConsumerSession> OpenAsync(IReceiveConnector bus, string name, Consumption consumption, CancellationToken cancellation)
    {
        var session = new EndpointSession(consumption);
        try
        {
            session.endpoint = bus.ConnectReceiveEndpoint(name, configurator => session.Configure((IRabbitMqReceiveEndpointConfigurator)configurator));
            await session.consuming.Task.WaitAsync(cancellation);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    async Task IFilter<ChannelContext>.Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        // MassTransit would go on with another channel after a loss; the subscription opens another session instead.
        if (channel is not null)
            throw new InvalidOperationException("The session is over.");
        channel = context.Channel;
        channel.ChannelShutdownAsync += (_, _) => LoseAsync();
        try
        {
            await next.Send(new SettledChannel(context, consumption.Queue.Name, MayTake, tag =>
            {
                ConsumerTag = tag;
                consuming.TrySetResult();
            }));
        }
        catch (Exception fault)
        {
            consuming.TrySetException(fault);
            throw;
        }
        finally
        {
            // The broker cancels consumers of a queue that is deleted or loses its leader; the connection stays open and looks healthy.
            if (!IsEnding)
                await LoseAsync();
            // MassTransit closes the channel after this.
            await settled.Task;
        }
    }

    Task IFilter<ReceiveContext>.Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        var delivery = (RabbitMqBasicConsumeContext)context;
        Take(delivery.DeliveryTag, delivery.Exchange, delivery.RoutingKey ?? "", context.Redelivered, delivery.Properties, context.Body.GetBytes());
        return Task.CompletedTask;
    }

    Task IReceiveEndpointObserver.Ready(ReceiveEndpointReady ready) => Task.CompletedTask;

    Task IReceiveEndpointObserver.Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    Task IReceiveEndpointObserver.Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    Task IReceiveEndpointObserver.Faulted(ReceiveEndpointFaulted faulted)
    {
        consuming.TrySetException(faulted.Exception ?? new InvalidOperationException($"The endpoint '{faulted.InputAddress}' does not start."));
        return Task.CompletedTask;
    }

    void IProbeSite.Probe(ProbeContext context) => context.CreateFilterScope("batches");

    protected override async ValueTask CloseAsync()
    {
        settled.TrySetResult();
        if (endpoint is null)
            return;
        using var limit = new CancellationTokenSource(StopsWithin, consumption.Time);
        await endpoint.StopAsync(limit.Token);
    }

    private void Configure(IRabbitMqReceiveEndpointConfigurator configurator)
    {
        configurator.ConfigureConsumeTopology = false;
        configurator.PrefetchCount = consumption.Prefetch.Count;
        configurator.ConcurrentMessageLimit = 1;
        configurator.ConnectReceiveEndpointObserver(this);
        configurator.ConfigureChannel(pipe => pipe.UseFilter(this));
        configurator.ConfigureReceive(pipe => pipe.UseFilter(this));
        // MassTransit starts no endpoint without a consumer; nothing comes so far.
        configurator.Handler<Publication>(_ => Task.CompletedTask);
    }
}
