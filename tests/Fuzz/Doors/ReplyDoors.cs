using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.Payments;
using ClaimsTransfer.Payments.Accounting;
using ClaimsTransfer.Routing;
using ClaimsTransfer.Routing.Accounting;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>What vendors' connectors say of claims and money, and what our own services say to each other.</summary>
internal static class ReplyDoors
{
    private static readonly string[] ToRouting =
    [
        "claim-created", "claim-adjusted", "claim-withdrawn", "liable-party-changed", "transfer-reported", "coverage-registered", "coverage-reversed", "write-off-registered",
        "debtor-account-changed", "operate-claim", "message-dead-lettered",
    ];

    private static readonly string[] ToPayments =
        ["claim-transferred", "claim-cancelled", "coverage-registered", "coverage-reversed", "write-off-registered", "debtor-account-changed", "debtor-entry-unmatched"];

    public static Door Routing() => new BrokerDoor(
        "routing-replies", Topology.RoutingQueue, [.. ToRouting.Select(Said)], () => ServiceUnderFuzz.StartAsync(builder => builder.AddRouting(), app => app.MapRouting()), async (service, _, _) =>
        {
            foreach (var account in (await service.Services.GetRequiredService<Accounts>().ReadAsync(fresh: true, CancellationToken.None)).Municipalities.Values)
                (account.Transferred + account.Rejected + account.Held + account.OutOfScope + account.Cancelled + account.Unknown + account.DeadLettered + account.InFlight).ShouldBe(account.Claims);
        });

    public static Door Payments() => new BrokerDoor(
        "payments-replies", Topology.PaymentsQueue, [.. ToPayments.Select(Said)], () => ServiceUnderFuzz.StartAsync(builder => builder.AddPayments(), app => app.MapPayments()),
        async (service, _, _) => (await service.Services.GetRequiredService<PaymentsAccounts>().ReadAsync(fresh: true, CancellationToken.None)).Municipalities.ShouldNotBeEmpty());

    private static Input Said(string message) => Examples.Message(
        message, ("routingKey", "0101"), ("user_id", Topology.IsReply(message) ? "vendor-kmdopus" : "routing"), ("content_type", "application/json"));
}
