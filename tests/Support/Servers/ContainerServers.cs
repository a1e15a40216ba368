using ClaimsTransfer.LocalServers;
using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using Testcontainers.MsSql;
using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;

namespace ClaimsTransfer.Support;

/// <summary>Servers in containers, where an engine answers and has the image or gets it.</summary>
internal static class ContainerServers
{
    private const ushort ManagementPort = 15672;

    /// <summary>A container is given the run's name as a label, by which the run ends those whose test was cut off.</summary>
    private const string Label = "claims-tests";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);
    private static readonly string Run = Environment.GetEnvironmentVariable("CLAIMS_TEST_CONTAINERS") ?? "";

    /// <summary>Whether whoever runs the tests wants them on containers, and on nothing else.</summary>
    public static bool AreRequired => Run.Length > 0;

    public static Task<TestServer> RabbitMqAsync(string image) => StartAsync(
        image, () => RabbitMq(image).WithPortBinding(ManagementPort, true).Build(), container =>
        {
            var broker = new Uri(container.GetConnectionString());
            return new TestServer(broker.AbsoluteUri, $"http://{broker.UserInfo}@{container.Hostname}:{container.GetMappedPublicPort(ManagementPort)}", Ours: true);
        });

    public static async Task<IOwnBroker> OwnRabbitMqAsync(string image)
    {
        // Started again, a container has its port again only where it was chosen for it.
        var container = RabbitMq(image).WithPortBinding(FreePorts.Take(1)[0], RabbitMqBuilder.RabbitMqPort).Build();
        await StartAsync(container);
        return new OwnBroker(container);
    }

    public static Task<TestServer> PostgresAsync(string image) => StartAsync(
        image,
        () => new PostgreSqlBuilder(image).WithUsername("claims").WithDatabase("claims").WithCommand("-c", "max_connections=500").WithLabel(Label, Run).Build(),
        container => new TestServer(
            $"postgres://claims:{PostgreSqlBuilder.DefaultPassword}@{container.Hostname}:{container.GetMappedPublicPort(PostgreSqlBuilder.PostgreSqlPort)}/claims", Ours: true));

    public static Task<TestServer> SqlServerAsync(string image) => StartAsync(
        image, () => new MsSqlBuilder(image).WithLabel(Label, Run).Build(), container => new TestServer($"sqlserver:{container.GetConnectionString()}", Ours: true));

    private static RabbitMqBuilder RabbitMq(string image) => new RabbitMqBuilder(image).WithLabel(Label, Run);

    /// <exception cref="NoServerException">No engine answers, or it has no such image; what is the matter with a container is another exception.</exception>
    private static async Task<TestServer> StartAsync<TContainer>(string image, Func<TContainer> build, Func<TContainer, TestServer> serverOf)
        where TContainer : IContainer
    {
        try
        {
            var container = build();
            await StartAsync(container);
            return serverOf(container) with { End = async () => await container.DisposeAsync() };
        }
        catch (DockerUnavailableException)
        {
            throw new NoServerException("no container engine answers");
        }
        catch (DockerApiException refusal)
        {
            if (await HasAsync(image))
                throw;
            throw new NoServerException($"the container engine neither has the image {image} nor gets it ({refusal.StatusCode})");
        }
    }

    private static async Task StartAsync(IContainer container)
    {
        using var patience = new CancellationTokenSource(StartTimeout);
        await container.StartAsync(patience.Token);
    }

    private static async Task<bool> HasAsync(string image)
    {
        using var engine = Engine();
        try
        {
            await engine.Images.InspectImageAsync(image);
            return true;
        }
        catch (DockerImageNotFoundException)
        {
            return false;
        }
    }

    private static DockerClient Engine() => TestcontainersSettings.OS.DockerEndpointAuthConfig.GetDockerClientBuilder().Build();

    private sealed class OwnBroker(RabbitMqContainer container) : IOwnBroker
    {
        public string Uri => new Uri(container.GetConnectionString()).AbsoluteUri;

        public Task StopAsync() => container.StopAsync();

        public async Task KillAsync()
        {
            using var engine = Engine();
            await engine.Containers.KillContainerAsync(container.Id, new() { Signal = "KILL" });
            // Waits for the end, from which on a start looks for the next sign of life.
            await container.StopAsync();
        }

        public Task RestartAsync() => StartAsync(container);

        public async Task ControlAsync(params string[] arguments)
        {
            var ended = await container.ExecAsync(["rabbitmqctl", .. arguments]);
            if (ended.ExitCode != 0)
                Assert.Fail($"rabbitmqctl {arguments[0]}: {ended.Stdout}{ended.Stderr}");
        }

        public ValueTask DisposeAsync() => container.DisposeAsync();
    }
}
