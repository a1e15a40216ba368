using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Asking;

/// <summary>Body of <c>POST …/preview</c>.</summary>
public sealed record PreviewRequest(IReadOnlyList<PreviewMessage>? Messages);

/// <summary>A message as it lies on an error queue.</summary>
/// <param name="Name">The exchange it was published to.</param>
/// <param name="Body">Its bytes; base64 in JSON.</param>
public sealed record PreviewMessage(string? Name, string? MessageId, byte[]? Body)
{
    public Delivery Delivery => new(Name ?? "", MessageId, Body ?? []);
}

/// <summary>What a message would do if it came now. Finding out changes nothing.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ForecastOutcome>))]
public enum ForecastOutcome
{
    [JsonStringEnumMemberName("apply")]
    Apply,

    /// <summary>It has had its effect, or would have none any more.</summary>
    [JsonStringEnumMemberName("duplicate")]
    Duplicate,

    /// <summary>It would wait on its claim for another.</summary>
    [JsonStringEnumMemberName("park")]
    Park,

    /// <summary>It would fail, or be refused, again.</summary>
    [JsonStringEnumMemberName("invalid")]
    Invalid,
}

/// <param name="Notes">Why, without personal data.</param>
/// <param name="AmountOre">What the claim is for afterwards, øre; where the service does not know the claim's, the message's own amount.</param>
/// <param name="Faults">Of a message that Ingest would refuse: all that is wrong with it.</param>
public sealed record Forecast(
    ForecastOutcome Outcome, IReadOnlyList<Note> Notes, Guid? ClaimId = null, string? Municipality = null, long? AmountOre = null, IReadOnlyList<ToldFault>? Faults = null)
{
    /// <summary>What failed now would fail again: said as it is, without what an exception may quote of a body.</summary>
    public static Forecast Failing(Exception fault, IMessage? message = null) => new(
        ForecastOutcome.Invalid, [Note.Quote(PersonalData.Mask(fault is PermanentException ? fault.Message : fault.GetType().Name, 300))],
        (message as IClaimMessage)?.ClaimId, (message as IClaimMessage)?.Municipality);
}

public sealed record Forecasts([property: JsonPropertyName("forecasts")] IReadOnlyList<Forecast> All);
