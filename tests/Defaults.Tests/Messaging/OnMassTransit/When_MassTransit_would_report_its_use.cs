using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Tests.Messaging.Contract;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
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
    public async Task A_bus_that_its_makers_registration_makes_reports()
    {
        await using (var services = new ServiceCollection().AddMassTransit(bus =>
        {
            bus.ConfigureUsageTelemetryOptions(telemetry => telemetry.ReportOnShutdown = true);
            bus.UsingInMemory();
        }).BuildServiceProvider())
        {
            var bus = services.GetRequiredService<IBusControl>();
            await bus.StartAsync();
            await bus.StopAsync();
        }

        await Eventually.TrueAsync(() => !gate.Asked.IsEmpty, () => "it reports in some other way now, and the next tests look in vain");
        gate.Asked.ShouldAllBe(request => request.Contains("masstransit", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>By itself it would report after minutes only: no test waits for that.</summary>
    [Test]
    public void Ours_is_not_made_by_it()
    {
        using var assembly = new PEReader(File.OpenRead(typeof(ITransport).Assembly.Location));
        var metadata = assembly.GetMetadataReader();
        var called = metadata.MemberReferences.Select(member => metadata.GetString(metadata.GetMemberReference(member).Name)).ToHashSet(StringComparer.Ordinal);

        called.ShouldContain("ConnectReceiveEndpoint", "this is not where MassTransit is used");
        called.ShouldNotContain(nameof(DependencyInjectionRegistrationExtensions.AddMassTransit));
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
