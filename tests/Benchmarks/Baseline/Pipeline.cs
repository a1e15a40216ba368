using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ClaimsTransfer.Benchmarks.Baseline;

/// <summary>The steps, and how they are carried.</summary>
internal sealed class Pipeline(IServiceCollection services)
{
    private readonly List<Action<Uri>> _byHand = [];
    private readonly List<Carried> _steps = [];

    public void Add<TIn, TOut>(Step<TIn, TOut> step)
        where TIn : class
        where TOut : class
    {
        services.AddSingleton(step);
        _byHand.Add(broker => services.AddSingleton<IHostedService>(provider => new ByHand<TIn, TOut>(step, provider.GetRequiredService<BaselineStore>(), broker)));
        _steps.Add(new Carried(
            step.Queue,
            bus => bus.AddConsumer<PerMessage<TIn, TOut>>(),
            (endpoint, context) => endpoint.ConfigureConsumer<PerMessage<TIn, TOut>>(context),
            bus => bus.AddConsumer<PerBatch<TIn, TOut>>(consumer => consumer.Options<BatchOptions>(
                options => options.SetMessageLimit(Batches.Size).SetTimeLimit(Batches.Linger).SetConcurrencyLimit(Batches.AtATime))),
            (endpoint, context) => endpoint.ConfigureConsumer<PerBatch<TIn, TOut>>(context)));
    }

    public void CarryByHand(Uri broker)
    {
        foreach (var add in _byHand)
            add(broker);
    }

    public void CarryOnMassTransit(Uri broker, bool batches)
    {
        services.AddMassTransit(bus =>
        {
            // It would tell its vendor.
            bus.DisableUsageTelemetry();
            foreach (var step in _steps)
                (batches ? step.AddBatches : step.AddMessages)(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                var user = broker.UserInfo.Split(':');
                rabbit.Host(broker.Host, (ushort)broker.Port, "/", host =>
                {
                    host.Username(user[0]);
                    host.Password(user[1]);
                });
                rabbit.UseRawJsonSerializer(RawSerializerOptions.AddTransportHeaders | RawSerializerOptions.CopyHeaders | RawSerializerOptions.AnyMessageType, isDefault: true);
                foreach (var step in _steps)
                {
                    rabbit.ReceiveEndpoint(step.Queue, endpoint =>
                    {
                        endpoint.SetQuorumQueue();
                        if (batches)
                            endpoint.PrefetchCount = 2 * Batches.AtATime * Batches.Size;
                        (batches ? step.ConfigureBatches : step.ConfigureMessages)(endpoint, context);
                    });
                }
            });
        });
    }

    private sealed record Carried(
        string Queue, Action<IBusRegistrationConfigurator> AddMessages, Action<IRabbitMqReceiveEndpointConfigurator, IBusRegistrationContext> ConfigureMessages,
        Action<IBusRegistrationConfigurator> AddBatches, Action<IRabbitMqReceiveEndpointConfigurator, IBusRegistrationContext> ConfigureBatches);
}
