using System.Collections;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>
/// Why a message stands on a dead-letter queue, whoever put it there: our own consumers, the broker itself (<c>x-death</c>), or a service on MassTransit (<c>MT-Fault-*</c>),
/// as a vendor's connector may be.
/// </summary>
internal static class FaultHeaders
{
    private const string Deaths = "x-death";
    private const string MassTransitType = "MT-Fault-ExceptionType";
    private const string MassTransitReason = "MT-Reason";
    private const int MostHeaders = 60;
    private const int HeaderLimit = 2_000;

    public static bool IsFault(IReadOnlyBasicProperties properties) => properties.Headers is { } headers
        && (headers.ContainsKey(FaultNote.TypeHeader) || headers.ContainsKey(Deaths) || headers.ContainsKey(MassTransitType) || headers.ContainsKey(MassTransitReason));

    /// <summary>Null: nothing says that it failed.</summary>
    public static FaultNote? Read(IReadOnlyBasicProperties properties) => properties.Headers is null ? null : Ours(properties) ?? MassTransit(properties) ?? Broker(properties);

    public static IReadOnlyDictionary<string, string> Texts(IReadOnlyBasicProperties properties)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in properties.Headers!.Take(MostHeaders))
            texts[PersonalData.Cut(name, 200)] = PersonalData.Mask(Text(value), HeaderLimit);
        return texts;
    }

    private static FaultNote? Ours(IReadOnlyBasicProperties properties)
    {
        if (Wire.Text(properties, FaultNote.TypeHeader) is not { } type)
            return null;
        return new FaultNote(
            type, Wire.Text(properties, FaultNote.TextHeader) ?? "", At(Wire.Text(properties, FaultNote.FailedAtHeader)), Wire.Text(properties, FaultNote.QueueHeader) ?? "");
    }

    private static FaultNote? MassTransit(IReadOnlyBasicProperties properties)
    {
        if ((Wire.Text(properties, MassTransitType) ?? Wire.Text(properties, MassTransitReason)) is not { } type)
            return null;
        var text = $"{Wire.Text(properties, "MT-Fault-Message")}\n{Wire.Text(properties, "MT-Fault-StackTrace")}".Trim();
        return new FaultNote(PersonalData.Cut(type, 200), PersonalData.Mask(text, FaultNote.TextLimit), At(Wire.Text(properties, "MT-Fault-Timestamp")), "");
    }

    /// <summary>The newest of the broker's own notes stands first.</summary>
    private static FaultNote? Broker(IReadOnlyBasicProperties properties)
    {
        if (!properties.Headers!.TryGetValue(Deaths, out var value) || value is not IList { Count: > 0 } deaths || deaths[0] is not IDictionary<string, object?> death)
            return null;
        var at = death.TryGetValue("time", out var time) && time is AmqpTimestamp stamp ? DateTimeOffset.FromUnixTimeSeconds(stamp.UnixTime) : default;
        var reason = death.TryGetValue("reason", out var why) ? Text(why) : "";
        var queue = death.TryGetValue("queue", out var from) ? Text(from) : "";
        return new FaultNote(
            $"Broker.{reason}", $"The broker took it out of '{queue}': {reason.Replace('_', ' ')}. Its consumers ended {Topology.DeliveryLimit} times with it in hand, or refused it.", at, queue);
    }

    private static DateTimeOffset At(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUniversalTime() : default;

    private static string Text(object? value) => value switch
    {
        null => "",
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string text => text,
        AmqpTimestamp stamp => DateTimeOffset.FromUnixTimeSeconds(stamp.UnixTime).ToString("O", CultureInfo.InvariantCulture),
        IDictionary<string, object?> map => string.Join(", ", map.Select(entry => $"{entry.Key}={Text(entry.Value)}")),
        IList list => string.Join("; ", list.Cast<object?>().Select(Text)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
