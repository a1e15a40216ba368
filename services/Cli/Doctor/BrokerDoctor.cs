using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Cli.Doctor;

/// <summary>Whether the broker can be reached, and keeps what it confirms.</summary>
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
            var queues = Topology.Queues(Defaults.Municipalities.Municipalities.Load(installation).All, separatesVendors: true);
            var findings = await new BrokerCheck(installation.Broker).LookAsync(queues, cancellation);
            var unsafeOnes = findings.Where(finding => finding.IsUnsafe).Select(finding => new Finding(subject, false, finding.Sentence)).ToList();
            return unsafeOnes.Count > 0 ? unsafeOnes : [new Finding(subject, true, $"{findings[0].Sentence} {queues.Count} queues and their exchanges are as they must be.")];
        }
        catch (BrokerUnreachableException failure)
        {
            return [new Finding(subject, false, $"cannot be reached: {failure.InnerException?.Message ?? failure.Message}")];
        }
        catch (InvalidOperationException failure)
        {
            return [new Finding(subject, false, failure.Message)];
        }
    }
}
