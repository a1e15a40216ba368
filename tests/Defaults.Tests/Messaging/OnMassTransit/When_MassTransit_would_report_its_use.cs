using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Tests.Messaging.Contract;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging.OnMassTransit;

/// <summary>MassTransit tells its makers over HTTP, minutes after a start or when it ends, where it runs and which endpoints there are.</summary>
[NonParallelizable]
public sealed class When_MassTransit_would_report_its_use : BrokerContract<MassTransitSource>
{
    private IWebProxy proxy = null!;
    private Gate gate = null!;

    [SetUp]
    public void Gather()
    {
        proxy = HttpClient.DefaultProxy;
        gate = new Gate();
        HttpClient.DefaultProxy = new WebProxy(gate.Address);
    }

    [TearDown]
    public async Task LetGo()
    {
        HttpClient.DefaultProxy = proxy;
        await gate.DisposeAsync();
    }

    [Test]
    public async Task As_it_comes_it_is_seen_to() // else the next would prove nothing
    {
        var broker = new ConnectionFactory { Uri = new Uri(await BrokerAsync()) };
        await using var services = new ServiceCollection().AddMassTransit(bus =>
        {
            bus.ConfigureUsageTelemetryOptions(telemetry => telemetry.ReportDelay = TimeSpan.Zero);
            bus.UsingRabbitMq((_, rabbit) => rabbit.Host(broker.HostName, (ushort)broker.Port, broker.VirtualHost, host =>
            {
                host.Username(broker.UserName);
                host.Password(broker.Password);
            }));
        }).BuildServiceProvider();
        var bus = services.GetRequiredService<IBusControl>();
        await bus.StartAsync();

        await Eventually.TrueAsync(() => !gate.Asked.IsEmpty, () => "it reports in some other way now");

        await bus.StopAsync();
        gate.Asked.ShouldAllBe(request => request.Contains("masstransit", StringComparison.OrdinalIgnoreCase));
    }

    [Test]
    public async Task Ours_tells_nobody()
    {
        await using (var transport = Source.Open(await BrokerAsync()))
        {
            var collector = new Collector();
            await transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);
            await transport.PublishAsync([Sample.Message(1, Name)], CancellationToken.None);
            await collector.HasAsync(1);
        }

        gate.Asked.ShouldBeEmpty();
    }

    /// <summary>A proxy that writes down where somebody wants to, and lets nobody through.</summary>
    private sealed class Gate : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly Task serving;

        public Gate()
        {
            listener.Start();
            serving = ServeAsync();
        }

        public ConcurrentQueue<string> Asked { get; } = new();

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

        public async ValueTask DisposeAsync()
        {
            listener.Stop();
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task ServeAsync()
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                using var reader = new StreamReader(client.GetStream());
                if (await reader.ReadLineAsync() is not { } request)
                    continue;
                Asked.Enqueue(request);
                await client.GetStream().WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
            }
        }
    }
}
