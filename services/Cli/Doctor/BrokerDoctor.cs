using ClaimsTransfer.Defaults.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Cli.Doctor;

/// <summary>Whether the broker can be used.</summary>
internal static class BrokerDoctor
{
    public static async Task<IReadOnlyList<Finding>> LookAsync(Installation installation, CancellationToken cancellation)
    {
        if (installation.IsEmbeddedBroker)
        {
            var file = Path.Combine(installation.Data, "broker.db");
            return [new Finding("broker embedded", File.Exists(file), File.Exists(file) ? file : $"{file} is missing: has the system ever run on this folder?")];
        }
        var subject = $"broker {Installation.Redacted(installation.Broker)}";
        try
        {
            var factory = new ConnectionFactory { Uri = new Uri(installation.Broker), AutomaticRecoveryEnabled = false, RequestedConnectionTimeout = TimeSpan.FromSeconds(10) };
            await using var connection = await factory.CreateConnectionAsync(cancellation);
            return [new Finding(subject, connection.IsOpen, "reachable")];
        }
        catch (BrokerUnreachableException failure)
        {
            return [new Finding(subject, false, $"cannot be reached: {failure.InnerException?.Message ?? failure.Message}")];
        }
    }
}
