using System.Text.Json;
using ClaimsTransfer.Cli.Broker;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using ClaimsTransfer.Defaults.Municipalities;
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
        var municipalities = Defaults.Municipalities.Municipalities.Load(installation).All;
        var queues = Topology.Queues(municipalities, separatesVendors: true);
        var management = installation.BrokerManagement.Length > 0 ? installation.BrokerManagement : null;
        var check = new BrokerCheck(access, management, installation.AllowOlderBroker);
        var findings = await check.LookAsync(queues, cancellation);
        var differences = management is null ? [] : await DifferencesAsync(check, access.VirtualHost, municipalities, installation, cancellation);
        var unsafeOnes = findings.Where(finding => finding.IsUnsafe).Select(finding => finding.Sentence).Concat(access.Warnings()).Concat(differences)
            .Select(sentence => new Finding(subject, false, sentence)).ToList();
        if (unsafeOnes.Count > 0)
            return unsafeOnes;
        var compared = management is null
            ? "Users, bindings and policies were not compared: CLAIMS_BROKER_MANAGEMENT is not set."
            : "What stands is what the definitions would make.";
        return [new Finding(subject, true, $"reached {access.Summary()}. {findings[0].Sentence} {queues.Count} queues and their exchanges are as they must be. {compared}")];
    }

    private static async Task<IReadOnlyList<string>> DifferencesAsync(
        BrokerCheck check, string vhost, IReadOnlyCollection<Municipality> municipalities, Installation installation, CancellationToken cancellation)
    {
        JsonElement standing;
        try
        {
            standing = await check.DefinitionsAsync(cancellation);
        }
        catch (HttpRequestException away)
        {
            return [$"What stands cannot be compared, the management does not answer ({away.HttpRequestError})."];
        }

        var withSandbox = standing.GetProperty("users").EnumerateArray().Any(user => user.GetProperty("name").GetString() == BrokerUsers.Sandbox);
        var (users, _) = DefinitionsCommand.Admitted(BrokerUser.All(municipalities, withSandbox), installation);
        using var wanted = JsonDocument.Parse(BrokerDefinitions.Of(municipalities, users, vhost, _ => ""));
        return new BrokerDifferences(wanted.RootElement, standing, vhost).Find();
    }
}
