using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Cli.Doctor;

/// <summary>Whether the broker can be reached, and keeps what it confirms.</summary>
internal static class BrokerDoctor
{
    private const int Attempts = 3;

    public static async Task<IReadOnlyList<Finding>> LookAsync(Installation installation, CancellationToken cancellation)
    {
        if (installation.IsEmbeddedBroker)
        {
            var file = Path.Combine(installation.Data, "broker.db");
            return [new Finding("broker embedded", File.Exists(file), File.Exists(file) ? file : $"{file} is missing: has the system ever run on this folder?")];
        }
        var subject = $"broker {Installation.Redacted(installation.Broker)}";
        var access = BrokerAccess.Of(installation, TimeProvider.System);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await LookAsync(subject, access, installation, cancellation);
            }
            catch (BrokerUnreachableException) when (attempt < Attempts)
            {
                // A broker that refuses and hangs up at once may take its word along: asked again, it says it again.
            }
            catch (BrokerUnreachableException failure)
            {
                return [new Finding(subject, false, $"cannot be reached: {access.WhyAway(failure)}")];
            }
            catch (Exception failure) when (failure is InvalidOperationException or BrokerRefusedException)
            {
                return [new Finding(subject, false, failure.Message)];
            }
        }
    }

    private static async Task<IReadOnlyList<Finding>> LookAsync(string subject, BrokerAccess access, Installation installation, CancellationToken cancellation)
    {
        var queues = Topology.Queues(Defaults.Municipalities.Municipalities.Load(installation).All, separatesVendors: true);
        var findings = await new BrokerCheck(access).LookAsync(queues, cancellation);
        var unsafeOnes = findings.Where(finding => finding.IsUnsafe).Select(finding => finding.Sentence).Concat(access.Warnings())
            .Select(sentence => new Finding(subject, false, sentence)).ToList();
        return unsafeOnes.Count > 0 ? unsafeOnes : [new Finding(subject, true, $"reached {access.Summary()}. {findings[0].Sentence} {queues.Count} queues and their exchanges are as they must be.")];
    }
}
