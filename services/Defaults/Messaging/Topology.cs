using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Messaging;

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

    /// <summary>So often may a consumer die with a message in hand before the broker takes it out of the queue.</summary>
    public const int DeliveryLimit = 50;

    /// <summary>The one exchange that looks at the routing key, which is the municipality. All others copy to every queue bound.</summary>
    public static bool IsDirect(string exchange) => exchange is MessageNames.TransferClaim or DeadLetterExchange;

    /// <summary>One queue a municipality: the backlog of a debtor system that is down waits there and holds back nobody else's.</summary>
    public static string TransferQueue(string municipality) => $"{MessageNames.TransferClaim}.{municipality}";

    public static string ErrorQueue(string queue) => $"{queue}_error";

    public static string DeadQueue(string queue) => $"{queue}_dead";

    public static QueueDefinition Ingest { get; } = new(IngestQueue,
        [new(MessageNames.SubmitClaim), new(MessageNames.AdjustClaim), new(MessageNames.CancelClaim), new(MessageNames.ChangeLiableParty)]);

    public static QueueDefinition Routing { get; } = new(RoutingQueue,
        [
            new(MessageNames.ClaimCreated), new(MessageNames.ClaimAdjusted), new(MessageNames.ClaimWithdrawn), new(MessageNames.LiablePartyChanged),
            new(MessageNames.TransferReported), new(MessageNames.OperateClaim), new(MessageNames.MessageDeadLettered),
            new(MessageNames.CoverageRegistered), new(MessageNames.CoverageReversed), new(MessageNames.WriteOffRegistered),
            new(MessageNames.DebtorAccountChanged),
        ]);

    public static QueueDefinition Payments { get; } = new(PaymentsQueue,
        [
            new(MessageNames.ClaimTransferred), new(MessageNames.ClaimCancelled), new(MessageNames.CoverageRegistered), new(MessageNames.CoverageReversed),
            new(MessageNames.WriteOffRegistered), new(MessageNames.DebtorEntryUnmatched),
        ]);

    public static QueueDefinition Fbs { get; } = new(FbsQueue,
        [
            new(MessageNames.ClaimRefused), new(MessageNames.ClaimHeld), new(MessageNames.ClaimOutOfScope), new(MessageNames.ClaimTransferred),
            new(MessageNames.TransferRejected), new(MessageNames.ClaimCancelled), new(MessageNames.PaymentReconciled),
        ]);

    /// <summary>The queue of one municipality's connector.</summary>
    public static QueueDefinition Transfer(string municipality) =>
        new(TransferQueue(municipality), [new(MessageNames.TransferClaim, municipality)]);

    /// <summary>Every queue of the system, for <see cref="IBus.DeclareAsync"/>.</summary>
    public static IReadOnlyList<QueueDefinition> Queues(IEnumerable<string> municipalities) =>
        [Ingest, Routing, Payments, Fbs, .. municipalities.Select(Transfer)];
}
