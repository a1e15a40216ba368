using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Testcontainers.MsSql;
using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;

namespace ClaimsTransfer.Support;

/// <summary>Servers in containers, where an engine answers and has the image or gets it.</summary>
internal static class ContainerServers
{
    private const ushort ManagementPort = 15672;

    public static Task<TestServer> RabbitMqAsync(string image) => StartAsync(image, () => new RabbitMqBuilder(image).WithPortBinding(ManagementPort, true).Build(), container =>
    {
        var broker = new Uri(container.GetConnectionString());
        return new TestServer(broker.AbsoluteUri, $"http://{broker.UserInfo}@{container.Hostname}:{container.GetMappedPublicPort(ManagementPort)}", Ours: true);
    });

    public static Task<TestServer> PostgresAsync(string image) => StartAsync(
        image, () => new PostgreSqlBuilder(image).WithUsername("claims").WithDatabase("claims").WithCommand("-c", "max_connections=500").Build(),
        container => new TestServer(
            $"postgres://claims:{PostgreSqlBuilder.DefaultPassword}@{container.Hostname}:{container.GetMappedPublicPort(PostgreSqlBuilder.PostgreSqlPort)}/claims", Ours: true));

    public static Task<TestServer> SqlServerAsync(string image) => StartAsync(
        image, () => new MsSqlBuilder(image).Build(), container => new TestServer($"sqlserver:{container.GetConnectionString()}", Ours: true));

    /// <exception cref="NoServerException">No engine answers, or it cannot have the image.</exception>
    private static async Task<TestServer> StartAsync<TContainer>(string image, Func<TContainer> build, Func<TContainer, TestServer> serverOf)
        where TContainer : IContainer
    {
        try
        {
            var container = build();
            await container.StartAsync();
            return serverOf(container) with { End = async () => await container.DisposeAsync() };
        }
        catch (DockerUnavailableException)
        {
            throw new NoServerException("no container engine answers");
        }
        catch (DockerApiException refusal)
        {
            throw new NoServerException($"the container engine has no image {image} and cannot get it: {refusal.StatusCode}");
        }
    }
}
