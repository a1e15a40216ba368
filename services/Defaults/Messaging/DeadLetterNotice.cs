using System.Text.Json;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>Tells Routing that a message about a claim stands on an error queue, so that the claim shows it.</summary>
public static class DeadLetterNotice
{
    private const int CauseLimit = 500;

    /// <summary>
    /// The same failure is the same notice, however often it is told; a message that is replayed and fails again is another failure, and a notice of its own.
    /// </summary>
    /// <returns>Null when the body does not say which claim it is about, and for a notice that could not be handled itself.</returns>
    public static OutgoingMessage? For(Delivery delivery, Exception cause, string queue, DateTimeOffset failedAt)
    {
        if (delivery.Name == MessageNames.MessageDeadLettered || ClaimOf(delivery.Body) is not { } claim)
            return null;
        var dead = Guid.TryParse(delivery.MessageId, out var id) ? id : claim.MessageId ?? DeterministicId.Create(claim.ClaimId, delivery.Body.Span);
        var notice = new MessageDeadLettered(
            IdOf(dead, failedAt), failedAt, claim.ClaimId, claim.Municipality, claim.Agency, claim.FeeId, claim.Version,
            dead, queue, PersonalData.Mask($"{cause.GetType().Name}: {cause.Message}", CauseLimit), claim.AmountOre);
        return new OutgoingMessage(
            MessageNames.MessageDeadLettered, notice.MessageId,
            JsonSerializer.SerializeToUtf8Bytes(notice, MessageJson.Default.MessageDeadLettered),
            // A connector tells it as it tells everything: for the municipality whose queue this is.
            Topology.MunicipalityOf(queue) ?? Topology.OurKey, delivery.TraceParent);
    }

    /// <summary>Also the id of the failure itself, for whoever keeps it.</summary>
    public static Guid IdOf(Guid deadMessageId, DateTimeOffset failedAt) =>
        DeterministicId.Of(deadMessageId, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"dead-lettered/{failedAt.ToUnixTimeMilliseconds()}"));

    /// <summary>The municipality of the claim that the body is about, for the figures; null when it does not say.</summary>
    public static string? MunicipalityOf(Delivery delivery) =>
        ClaimOf(delivery.Body) is { Municipality: { Length: 4 } code } && !code.AsSpan().ContainsAnyExceptInRange('0', '9') ? code : null;

    private static Claim? ClaimOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = BoundedJson.Document(body, Bound.MessageBytes);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object
                && Text(root, "claimId") is { } claimText && Guid.TryParse(claimText, out var claim)
                && Text(root, "municipality") is { } municipality && Text(root, "agency") is { } agency
                && root.TryGetProperty("feeId", out var fee) && fee.ValueKind == JsonValueKind.Number && fee.TryGetInt64(out var feeId)
                && root.TryGetProperty("version", out var at) && at.ValueKind == JsonValueKind.Number && at.TryGetInt32(out var version))
            {
                return new Claim(Guid.TryParse(Text(root, "messageId"), out var id) ? id : null, claim, municipality, agency, feeId, version,
                    root.TryGetProperty("amountOre", out var amount) && amount.ValueKind == JsonValueKind.Number && amount.TryGetInt64(out var ore) ? ore : null);
            }
            return null;
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException)
        {
            // Not JSON, or its texts are none (bytes that are no UTF-8): it names no claim. The error queue keeps it all the same.
            return null;
        }
    }

    private static string? Text(JsonElement root, string property) =>
        root.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record Claim(Guid? MessageId, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version, long? AmountOre);
}
