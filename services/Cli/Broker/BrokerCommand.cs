using System.CommandLine;

namespace ClaimsTransfer.Cli.Broker;

/// <summary><c>claims broker …</c>: what an installation's broker needs that is not made by the services themselves.</summary>
public static class BrokerCommand
{
    public static Command Create() => new("broker", "What an installation's broker needs before the services can use it.")
    {
        CertificatesCommand.Create(),
    };
}
