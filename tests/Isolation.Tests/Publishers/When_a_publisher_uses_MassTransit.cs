using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Isolation.Tests.Broker;
using ClaimsTransfer.Messages;
using RabbitMQ.Client;
using Shouldly;
using static ClaimsTransfer.Isolation.Tests.Broker.IsolatedBroker;
using static ClaimsTransfer.Isolation.Tests.Broker.IsolatedSystem;

namespace ClaimsTransfer.Isolation.Tests.Publishers;

/// <summary>An application with <c>ClaimsTransfer.MassTransit</c> beside a system that runs, with no more rights than <c>deploy/BROKER.md</c> gives it.</summary>
public sealed class When_a_publisher_uses_MassTransit
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 6, 54, 0, TimeSpan.Zero);
    private static readonly string Rights = File.ReadLines(PathOf("deploy/BROKER.md")).Single(line => line.StartsWith("rabbitmqctl set_permissions acme ", StringComparison.Ordinal));

    private IsolatedSystem _system = null!;
    private IConnection _ours = null!;
    private IChannel _looking = null!;
    private Acme _acme = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _system = await IsolatedSystem.StartAsync();
        _ours = await ConnectAsync();
        _looking = await ConfirmingAsync(_ours);
        await _looking.QueueDeclareAsync("seen", durable: true, exclusive: false, autoDelete: false);
        await _looking.QueueBindAsync("seen", MessageNames.SubmitClaim, "");
        _acme = await Acme.StartAsync(await Acme.NewUserAsync("acme", Rights));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _acme.DisposeAsync();
        foreach (var queue in (string[])["seen", "acme", "acme_error", "acme_skipped", "acme-classic", "acme-classic_error", "acme-classic_skipped"])
            await _looking.QueueDeleteAsync(queue);
        foreach (var exchange in (string[])["acme", "acme_error", "acme_skipped", "acme-classic", "acme-classic_error", "acme-classic_skipped"])
            await _looking.ExchangeDeleteAsync(exchange);
        await _looking.DisposeAsync();
        await _ours.DisposeAsync();
        await _system.DisposeAsync();
    }

    [Test]
    public async Task it_hears_that_a_claim_is_transferred()
    {
        await _acme.PublishAsync(Claim(1));

        var transferred = await HearAsync<ClaimTransferred>(message => message.FeeId == 1);
        transferred.AmountOre.ShouldBe(7000);
        transferred.DebtorReference.ShouldBe("KMD-1");
        transferred.ClaimId.ShouldBe(ClaimOf(København, 1));
    }

    [Test]
    public async Task it_hears_that_an_organisations_claim_is_transferred()
    {
        await _acme.PublishAsync(Claim(2) with { Borrower = new Party(Cvr: "64942212", Name: "Eksempel A/S") });

        (await HearAsync<ClaimTransferred>(message => message.FeeId == 2)).DebtorReference.ShouldBe("KMD-2");
    }

    [Test]
    public async Task it_hears_why_a_claim_is_refused()
    {
        var claim = Claim(3) with { AmountOre = -1 };
        await _acme.PublishAsync(claim);

        var refused = await HearAsync<ClaimRefused>(message => message.FeeId == 3);
        refused.RefusedMessageId.ShouldBe(claim.MessageId);
        refused.Faults.ShouldHaveSingleItem().Field.ShouldBe("amountOre");
        _acme.Heard.ShouldNotContain(message => message.MessageId == refused.MessageId && !(message is ClaimRefused), "each message reaches the consumers of its own kind alone");
    }

    [Test]
    public async Task it_hears_by_which_rule_a_claim_is_held_and_that_it_is_cancelled()
    {
        await _acme.PublishAsync(Claim(4) with { Borrower = new Party(Cpr: "0101154321", Name: "Liv Eksempel") });
        (await HearAsync<ClaimHeld>(message => message.FeeId == 4)).Rule.ShouldBe("HoldForPerson");

        await _acme.PublishAsync(new CancelClaim(Guid.NewGuid(), At, AgencyOf(København), 4, 2, "itemReturned"));

        (await HearAsync<ClaimCancelled>(message => message.FeeId == 4)).Version.ShouldBe(2);
    }

    [Test]
    public async Task it_hears_that_a_claim_stays_with_the_library()
    {
        await _acme.PublishAsync(Claim(5) with { CreatedOn = new DateOnly(2020, 10, 1) });

        (await HearAsync<ClaimOutOfScope>(message => message.FeeId == 5)).Explanation.ShouldNotBeEmpty();
    }

    [Test]
    public async Task the_wire_is_what_any_publisher_says()
    {
        var claim = Claim(6) with { Reason = null };
        using var trace = new Activity("a request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await _acme.PublishAsync(claim);

        var (properties, body) = await SeenAsync(claim.MessageId);
        properties.MessageId.ShouldBe(claim.MessageId.ToString());
        properties.Type.ShouldBe(MessageNames.SubmitClaim);
        properties.ContentType.ShouldBe("application/json");
        properties.Persistent.ShouldBeTrue();
        body.AsObject().Select(field => field.Key).ShouldBe(
            ["messageId", "occurredAt", "agency", "feeId", "version", "type", "amountOre", "currency", "createdOn", "dueOn", "branch", "borrower", "materials"]);
        Encoding.UTF8.GetString((byte[])properties.Headers!["traceparent"]!).ShouldBe(trace.Id);
        properties.Headers.Keys.Where(key => key is not "traceparent" and not "x-dotnet-pub-seq-no" and not "MT-Activity-Id").ShouldBeEmpty();
    }

    [Test]
    public async Task what_a_record_does_not_know_is_ignored()
    {
        var id = await SayHeldAsync("""{"version":1,"rule":"HoldForPerson","explanation":"A child.","heldUntil":"2027-01-01","by":{"person":"anna"}}""");

        (await HearAsync<ClaimHeld>(message => message.MessageId == id)).Explanation.ShouldBe("A child.");
    }

    [TestCase("""{"version":"one","rule":"HoldForPerson","explanation":"A child."}""", "version", TestName = "what cannot be read stands on the error queue: another type")]
    [TestCase("""{"version":1,"rule":null,"explanation":"A child."}""", "rule", TestName = "what cannot be read stands on the error queue: null where there must be something")]
    [TestCase("""{"version":1,"rule":"Broken","explanation":"A child."}""", "The listener is broken.", TestName = "what cannot be handled stands on the error queue")]
    public async Task what_cannot_be_read_or_handled_stands_on_the_error_queue(string fields, string reason)
    {
        var id = await SayHeldAsync(fields);

        BasicGetResult? dead = null;
        await UntilAsync(async () => await QueueAsync("acme_error") is not null && (dead = await _looking.BasicGetAsync("acme_error", autoAck: true)) is not null, () => "nothing on acme_error");
        dead!.BasicProperties.MessageId.ShouldBe(id.ToString());
        Encoding.UTF8.GetString((byte[])dead.BasicProperties.Headers!["MT-Fault-Message"]!).ShouldContain(reason);
        Arguments(await QueueAsync("acme_error")).ShouldBe("""{"x-queue-type":"quorum"}""");
        _acme.Heard.ShouldNotContain(message => message.MessageId == id);
        var follower = await SayHeldAsync("""{"version":1,"rule":"HoldForPerson","explanation":"The next."}""");
        await HearAsync<ClaimHeld>(message => message.MessageId == follower);
    }

    [Test]
    public async Task the_queue_is_as_its_owner_says_and_the_one_beside_it_forgets_nothing()
    {
        await using var classic = await Acme.StartClassicAsync(await Acme.NewUserAsync("acme-classic", Rights));

        var id = await SayHeldAsync("""{"version":1,"rule":"HoldForPerson"}""".Replace("1,", "\"one\",", StringComparison.Ordinal));
        await UntilAsync(async () => await QueueAsync("acme-classic_error") is not null, () => "nothing on acme-classic_error");

        (await QueueAsync("acme"))!["type"]!.GetValue<string>().ShouldBe("quorum");
        (await QueueAsync("acme-classic"))!["type"]!.GetValue<string>().ShouldBe("classic");
        Arguments(await QueueAsync("acme-classic")).ShouldContain("x-max-length");
        Arguments(await QueueAsync("acme-classic_error")).ShouldBe("{}");
        foreach (var queue in (string[])["acme", "acme-classic", "acme-classic_error"])
            (await QueueAsync(queue))!["durable"]!.GetValue<bool>().ShouldBeTrue(queue);
        (await _looking.BasicGetAsync("acme-classic_error", autoAck: true))!.BasicProperties.MessageId.ShouldBe(id.ToString());
        await UntilAsync(async () => (await _looking.BasicGetAsync("acme_error", autoAck: true))?.BasicProperties.MessageId == id.ToString(), () => "it is not on acme_error too");
    }

    [Test]
    public async Task publishing_needs_no_right_but_FBSs()
    {
        var before = await DeclaredAsync();
        await using var silent = await Acme.StartSilentAsync(UriOf(BrokerUsers.Fbs));

        await silent.PublishAsync(Claim(7));

        await HearAsync<ClaimTransferred>(message => message.FeeId == 7);
        (await DeclaredAsync()).ShouldBe(before);
    }

    [Test]
    public async Task another_message_is_told_where_it_belongs()
    {
        var refused = await Should.ThrowAsync<global::MassTransit.ConfigurationException>(() => _acme.PublishAsync(new Party(Name: "Bo")));

        refused.Message.ShouldContain("a bus of their own");
    }

    [Test]
    public async Task a_consumer_of_what_messages_have_in_common_is_refused_before_it_waits_for_ever() =>
        (await Should.ThrowAsync<global::MassTransit.ConfigurationException>(Acme.ConsumeWhateverAsync)).ToString().ShouldContain("Consume the records themselves: SubmitClaim");

    [Test]
    public void the_readme_is_this_application()
    {
        var readme = File.ReadAllText(PathOf("contracts/MassTransit/README.md")).Split("```csharp\n")[1].Split("\n```")[0];

        Unindented(File.ReadAllText(PathOf("tests/Isolation.Tests/Publishers/Acme.cs"))).ShouldContain(Unindented(readme));
    }

    private static string Unindented(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()));

    private static SubmitClaim Claim(int feeId) => new(
        DeterministicId.Of(ClaimOf(København, feeId), "acme"), At, AgencyOf(København), feeId, 1, "fee", "Gebyr (for sent)", 7000, "DKK", new DateOnly(2026, 10, 22),
        new DateOnly(2026, 11, 22), "DK-710101", new Party(Cpr: "0101701234", Name: "Bo Eksempel"), null, []);

    private async Task<T> HearAsync<T>(Func<T, bool> isIt)
        where T : class, IMessage
    {
        T? found = null;
        await UntilAsync(() => Task.FromResult((found = _acme.Heard.OfType<T>().FirstOrDefault(isIt)) is not null), () => $"no {typeof(T).Name} of the kind was heard");
        return found!;
    }

    /// <summary>As Routing says it, to be heard by FBS and by Acme.</summary>
    private async Task<Guid> SayHeldAsync(string fields)
    {
        var id = Guid.NewGuid();
        var body = JsonNode.Parse(fields)!.AsObject();
        foreach (var (name, value) in (ReadOnlySpan<(string, JsonNode)>)
            [("messageId", id), ("occurredAt", At), ("claimId", ClaimOf(København, 8)), ("municipality", København), ("agency", AgencyOf(København)), ("feeId", 8)])
            body[name] = value;
        await _looking.BasicPublishAsync(
            MessageNames.ClaimHeld, "", mandatory: true,
            new BasicProperties { ContentType = "application/json", MessageId = id.ToString(), Type = MessageNames.ClaimHeld, DeliveryMode = DeliveryModes.Persistent },
            Encoding.UTF8.GetBytes(body.ToJsonString()));
        return id;
    }

    private async Task<(IReadOnlyBasicProperties Properties, JsonNode Body)> SeenAsync(Guid messageId)
    {
        (IReadOnlyBasicProperties, JsonNode) seen = default;
        await UntilAsync(
            async () =>
            {
                while (await _looking.BasicGetAsync("seen", autoAck: true) is { } message)
                {
                    var body = JsonNode.Parse(message.Body.Span)!;
                    if ((Guid)body["messageId"]! != messageId)
                        continue;
                    seen = (message.BasicProperties, body);
                    return true;
                }

                return false;
            },
            () => "the claim did not pass its exchange");
        return seen;
    }

    private static async Task<JsonNode?> QueueAsync(string name) =>
        JsonNode.Parse(await Management.GetStringAsync("/api/queues/%2F"))!.AsArray().SingleOrDefault(queue => (string)queue!["name"]! == name);

    private static string Arguments(JsonNode? queue) => queue.ShouldNotBeNull()["arguments"]!.ToJsonString();

    /// <summary>Every exchange, queue and binding by name.</summary>
    private static async Task<IReadOnlyList<string>> DeclaredAsync() =>
    [
        .. JsonNode.Parse(await Management.GetStringAsync("/api/exchanges/%2F"))!.AsArray().Select(exchange => $"exchange {exchange!["name"]}"),
        .. JsonNode.Parse(await Management.GetStringAsync("/api/queues/%2F"))!.AsArray().Select(queue => $"queue {queue!["name"]}"),
        .. JsonNode.Parse(await Management.GetStringAsync("/api/bindings/%2F"))!.AsArray().Select(binding => $"binding {binding!["source"]} {binding["destination"]}"),
    ];

    private static string PathOf(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ClaimsTransfer.sln")))
            folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("No ClaimsTransfer.sln above the test's folder."), file);
    }
}
