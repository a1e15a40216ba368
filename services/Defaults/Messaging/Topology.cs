using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>What an exchange does with the routing key.</summary>
public enum ExchangeKind
{
    /// <summary>Copies to every queue bound.</summary>
    Fanout,

    /// <summary>To the queues bound with exactly the key.</summary>
    Direct,

    /// <summary>As direct, or to all with <see cref="Topology.EveryKey"/>; RabbitMQ lets a user publish to it only with the keys that are his.</summary>
    Topic,
}

/// <summary>Every exchange and every queue that must exist before anybody publishes. Declared by each service at its start, idempotently.</summary>
public static class Topology
{
    public const string FbsQueue = "fbs";
    public const string IngestQueue = "ingest";
    public const string RoutingQueue = "routing";
    public const string PaymentsQueue = "payments";

    /// <summary>What no queue is bound for ends here, seen by an operator, instead of vanishing.</summary>
    public const string Unrouted = "unrouted";

    /// <summary>Where the broker itself puts a message whose consumers died too often.</summary>
    public const string DeadLetterExchange = "dead-letters";

    /// <summary>Leads straight to a queue, which is the routing key. The broker's own exchange for that knows no permission by queue.</summary>
    public const string QueuesExchange = "queues";

    /// <summary>Binds a queue to everything of a topic exchange.</summary>
    public const string EveryKey = "#";

    /// <summary>What our own services say by an exchange that vendors speak by has no key, and goes past the vendors' queues: no vendor's flood stands before it.</summary>
    public const string OurKey = "";

    /// <summary>So often may a consumer die with a message in hand before the broker takes it out of the queue.</summary>
    public const int DeliveryLimit = 50;

    /// <summary>So many messages of one vendor wait at most; what it publishes beyond is not confirmed to it.</summary>
    public const int VendorIntakeLimit = 1_000_000;

    /// <summary>
    /// So many bytes of one vendor's messages wait at most on each queue that it fills; what is published beyond is not confirmed, and nothing is dropped.
    /// </summary>
    public const int VendorQueueBytes = 2_000_000_000;

    /// <summary>The messages by which a vendor speaks. Its routing key is the municipality it speaks for.</summary>
    public static IReadOnlyList<string> Replies { get; } =
    [
        MessageNames.TransferReported, MessageNames.CoverageRegistered, MessageNames.CoverageReversed, MessageNames.WriteOffRegistered, MessageNames.DebtorAccountChanged,
        MessageNames.DebtorEntryUnmatched, MessageNames.MessageDeadLettered,
    ];

    private static readonly HashSet<string> ReplyNames = new(Replies, StringComparer.Ordinal);

    public static bool IsReply(string name) => ReplyNames.Contains(name);

    public static ExchangeKind KindOf(string exchange) => exchange switch
    {
        MessageNames.TransferClaim or DeadLetterExchange => ExchangeKind.Direct,
        _ when IsReply(exchange) || exchange == QueuesExchange || exchange.StartsWith($"{QueuesExchange}.", StringComparison.Ordinal) => ExchangeKind.Topic,
        _ => ExchangeKind.Fanout,
    };

    /// <summary>By which exchange a user puts messages straight on a queue. A vendor has one of its own, which leads to its own queues and to no other, whatever a message says.</summary>
    public static string QueuesExchangeOf(string? user) => BrokerUsers.VendorOf(user) is { } vendor ? QueuesExchangeOf(vendor) : QueuesExchange;

    public static string QueuesExchangeOf(Vendor vendor) => $"{QueuesExchange}.{BrokerUsers.Short(vendor)}";

    /// <summary>One queue a municipality: the backlog of a debtor system that is down waits there and holds back nobody else's.</summary>
    public static string TransferQueue(string municipality) => $"{MessageNames.TransferClaim}.{municipality}";

    /// <summary>The municipality whose instructions stand on a queue; null: none of theirs.</summary>
    public static string? MunicipalityOf(string queue) =>
        queue.StartsWith($"{MessageNames.TransferClaim}.", StringComparison.Ordinal) ? queue[(MessageNames.TransferClaim.Length + 1)..] : null;

    public static string ErrorQueue(string queue) => $"{queue}_error";

    public static string DeadQueue(string queue) => $"{queue}_dead";

    /// <summary>Where what a vendor says to a service waits: a flood stands before nobody else's.</summary>
    public static string VendorQueue(string service, Vendor vendor) => $"{service}.{BrokerUsers.Short(vendor)}";

    /// <summary>The service's own queue for that of a vendor; any other as it is.</summary>
    public static string ServiceQueueOf(string queue) => VendorQueues.TryGetValue(queue, out var service) ? service : queue;

    public static bool IsOurs(string queue) => queue is IngestQueue or RoutingQueue or PaymentsQueue or FbsQueue || IsVendorQueue(queue) || MunicipalityOf(queue) is not null;

    public static bool IsVendorQueue(string queue) => VendorQueues.ContainsKey(queue);

    public static QueueDefinition Ingest { get; } = new(IngestQueue,
        [new(MessageNames.SubmitClaim), new(MessageNames.AdjustClaim), new(MessageNames.CancelClaim), new(MessageNames.ChangeLiableParty)]);

    public static QueueDefinition Routing { get; } = new(RoutingQueue,
        [
            new(MessageNames.ClaimCreated), new(MessageNames.ClaimAdjusted), new(MessageNames.ClaimWithdrawn), new(MessageNames.LiablePartyChanged),
            new(MessageNames.TransferReported, EveryKey), new(MessageNames.OperateClaim), new(MessageNames.MessageDeadLettered, EveryKey),
            new(MessageNames.CoverageRegistered, EveryKey), new(MessageNames.CoverageReversed, EveryKey), new(MessageNames.WriteOffRegistered, EveryKey),
            new(MessageNames.DebtorAccountChanged, EveryKey),
        ]);

    public static QueueDefinition Payments { get; } = new(PaymentsQueue,
        [
            new(MessageNames.ClaimTransferred), new(MessageNames.ClaimCancelled), new(MessageNames.CoverageRegistered, EveryKey), new(MessageNames.CoverageReversed, EveryKey),
            new(MessageNames.WriteOffRegistered, EveryKey), new(MessageNames.DebtorEntryUnmatched, EveryKey), new(MessageNames.DebtorAccountChanged, EveryKey),
        ]);

    public static QueueDefinition Fbs { get; } = new(FbsQueue,
        [
            new(MessageNames.ClaimRefused), new(MessageNames.ClaimHeld), new(MessageNames.ClaimOutOfScope), new(MessageNames.ClaimTransferred),
            new(MessageNames.TransferRejected), new(MessageNames.ClaimCancelled), new(MessageNames.PaymentReconciled),
        ]);

    private static Dictionary<string, string> VendorQueues { get; } = (
        from service in (string[])[RoutingQueue, PaymentsQueue]
        from vendor in Enum.GetValues<Vendor>()
        select (Queue: VendorQueue(service, vendor), Service: service)).ToDictionary(pair => pair.Queue, pair => pair.Service, StringComparer.Ordinal);

    /// <summary>The queue of one municipality's connector.</summary>
    public static QueueDefinition Transfer(string municipality) =>
        new(TransferQueue(municipality), [new(MessageNames.TransferClaim, municipality)]);

    /// <summary>Every queue where all is one process: a service has one, whoever speaks.</summary>
    public static IReadOnlyList<QueueDefinition> Queues(IEnumerable<string> municipalities) =>
        [Ingest, Routing, Payments, Fbs, .. municipalities.Select(Transfer)];

    /// <summary>Every queue of the system, for <see cref="ITransport.DeclareAsync"/>.</summary>
    /// <param name="separatesVendors">As <see cref="ITransport.SeparatesVendors"/> says.</param>
    public static IReadOnlyList<QueueDefinition> Queues(IReadOnlyCollection<Municipality> municipalities, bool separatesVendors) => separatesVendors
        ? [Ingest, .. Intake(Routing, municipalities), .. Intake(Payments, municipalities), Fbs, .. municipalities.Select(municipality => Transfer(municipality.Code))]
        : Queues(municipalities.Select(municipality => municipality.Code));

    /// <summary>What a service consumes where vendors are outside: its own queue, for what our own services say, and one a vendor, bound by the keys of its municipalities.</summary>
    public static IReadOnlyList<QueueDefinition> Intake(QueueDefinition service, IReadOnlyCollection<Municipality> municipalities) =>
    [
        service with { Bindings = [.. service.Bindings.Select(binding => binding.RoutingKey == EveryKey ? binding with { RoutingKey = OurKey } : binding)] },
        .. Enum.GetValues<Vendor>().Select(vendor => service with
        {
            Name = VendorQueue(service.Name, vendor), Bindings = [.. Keys(service, municipalities.Where(municipality => municipality.Vendor == vendor))],
        }),
    ];

    /// <summary>The bindings that a vendor's queue must not have: those of others' municipalities, which may have been its own.</summary>
    public static IEnumerable<QueueBinding> NotTheirs(QueueDefinition service, IReadOnlyCollection<Municipality> municipalities) =>
        from vendor in Enum.GetValues<Vendor>()
        from binding in Keys(service, municipalities.Where(municipality => municipality.Vendor != vendor))
        select new QueueBinding(VendorQueue(service.Name, vendor), binding);

    /// <summary>The same for the exchanges by which a vendor reaches its own queues.</summary>
    public static IEnumerable<QueueBinding> NotTheirs(IReadOnlyCollection<Municipality> municipalities) =>
        from vendor in Enum.GetValues<Vendor>()
        from municipality in municipalities
        where municipality.Vendor != vendor
        from queue in OwnQueues(municipality.Code)
        select new QueueBinding(queue, new Binding(QueuesExchangeOf(vendor), queue));

    /// <summary>Where a connector puts messages past their exchange: back on its own queue, and beside it.</summary>
    public static IReadOnlyList<string> OwnQueues(string municipality) => [TransferQueue(municipality), ErrorQueue(TransferQueue(municipality))];

    private static IEnumerable<Binding> Keys(QueueDefinition service, IEnumerable<Municipality> municipalities)
    {
        var codes = municipalities.Select(municipality => municipality.Code).ToList();
        return service.Bindings.Where(binding => binding.RoutingKey == EveryKey).SelectMany(binding => codes.Select(code => binding with { RoutingKey = code }));
    }
}

/// <summary>One binding of one queue.</summary>
public sealed record QueueBinding(string Queue, Binding Binding);
