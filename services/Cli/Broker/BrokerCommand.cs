using System.CommandLine;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Broker;

/// <summary><c>claims broker …</c>: what is prepared for a RabbitMQ that vendors share with us.</summary>
public static class BrokerCommand
{
    public static Command Create(WhereOptions where) => new("broker", "Prepare a RabbitMQ on which each service and each vendor may do what is its own, and nothing else.")
    {
        DefinitionsCommand.Create(where),
        CertificatesCommand.Create(),
    };
}
