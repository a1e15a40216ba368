using System.Collections.Concurrent;
using System.Globalization;
using ClaimsTransfer.MassTransit;
using ClaimsTransfer.Messages;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static ClaimsTransfer.Isolation.Tests.Broker.IsolatedBroker;

namespace ClaimsTransfer.Isolation.Tests.Publishers;

/// <summary>A library system of somebody else's: a plain MassTransit application, as the package's README writes it.</summary>
internal sealed class Acme : IAsyncDisposable
{
    private readonly IHost _host;

    private Acme(IHost host) => _host = host;

    public ConcurrentQueue<IMessage> Heard => _host.Services.GetRequiredService<ConcurrentQueue<IMessage>>();

    public static async Task<Acme> StartAsync(string broker)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<ConcurrentQueue<IMessage>>();
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();   // else MassTransit reports to its vendor, by HTTP
            bus.AddConsumer<ClaimsListener>();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(new Uri(broker));
                rabbit.UseClaimsTransfer();
                rabbit.ReceiveEndpoint("acme", endpoint =>
                {
                    endpoint.SetQuorumQueue();   // or nothing: a durable classic queue
                    endpoint.ConfigureConsumer<ClaimsListener>(context);
                });
            });
        });
        return await StartAsync(builder);
    }

    /// <summary>The same with a classic queue that forgets, and whose consumer takes one message alone.</summary>
    public static async Task<Acme> StartClassicAsync(string broker)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<ConcurrentQueue<IMessage>>();
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConsumer<HeldListener>();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(new Uri(broker));
                rabbit.UseClaimsTransfer();
                rabbit.ReceiveEndpoint("acme-classic", endpoint =>
                {
                    endpoint.SetQueueArgument("x-max-length", 100_000);
                    endpoint.SetQueueArgument("x-message-ttl", TimeSpan.FromDays(1));
                    endpoint.ConfigureConsumer<HeldListener>(context);
                });
            });
        });
        return await StartAsync(builder);
    }

    /// <summary>A bus whose consumer would hear whatever is about a claim; it is made, and not started.</summary>
    public static async Task ConsumeWhateverAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConsumer<WhateverListener>();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.UseClaimsTransfer();
                rabbit.ReceiveEndpoint("acme-whatever", endpoint => endpoint.ConfigureConsumer<WhateverListener>(context));
            });
        });
        await using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IBusControl>();
    }

    private sealed class WhateverListener : IConsumer<IClaimMessage>
    {
        public Task Consume(ConsumeContext<IClaimMessage> context) => throw new InvalidOperationException("It is never heard.");
    }

    /// <summary>Publishes alone.</summary>
    public static async Task<Acme> StartSilentAsync(string broker)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingRabbitMq((_, rabbit) =>
            {
                rabbit.Host(new Uri(broker));
                rabbit.UseClaimsTransfer();
            });
        });
        return await StartAsync(builder);
    }

    public async Task PublishAsync<T>(T message)
        where T : class
    {
        using var within = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _host.Services.GetRequiredService<IBus>().Publish(message, within.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    /// <summary>With a password, and exactly the rights that BROKER.md names, for a queue of this name.</summary>
    public static async Task<string> NewUserAsync(string name, string rights)
    {
        var parts = rights.Replace("acme", name, StringComparison.Ordinal).Split('\'');
        await PutAsync($"/api/users/{name}", """{"password":"acme","tags":""}""");
        await PutAsync($"/api/permissions/%2F/{name}", System.Text.Json.JsonSerializer.Serialize(new { configure = parts[1], write = parts[3], read = parts[5] }));
        return string.Create(CultureInfo.InvariantCulture, $"amqp://{name}:acme@127.0.0.1:{Port}/%2F");
    }

    private static async Task PutAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await Management.PutAsync(path, content);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<Acme> StartAsync(HostApplicationBuilder builder)
    {
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true); // What is said before its queue is bound it would not hear.
        var acme = new Acme(builder.Build());
        using var within = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await acme._host.StartAsync(within.Token);
        return acme;
    }
}

/// <summary>Hears what became of its claims; it cannot handle what is held by the rule "Broken".</summary>
internal sealed class ClaimsListener(ConcurrentQueue<IMessage> heard) :
    IConsumer<ClaimTransferred>, IConsumer<ClaimRefused>, IConsumer<ClaimHeld>, IConsumer<ClaimOutOfScope>, IConsumer<TransferRejected>, IConsumer<ClaimCancelled>,
    IConsumer<PaymentReconciled>
{
    public Task Consume(ConsumeContext<ClaimTransferred> context) => Hear(context);

    public Task Consume(ConsumeContext<ClaimRefused> context) => Hear(context);

    public Task Consume(ConsumeContext<ClaimHeld> context) =>
        context.Message.Rule == "Broken" ? throw new InvalidOperationException("The listener is broken.") : Hear(context);

    public Task Consume(ConsumeContext<ClaimOutOfScope> context) => Hear(context);

    public Task Consume(ConsumeContext<TransferRejected> context) => Hear(context);

    public Task Consume(ConsumeContext<ClaimCancelled> context) => Hear(context);

    public Task Consume(ConsumeContext<PaymentReconciled> context) => Hear(context);

    private Task Hear<T>(ConsumeContext<T> context)
        where T : class, IMessage
    {
        if (context.MessageId != context.Message.MessageId)
            throw new InvalidOperationException($"The property message_id is {context.MessageId}, the message's {context.Message.MessageId}.");
        heard.Enqueue(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class HeldListener(ConcurrentQueue<IMessage> heard) : IConsumer<ClaimHeld>
{
    public Task Consume(ConsumeContext<ClaimHeld> context)
    {
        heard.Enqueue(context.Message);
        return Task.CompletedTask;
    }
}
