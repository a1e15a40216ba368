using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Cli.Broker;

/// <summary>
/// A user of the broker and what it may do. Each expression is matched against the names of exchanges and queues alike: to publish needs write on the exchange, to consume read on
/// the queue, to bind write on the queue and read on the exchange. Nobody but operations may declare or delete anything.
/// </summary>
/// <param name="Tags">Of the management plugin.</param>
/// <param name="Topics">The routing keys it may publish with, by topic exchange. An exchange that is not named here takes every key from it.</param>
public sealed record BrokerUser(string Name, string Tags, string Configure, string Write, string Read, IReadOnlyList<BrokerTopic> Topics)
{
    /// <summary>Nothing has an empty name, the broker's own exchange neither: it counts as <c>amq.default</c>.</summary>
    private const string Nothing = "^$";

    private const string Everything = ".*";

    /// <summary>Matches no routing key, the empty one neither.</summary>
    private const string NoKey = "(?!)";

    private const string DefaultExchange = "amq.default";

    private static readonly string[] OfFbs = [MessageNames.SubmitClaim, MessageNames.AdjustClaim, MessageNames.CancelClaim, MessageNames.ChangeLiableParty];

    /// <summary>Null: no limit.</summary>
    public int? MaxConnections { get; init; }

    public int? MaxChannels { get; init; }

    /// <param name="withSandbox">Whether the stand-ins run on this broker too, with a user of their own.</param>
    public static IReadOnlyList<BrokerUser> All(IReadOnlyCollection<Municipality> municipalities, bool withSandbox) =>
    [
        Ingest, Routing, Payments, Console, Fbs, .. withSandbox ? (BrokerUser[])[Sandbox] : [], Operations,
        .. Enum.GetValues<Vendor>().Select(vendor => OfVendor(vendor, [.. municipalities.Where(municipality => municipality.Vendor == vendor).Select(municipality => municipality.Code)])),
    ];

    private static BrokerUser Ingest => OfService(
        BrokerUsers.Ingest, Topology.Ingest,
        [MessageNames.ClaimCreated, MessageNames.ClaimAdjusted, MessageNames.ClaimWithdrawn, MessageNames.LiablePartyChanged, MessageNames.ClaimRefused, MessageNames.MessageDeadLettered]);

    /// <summary>Binds and unbinds the vendors' queues it consumes, and takes from a vendor the way to the instructions of a municipality that has left it.</summary>
    private static BrokerUser Routing
    {
        get
        {
            var own = OfService(
                BrokerUsers.Routing, Topology.Routing,
                [
                    MessageNames.TransferClaim, MessageNames.ClaimHeld, MessageNames.ClaimOutOfScope, MessageNames.ClaimTransferred, MessageNames.TransferRejected,
                    MessageNames.ClaimCancelled, MessageNames.OperateClaim, MessageNames.MessageDeadLettered,
                ]);
            return own with
            {
                Write = Any(own.Write, @"^transfer-claim\.[0-9]{4}(_error)?$"),
                Read = Any(own.Read, Exactly(Enum.GetValues<Vendor>().Select(Topology.QueuesExchangeOf))),
            };
        }
    }

    private static BrokerUser Payments => OfService(
        BrokerUsers.Payments, Topology.Payments,
        [
            MessageNames.PaymentReconciled, MessageNames.OperateClaim, MessageNames.CoverageRegistered, MessageNames.CoverageReversed, MessageNames.WriteOffRegistered,
            MessageNames.DebtorAccountChanged, MessageNames.MessageDeadLettered,
        ]);

    /// <summary>Empties every queue where messages end that could not be handled, and sends them back to where they failed: others' queues too, by the broker's own exchange.</summary>
    private static BrokerUser Console => new(
        BrokerUsers.Console, "management", Nothing,
        Exactly([.. MessageExchanges, Topology.QueuesExchange, DefaultExchange]), $"_(error|skipped|dead)$|{Exactly([Topology.Unrouted])}",
        [.. Topology.Replies.Select(OurKeyOnly)]);

    private static BrokerUser Fbs => new(BrokerUsers.Fbs, "", Nothing, Exactly(OfFbs), Exactly([Topology.FbsQueue]), []);

    private static BrokerUser Sandbox => new(
        BrokerUsers.Sandbox, "", Nothing, Exactly([.. OfFbs, Topology.QueuesExchange]), Exactly([Topology.FbsQueue]), [ToQueuesOf([Topology.FbsQueue])]);

    private static BrokerUser Operations => new(BrokerUsers.Operations, "administrator", Everything, Everything, Everything, []);

    private static IEnumerable<string> MessageExchanges =>
        Topology.Queues(["0000"]).SelectMany(queue => queue.Bindings).Select(binding => binding.Exchange).Distinct(StringComparer.Ordinal);

    private static BrokerUser OfService(string name, QueueDefinition queue, IReadOnlyList<string> says)
    {
        var ofVendors = Enum.GetValues<Vendor>().Select(vendor => Topology.VendorQueue(queue.Name, vendor)).Where(Topology.IsVendorQueue).ToList();
        var bound = queue.Bindings.Where(binding => binding.RoutingKey == Topology.EveryKey).Select(binding => binding.Exchange);
        return new BrokerUser(
            name, "", Nothing, Exactly([.. says, Topology.QueuesExchange, .. ofVendors]), Exactly([queue.Name, .. ofVendors, .. bound]),
            [ToQueuesOf([queue.Name, .. ofVendors]), .. says.Where(Topology.IsReply).Select(OurKeyOnly)]);
    }

    /// <summary>
    /// Reads its municipalities' instructions, says its replies with their keys, and reaches past the exchanges its own queues only. Its connections are counted: each of its
    /// processes has two, and a channel for each municipality.
    /// </summary>
    private static BrokerUser OfVendor(Vendor vendor, IReadOnlyList<string> municipalities)
    {
        var keys = municipalities.Count == 0 ? NoKey : Exactly(municipalities);
        return new BrokerUser(
            BrokerUsers.Of(vendor), "", Nothing, Exactly([.. Topology.Replies, Topology.QueuesExchangeOf(vendor)]),
            municipalities.Count == 0 ? Nothing : Exactly(municipalities.Select(Topology.TransferQueue)),
            [
                .. Topology.Replies.Select(exchange => new BrokerTopic(exchange, keys, NoKey)),
                new BrokerTopic(Topology.QueuesExchangeOf(vendor), municipalities.Count == 0 ? NoKey : Exactly(municipalities.SelectMany(Topology.OwnQueues)), NoKey),
            ])
        {
            MaxConnections = 20, MaxChannels = 10 * (municipalities.Count + 20),
        };
    }

    private static BrokerTopic OurKeyOnly(string exchange) => new(exchange, "^$", Everything);

    /// <summary>To the queues it consumes, for what it gives back, and beside them.</summary>
    private static BrokerTopic ToQueuesOf(IEnumerable<string> queues) => new(Topology.QueuesExchange, Exactly(queues.SelectMany(queue => (string[])[queue, Topology.ErrorQueue(queue)])), Everything);

    private static string Exactly(IEnumerable<string> names) => $"^({string.Join('|', names.Select(Regex.Escape))})$";

    private static string Any(params ReadOnlySpan<string> expressions) => string.Join('|', expressions);
}

/// <summary>The routing keys that a user may publish with to a topic exchange, and bind with.</summary>
public sealed record BrokerTopic(string Exchange, string Write, string Read);
