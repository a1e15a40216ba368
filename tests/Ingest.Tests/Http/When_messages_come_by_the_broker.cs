using System.Text;
using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Http;

public sealed class When_messages_come_by_the_broker
{
    [Test]
    public async Task Plain_JSON_on_four_exchanges_is_taken_and_every_fault_answered()
    {
        await using var server = await IngestServer.StartAsync();
        await server.Transport.PublishAsync(
        [
            Message(MessageNames.SubmitClaim, Fbs.Submit(1).ToJsonString()), Message(MessageNames.AdjustClaim, Fbs.Adjust(1, 2).ToJsonString()),
            Message(MessageNames.ChangeLiableParty, Fbs.ChangeLiableParty(1, 3).ToJsonString()), Message(MessageNames.CancelClaim, Fbs.Cancel(1, 4).ToJsonString()),
            Message(MessageNames.AdjustClaim, "not json"),
        ], default);

        var deadline = DateTime.UtcNow.AddSeconds(20);
        while ((long)(await server.GetAsync("/ingest/accounting"))["lines"]! < 5)
            DateTime.UtcNow.ShouldBeLessThan(deadline);
        var figures = (await server.GetAsync("/ingest/accounting"))["municipalities"]!["0101"]!;
        ((long)figures["accepted"]!, (long)figures["changes"]!, (long)figures["acceptedOre"]!).ShouldBe((1, 3, 5000));
        while (await server.Transport.DepthAsync(Topology.FbsQueue, default) < 1 || await server.Transport.DepthAsync(Topology.RoutingQueue, default) < 4)
            DateTime.UtcNow.ShouldBeLessThan(deadline);
        var refused = (await server.Queues.PeekAsync(Topology.FbsQueue, 10, default)).ShouldHaveSingleItem();
        JsonSerializer.Deserialize(refused.Delivery.Body.Span, MessageJson.Default.ClaimRefused)!.Kind.ShouldBe(MessageNames.AdjustClaim);
    }

    private static OutgoingMessage Message(string name, string body) => new(name, DeterministicId.Of(Guid.Empty, name + body), Encoding.UTF8.GetBytes(body));
}
