using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>Who can put a cause right.</summary>
public enum Owner { Library, Municipality, Vendor, Operations, Supplier }

/// <summary>A cause as an operator would say it.</summary>
/// <param name="Key">Stable, for texts in other languages and for programs.</param>
/// <param name="Title">What went wrong, in English; the pages have the Danish.</param>
/// <param name="Action">What is suggested to do.</param>
/// <param name="CanReplay">Whether replaying it unchanged can help once the cause is gone.</param>
public sealed record Cause(string Key, string Title, Owner Owner, string Action, bool CanReplay = true);

/// <summary>From exception to business terms: by what kind of exception it is, and where it was met.</summary>
public static class Causes
{
    public static readonly Cause AnswerNotUnderstood = new(
        "answerNotUnderstood", "The debtor system's answer could not be understood", Owner.Vendor,
        "Ask the vendor what its system answered; replay when it answers properly. The debtor system is asked first, so nothing is booked twice.");

    public static readonly Cause Unreadable = new(
        "unreadable", "The message does not fit its format", Owner.Supplier, "Replaying it unchanged fails again: correct it, or archive it with the reason.", CanReplay: false);

    public static readonly Cause ConsumersDied = new(
        "consumersDied", "The service ended again and again with this message in hand", Owner.Supplier, "Look at the service's log for why it ended; replay one message first.");

    public static readonly Cause Unrouted = new(
        "unrouted", "No queue listens to this message", Owner.Operations, "Start the service that should take it, or check the broker's bindings with 'claims doctor'; then replay.");

    public static readonly Cause Skipped = new(
        "skipped", "The service does not take messages of this type", Owner.Operations, "Check that all services are of the same version; then replay.");

    public static readonly Cause LostRace = new(
        "lostRace", "Others changed the same claim at the same time, again and again", Owner.Operations, "Replay it.");

    public static readonly Cause Store = new(
        "store", "The database refused what was to be written", Owner.Operations, "Look at the database and at the service's log; replay when it is mended.");

    public static readonly Cause Sealing = new(
        "sealing", "An identity could not be opened", Owner.Operations, "Check the municipality's keys with 'claims keys'; replay when they are there.");

    public static readonly Cause SenderRefused = new(
        "senderRefused", "Whoever sent the message may not say it", Owner.Vendor,
        "Ask the vendor why its user spoke for others; archive it. A replay keeps the sender: it helps only where the municipality is the sender's by now.", CanReplay: false);

    public static readonly Cause Unforeseen = new(
        "unforeseen", "The service met a fault that nobody foresaw", Owner.Supplier, "Report it with the fingerprint; replay one message to see whether it was bad luck.");

    public static IReadOnlyList<Cause> All { get; } = [AnswerNotUnderstood, Unreadable, ConsumersDied, Unrouted, Skipped, LostRace, Store, Sealing, SenderRefused, Unforeseen];

    public static Cause Of(string causeType, string causeText, string queue)
    {
        var type = causeType[(causeType.LastIndexOf('.') + 1)..];
        bool Says(string text) => causeText.Contains(text, StringComparison.OrdinalIgnoreCase);
        return type switch
        {
            _ when queue == Topology.Unrouted || causeType == "unrouted" => Unrouted,
            _ when type.Contains("NotUnderstood", StringComparison.Ordinal) => AnswerNotUnderstood,
            _ when causeType.StartsWith("Broker.", StringComparison.Ordinal) => ConsumersDied,
            "skipped" or "dead-letter" => Skipped,
            nameof(PermanentException) when Says("never handled") => ConsumersDied,
            nameof(PermanentException) when Says("key") && Says("open") => Sealing,
            nameof(PermanentException) => Unreadable,
            nameof(SenderRefusedException) => SenderRefused,
            "LostRaceException" => LostRace,
            "RowExistsException" or "SqliteException" or "PostgresException" or "NpgsqlException" or "SqlException" => Store,
            "JsonException" or "FormatException" => Unreadable,
            "CryptographicException" or nameof(Defaults.Sealing.NotServedException) => Sealing,
            _ => Unforeseen,
        };
    }
}
