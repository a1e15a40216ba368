using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Native;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.LocalServers;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Broker;

/// <summary>
/// What a vendor fills is limited in bytes, on a broker whose queues an earlier version made too, and what is beyond is refused to whoever publishes it:
/// nothing is dropped.
/// </summary>
public sealed class When_a_vendor_fills_its_queues
{
    private const string Intake = "routing.prisme";

    private static readonly string[] Limited =
        [Intake, $"{Intake}_error", $"{Intake}_dead", "payments.kmdopus", "transfer-claim.0461_error", "transfer-claim.0461_dead"];
    private static readonly string[] NotLimited =
        ["routing", "routing_error", "ingest", "ingest_error", "payments", "transfer-claim.0461", "fbs", Topology.Unrouted];

    private string _folder = "";
    private LocalRabbitMq _broker = null!;
    private HttpClient _management = null!;
    private IConnection _connection = null!;
    private IReadOnlyList<QueueDefinition> _queues = [];

    [OneTimeSetUp]
    public async Task Start()
    {
        _folder = RabbitMqServer.NewFolder();
        _broker = await LocalRabbitMq.StartAsync(Path.Combine(_folder, "broker"), management: true);
        _management = new HttpClient { BaseAddress = new Uri(_broker.ManagementUri!) };
        _management.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_broker.User}:{_broker.Password}")));
        _connection = await new ConnectionFactory { Uri = new Uri(_broker.Uri) }.CreateConnectionAsync();
        await File.WriteAllTextAsync(Municipalities, IsolatedBroker.MunicipalitiesText);
        var municipalities = MunicipalityFile.Load(Municipalities).Entries;
        _queues = Topology.Queues(municipalities, separatesVendors: true);
        // As the version before declared it.
        await using var channel = await _connection.CreateChannelAsync();
        var before = BrokerLayout.Of(municipalities).Queues.Single(queue => queue.Name == Intake).Arguments;
        await channel.QueueDeclareAsync(Intake, durable: true, exclusive: false, autoDelete: false, before.ToDictionary(StringComparer.Ordinal));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _connection.DisposeAsync();
        _management.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    [Order(1)]
    public async Task A_service_limits_what_it_declares_and_takes_what_stands_without_a_limit()
    {
        await DeclareAsync();
        await DeclareAsync();

        (await ArgumentsAsync(Intake)).ShouldNotContain(VendorQueues.Argument, customMessage: "it stood, and its arguments cannot change");
        (await ArgumentsAsync("payments.prisme")).ShouldContain($"\"{VendorQueues.Argument}\":{Topology.VendorQueueBytes}");
        (await ArgumentsAsync("routing")).ShouldNotContain(VendorQueues.Argument);
        (await UnsafeAsync()).ShouldBeEmpty();
    }

    [Test]
    [Order(2)]
    public async Task The_definitions_limit_every_queue_that_a_vendor_fills_and_no_other_and_the_check_takes_this_policy_alone()
    {
        await ImportAsync();

        foreach (var queue in Limited)
            await HoldsAsync(queue, $$"""{"max-length-bytes":{{Topology.VendorQueueBytes}},"overflow":"reject-publish"}""");
        foreach (var queue in NotLimited)
            (await PolicyAsync(queue)).ShouldNotContain("max-length", customMessage: queue);
        (await UnsafeAsync()).ShouldBeEmpty();
        await DeclareAsync();
    }

    [TestCase("""{"max-length-bytes":2000000000}""", Description = "drops the oldest")]
    [TestCase("""{"max-length-bytes":2000000,"overflow":"reject-publish"}""", Description = "another limit")]
    [TestCase("""{"max-length-bytes":2000000000,"overflow":"drop-head"}""")]
    [TestCase("""{"max-length-bytes":2000000000,"overflow":"reject-publish","message-ttl":1000}""", Description = "and more")]
    [Order(3)]
    public async Task A_policy_that_is_almost_this_one_is_refused(string definition)
    {
        await SetPolicyAsync(definition);

        await HoldsAsync($"{Intake}_error", definition);
        (await UnsafeAsync()).ShouldContain(finding => finding.Subject == $"{Intake}_error");
    }

    [Test]
    [Order(4)]
    public async Task This_policy_on_a_queue_of_ours_is_refused()
    {
        await ImportAsync();
        var definition = $$"""{"max-length-bytes":{{Topology.VendorQueueBytes}},"overflow":"reject-publish"}""";
        await SetPolicyAsync(definition, "^ingest$", "other");

        await HoldsAsync("ingest", definition);
        await HoldsAsync(Intake, definition);
        (await UnsafeAsync()).ShouldHaveSingleItem().Subject.ShouldBe("ingest");
        (await _management.DeleteAsync("/api/policies/%2F/other")).EnsureSuccessStatusCode();
    }

    /// <summary>With a limit that a test can reach: the lower one of policy and argument holds.</summary>
    [TestCase(Intake, Description = "which stood")]
    [TestCase("payments.prisme", Description = "which has the limit as its argument")]
    [TestCase("routing.prisme_error")]
    [Order(5)]
    public async Task What_is_beyond_is_refused_and_what_was_taken_stays(string queue)
    {
        const int Limit = 1_000_000;
        await SetPolicyAsync($$"""{"max-length-bytes":{{Limit}},"overflow":"reject-publish"}""");
        await using var channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var taken = 0;
        // The policy reaches the queue a moment later.
        var refused = await Should.ThrowAsync<PublishException>(async () =>
        {
            for (; taken < 500; taken++)
                await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { DeliveryMode = DeliveryModes.Persistent }, new byte[100_000]);
        });

        refused.IsReturn.ShouldBeFalse("it is refused, and not sent elsewhere");
        taken.ShouldBeGreaterThanOrEqualTo(Limit / 100_000);
        (await channel.MessageCountAsync(queue)).ShouldBe((uint)taken);
        await channel.BasicPublishAsync("", "routing", mandatory: true, new BasicProperties(), new byte[100_000]);
    }

    private string Municipalities => Path.Combine(_folder, "municipalities.yaml");

    private async Task DeclareAsync()
    {
        await using var transport = NativeTransport.Open(_broker.Uri, "limits", TimeProvider.System, NullLoggerFactory.Instance);
        await transport.DeclareAsync(_queues, CancellationToken.None);
    }

    private async Task<List<BrokerFinding>> UnsafeAsync() =>
        [.. (await new BrokerCheck(_broker.Uri, _broker.ManagementUri).LookAsync(_queues, CancellationToken.None)).Where(finding => finding.IsUnsafe)];

    private async Task ImportAsync()
    {
        var (definitions, passwords) = (Path.Combine(_folder, "definitions.json"), Path.Combine(_folder, "passwords"));
        (await CommandLine.RunAsync(["broker", "definitions", "--municipalities", Municipalities, "--passwords", passwords, "--out", definitions])).ShouldBe(0);
        using var content = new StringContent(await File.ReadAllTextAsync(definitions), Encoding.UTF8, "application/json");
        using var answer = await _management.PostAsync("/api/definitions", content);
        ((int)answer.StatusCode).ShouldBe(204, await answer.Content.ReadAsStringAsync());
    }

    private async Task SetPolicyAsync(string definition, string? pattern = null, string name = VendorQueues.PolicyName)
    {
        using var content = new StringContent(
            $$"""{"pattern":{{JsonSerializer.Serialize(pattern ?? VendorQueues.Pattern)}},"definition":{{definition}},"apply-to":"queues"}""",
            Encoding.UTF8, "application/json");
        (await _management.PutAsync($"/api/policies/%2F/{name}", content)).EnsureSuccessStatusCode();
    }

    private async Task<string> ArgumentsAsync(string queue) => (await QueueAsync(queue)).GetProperty("arguments").GetRawText();

    private async Task<string> PolicyAsync(string queue) =>
        (await QueueAsync(queue)).TryGetProperty("effective_policy_definition", out var policy) ? policy.GetRawText() : "";

    private async Task<JsonElement> QueueAsync(string queue) => JsonDocument.Parse(await _management.GetStringAsync($"/api/queues/%2F/{queue}")).RootElement;

    /// <summary>The management shows what holds some seconds later.</summary>
    private async Task HoldsAsync(string queue, string definition)
    {
        var waiting = Stopwatch.StartNew();
        while (await PolicyAsync(queue) is var holds && !JsonNode.DeepEquals(JsonNode.Parse(holds.Length > 0 ? holds : "{}"), JsonNode.Parse(definition)))
        {
            waiting.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30), $"{queue} has {holds}");
            await Task.Delay(50);
        }
    }
}
