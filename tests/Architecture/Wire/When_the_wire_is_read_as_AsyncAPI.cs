using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using Shouldly;

namespace ClaimsTransfer.Architecture.Wire;

public sealed class When_the_wire_is_read_as_AsyncAPI
{
    private static readonly IReadOnlyList<string> Names = WireMessages.All.Select(message => message.Name).ToList();

    [Test]
    public void every_reference_leads_somewhere()
    {
        AsyncApi.References().ShouldNotBeEmpty();
        AsyncApi.References().Where(reference => AsyncApi.Resolve(reference) is null).ShouldBeEmpty();
    }

    [TestCase("channels")]
    [TestCase("components.messages")]
    public void it_names_every_message_and_no_other(string path)
    {
        var place = path.Split('.').Aggregate(AsyncApi.Document, (node, part) => node[part]!.AsObject());

        place.Select(entry => entry.Key).ShouldBe(Names, ignoreOrder: true);
    }

    [TestCaseSource(typeof(WireMessages), nameof(WireMessages.All))]
    public void a_message_is_described_by_its_schema_and_shown_by_its_example(WireMessage message)
    {
        var described = AsyncApi.Document["components"]!["messages"]![message.Name]!;

        ((string)described["name"]!).ShouldBe(message.Name);
        ((string)described["title"]!).ShouldBe(message.Record.Name);
        ((string)described["payload"]!["$ref"]!).ShouldBe($"./schemas/{message.Name}.json");
        ((string)described["examples"]![0]!["payload"]!["$ref"]!).ShouldBe($"./examples/{message.Name}.json");
        ((string)described["bindings"]!["amqp"]!["messageType"]!).ShouldBe(message.Name);
    }

    [TestCaseSource(typeof(WireMessages), nameof(WireMessages.All))]
    public void its_exchange_is_called_as_the_message_and_durable(WireMessage message)
    {
        var channel = AsyncApi.Document["channels"]![message.Name]!;
        var exchange = channel["bindings"]!["amqp"]!["exchange"]!;

        ((string)channel["messages"]![message.Name]!["$ref"]!).ShouldBe($"#/components/messages/{message.Name}");
        ((string)exchange["name"]!).ShouldBe(message.Name);
        ((bool)exchange["durable"]!).ShouldBeTrue();
        ((bool)exchange["autoDelete"]!).ShouldBeFalse();
        ((string)exchange["type"]!).ShouldBe(Topology.KindOf(message.Name).ToString().ToLowerInvariant());
    }

    [TestCaseSource(typeof(WireMessages), nameof(WireMessages.All))]
    public void somebody_sends_it_and_somebody_receives_it_on_a_queue(WireMessage message)
    {
        var operations = AsyncApi.Operations.Where(operation => operation.Channel == message.Name).ToList();

        operations.ShouldContain(operation => operation.Action == "send");
        operations.Where(operation => operation.Action == "receive").ShouldNotBeEmpty();
        operations.Where(operation => operation.Action == "receive").ShouldAllBe(operation => !string.IsNullOrEmpty(operation.Queue));
        operations.ShouldAllBe(operation => operation.Id.StartsWith(operation.Application, StringComparison.OrdinalIgnoreCase)
            && operation.Id.EndsWith(message.Record.Name, StringComparison.Ordinal));
    }

    [Test]
    public void its_receivers_are_the_bindings_that_the_broker_gets()
    {
        var municipality = new Municipality("0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.HoldForPerson);
        // What our own services say by a connector's exchange has no key and comes by the service's own queue: nothing that anybody outside has to know.
        var bound = Topology.Queues([municipality], separatesVendors: true)
            .SelectMany(queue => queue.Bindings.Where(binding => !Topology.IsReply(binding.Exchange) || binding.RoutingKey != Topology.OurKey)
                .Select(binding => $"{binding.Exchange} → {queue.Name} [{binding.RoutingKey}]"));

        var described = AsyncApi.Operations.Where(operation => operation.Action == "receive")
            .Select(operation => $"{operation.Channel} → {operation.Queue!.Replace("{municipality}", "0101", StringComparison.Ordinal).Replace("{vendor}", "kmdopus", StringComparison.Ordinal)} "
                + (operation.Queue.Contains('{', StringComparison.Ordinal) ? "[0101]" : "[]"));

        described.ShouldBe(bound, ignoreOrder: true);
    }
}
