using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>One delivery of a dead-letter queue, read: which message it is, what it is about, why it stands there.</summary>
/// <param name="FailedAt">Null: nothing on it says when.</param>
public sealed record CollectedLetter(
    Guid LetterId, string? MessageId, string Queue, string DeadLetterQueue, string Name, LetterSubject Subject, string Fingerprint, string CauseType, string CauseText,
    DateTimeOffset? FailedAt, int Deliveries, ReadOnlyMemory<byte> SealedBody, ReadOnlyMemory<byte>? SealedHeaders, string? TraceParent)
{
    /// <summary>The broker's user who sent it first; null: the broker vouches for nobody.</summary>
    public string? Sender { get; init; }

    /// <summary>What it takes in the store, about: its body, its headers, and why it failed.</summary>
    public long KeptBytes => SealedBody.Length + (SealedHeaders?.Length ?? 0) + CauseText.Length;

    /// <summary>The same failure, however often it is collected.</summary>
    public Guid FailureId => DeterministicId.Of(LetterId, $"failure/{FailedAt?.ToUnixTimeMilliseconds()}/{Fingerprint}");
}

/// <summary>What a message is about, as far as its body says.</summary>
public sealed record LetterSubject(Guid? ClaimId, string Municipality, string Vendor, string Agency, long? FeeId, int? Version, long? AmountOre);

/// <summary>Reads deliveries of dead-letter queues. Nothing of them can be trusted, and none is too broken to be kept.</summary>
public sealed partial class LetterReader(MessageSealer sealer, IMunicipalities municipalities)
{
    private const int TextLimit = 200;

    public CollectedLetter Read(string deadLetterQueue, Delivery delivery)
    {
        var body = sealer.Open(delivery.Body);
        var fault = delivery.Fault;
        var source = deadLetterQueue == Topology.Unrouted ? Topology.Unrouted : SourceOf(deadLetterQueue, fault);
        var messageId = Usable(delivery.MessageId) ?? MessageIdOf(body);
        var type = fault?.Type ?? (deadLetterQueue == Topology.Unrouted ? "unrouted" : deadLetterQueue.EndsWith("_skipped", StringComparison.Ordinal) ? "skipped" : "");
        var text = Clean(fault?.Text ?? "");
        var headers = delivery.Headers is { Count: > 0 } all ? JsonSerializer.SerializeToUtf8Bytes(all) : null;
        return new CollectedLetter(
            IdOf(source, messageId, body), messageId, Bounded(source), Bounded(deadLetterQueue), Bounded(delivery.Name), SubjectOf(body), DeadLetters.Fingerprint.Of(type, text), Bounded(type), text,
            fault is { FailedAt: var at } && at != default ? at : null, delivery.Attempts, sealer.Seal(body), headers is null ? (ReadOnlyMemory<byte>?)null : sealer.Seal(headers), delivery.TraceParent is { } trace && TraceShape().IsMatch(trace) ? trace : null)
        {
            Sender = delivery.Sender is { } sender ? Bounded(sender) : null,
        };
    }

    /// <summary>A vendor writes on the error queues of its own: what a header says there of another queue is not where the message goes when it is replayed.</summary>
    private static string SourceOf(string deadLetterQueue, FaultNote? fault)
    {
        var beside = DeadLetterQueueName.SourceOf(deadLetterQueue);
        return fault is { Queue.Length: > 0 } && !Topology.IsOurs(beside) ? fault.Queue : beside;
    }

    /// <summary>
    /// The id as the sender gave it, under which it is sent again: a UUID may happen to have the shape of a CPR number and is none. Anything else with that shape may be one, and
    /// the message is known by its content instead.
    /// </summary>
    private static string? Usable(string? given) =>
        Guid.TryParse(given, out _) || (given is { Length: > 0 and <= TextLimit } && !given.Contains('\0', StringComparison.Ordinal) && PersonalData.Mask(given, TextLimit) == given) ? given : null;

    /// <summary>A message is the same by its id; without one by its content.</summary>
    public static Guid IdOf(string queue, string? messageId, ReadOnlyMemory<byte> body) => messageId is not null
        ? DeterministicId.Create(DeterministicId.ClaimsTransfer, $"letter/{queue}/{messageId}")
        : DeterministicId.Create(DeterministicId.Create(DeterministicId.ClaimsTransfer, $"letter/{queue}"), body.Span);

    private LetterSubject SubjectOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = BoundedJson.Document(body, Bound.MessageBytes);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return Nothing;
            var agency = Identifiers.TryIsil(Text(root, "agency"), out var ofAgency, out _) ? Text(root, "agency")! : "";
            var municipality = Text(root, "municipality") is { Length: 4 } code && code.All(char.IsAsciiDigit) ? code : ofAgency;
            var fee = Number(root, "feeId");
            var claim = Text(root, "claimId") is { } id && Guid.TryParse(id, out var named) ? named : agency.Length > 0 && fee is { } number ? DeterministicId.OfClaim(agency, number) : (Guid?)null;
            return new LetterSubject(
                claim, municipality, municipalities.Find(municipality)?.Vendor.ToString() ?? "", agency, fee, Number(root, "version") is { } version and >= 0 and <= int.MaxValue ? (int)version : null, Number(root, "amountOre") ?? Number(root, "newAmountOre"));
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException)
        {
            // Not JSON, or JSON whose texts are none (half a surrogate pair, bytes that are no UTF-8): it names nothing, and is kept all the same.
            return Nothing;
        }
    }

    private static LetterSubject Nothing => new(null, "", "", "", null, null, null);

    private static string? MessageIdOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = BoundedJson.Document(body, Bound.MessageBytes);
            return document.RootElement.ValueKind == JsonValueKind.Object && Text(document.RootElement, "messageId") is { } id && Guid.TryParse(id, out var read) ? read.ToString() : null;
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement root, string property) =>
        root.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement root, string property) =>
        root.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static string Bounded(string text) => Clean(PersonalData.Mask(text, TextLimit));

    private static string Clean(string text) => text.Replace("\0", "", StringComparison.Ordinal);

    [GeneratedRegex("^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TraceShape();
}
