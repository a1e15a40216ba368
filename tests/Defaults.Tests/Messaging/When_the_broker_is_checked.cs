using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Native;
using ClaimsTransfer.Support;
using RabbitMQ.Client;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging;

public sealed class When_the_broker_is_checked
{
    [Test]
    public async Task What_we_declared_ourselves_is_safe()
    {
        QueueDefinition queue = new("checked-safe", [new("checked-safe")]);
        var uri = await RabbitMqServer.UriAsync();
        await using (var transport = NativeTransport.Open(uri, "check", TimeProvider.System, TestLog.Loggers))
            await transport.DeclareAsync([queue], CancellationToken.None);

        var findings = await new BrokerCheck(uri).LookAsync([queue, new("checked-missing", [])], CancellationToken.None);

        findings.ShouldAllBe(finding => !finding.IsUnsafe);
        findings.Where(finding => finding.Sentence.Contains("not there yet", StringComparison.Ordinal)).Select(finding => finding.Subject)
            .ShouldBe(["checked-missing", "checked-missing_error", "checked-missing_dead"]);
        await new BrokerCheck(uri).RequireSafeAsync([queue], CancellationToken.None);
    }

    [TestCase("3.10.8", BrokerUsers.Routing, false, true)]
    [TestCase("3.13.7", BrokerUsers.Ingest, false, true)]
    [TestCase("4.0.9", BrokerUsers.Operations, false, true)]
    [TestCase("3.10.8", BrokerUsers.Routing, true, false)]
    [TestCase("4.1.0", BrokerUsers.Routing, false, false)]
    [TestCase("4.3.7", BrokerUsers.Console, false, false)]
    [TestCase("3.10.8", "claims", false, false, Description = "one user for all of ours: no vendor is on this broker")]
    [TestCase("3.10.8", "vendor-prisme", false, false, Description = "whoever runs the broker chooses it")]
    [TestCase("3.9.29", "claims", true, true)]
    [TestCase("5.0.0", "claims", true, true)]
    [TestCase("unknown", "claims", true, true)]
    public void Vendors_with_users_of_their_own_need_a_broker_that_keeps_them_apart(string version, string user, bool allowsOlder, bool isUnsafe)
    {
        var finding = BrokerCheck.Judge(version, user, allowsOlder);

        finding.IsUnsafe.ShouldBe(isUnsafe);
        finding.Sentence.ShouldContain(version);
    }

    [TestCase("checked-classic", "checked-classic", "x-queue-type", "classic")]
    [TestCase("checked-limit", "checked-limit", "x-delivery-limit", 20)]
    [TestCase("checked-ttl", "checked-ttl_error", "x-message-ttl", 1000)]
    [TestCase("checked-length", "checked-length_error", "x-max-length", 10)]
    public async Task An_unsafe_queue_is_found_and_a_start_refused(string name, string queue, string argument, object value)
    {
        var uri = await RabbitMqServer.UriAsync();
        var arguments = queue == name ? BrokerTopology.Working(name) : new Dictionary<string, object?>(BrokerTopology.Keeping, StringComparer.Ordinal);
        arguments[argument] = value;
        if (value is "classic")
            arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        await DeclareAsync(uri, queue, arguments);

        var findings = await new BrokerCheck(uri).LookAsync([new(name, [])], CancellationToken.None);

        var finding = findings.Where(finding => finding.IsUnsafe).ShouldHaveSingleItem();
        finding.Subject.ShouldBe(queue);
        finding.Sentence.ShouldContain(value is "classic" ? "inequivalent arg" : argument);
        var refusal = await Should.ThrowAsync<InvalidOperationException>(() => new BrokerCheck(uri).RequireSafeAsync([new(name, [])], CancellationToken.None));
        refusal.Message.ShouldContain(queue);
        await using var transport = NativeTransport.Open(uri, "check", TimeProvider.System, TestLog.Loggers);
        (await Should.ThrowAsync<InvalidOperationException>(() => transport.DeclareAsync([new(name, [])], CancellationToken.None))).Message.ShouldContain(queue);
    }

    private static async Task DeclareAsync(string uri, string queue, Dictionary<string, object?> arguments)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments);
    }
}
