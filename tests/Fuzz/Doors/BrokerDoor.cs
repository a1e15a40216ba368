using System.Globalization;
using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using RabbitMQ.Client;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>A service's queue: the properties and headers are read as they are from RabbitMQ, the handler is the one that is subscribed, with everything before it.</summary>
/// <param name="isSealed">What goes to the error queue must not lie there in the clear.</param>
internal sealed class BrokerDoor(string name, string queue, IReadOnlyList<Input> examples, Func<Task<ServiceUnderFuzz>> start, Func<ServiceUnderFuzz, long, long, Task> check, bool isSealed = false)
    : Door(name, Form.Json)
{
    private ServiceUnderFuzz service = null!;
    private long dead;

    public override IReadOnlyList<Input> Examples => examples;

    protected override IReadOnlyList<(string Name, string?[] Values)> Variants =>
    [
        ("exchange", ["", "submit-claim", "cancel-claim", "transfer-reported", "coverage-registered", "operate-claim", "message-dead-lettered", "dead-letters", "queues", "routing_error"]),
        ("routingKey", ["", "0101", "9999", "routing"]), ("message_id", [null, "0f8fad5b-d9cb-469f-a165-70867728950e"]), ("type", [null, "submit-claim"]),
        ("user_id", [null, "", "vendor-kmdopus", "vendor-", "vendor-nobody", "ingest", "nobody", "routing"]), ("content_type", [null, "text/plain", "application/vnd.masstransit+json"]),
        ("content_encoding", [null, "gzip", "utf-16"]), ("redelivered", ["true", "false"]),
        ("h-traceparent", [null, "text:00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "text:00-0-0-0", "bytes:ff00", "number:1", "table:"]),
        ("h-x-claims-sender", [null, "text:vendor-prisme", "bytes:fffe", "table:", "list:"]), ("h-x-claims-name", [null, "text:submit-claim", "table:", "bytes:00"]),
        ("h-x-delivery-count", [null, "number:3", "number:-1", "number:9223372036854775807", "text:3", "table:", "real:1e300", "real:NaN"]),
        ("h-x-first-death-exchange", [null, "text:submit-claim", "number:1"]), ("h-x-death", ["list:", "table:", "text:a", null]),
        ("h-MT-Fault-Message", ["text:a", "bytes:80", "table:", null]), ("h-MT-Fault-Timestamp", ["text:2026-11-22", "number:1", "table:", null]),
        ("h-x-claims-failed-at", ["text:2026-11-22", "text:", "number:5", "table:", null]), ("h-x-claims-fault-type", ["text:a", "list:", null]),
    ];

    public override async Task OpenAsync() => service = await start();

    public override async Task<Answer> TakeAsync(Input input)
    {
        var delivery = Wire.Read(input["exchange"], input["routingKey"], input["redelivered"] == "true", Properties(input), input.Body);
        if (await service.DeliverAsync(queue, delivery) is not { } letter)
            return new Answer(true, "");
        Interlocked.Increment(ref dead);
        // Nobody foresaw any other: the message was condemned by luck, after several attempts.
        if (letter.Cause is not PermanentException)
            throw new InvalidOperationException($"Condemned for what is no fault of its data: {letter.Cause.GetType().Name}{letter.Cause.StackTrace}", letter.Cause);
        var note = FaultNote.Of(letter.Cause, DateTimeOffset.UnixEpoch, queue);
        return new Answer(false, $"{note.Text}{(isSealed ? Encoding.UTF8.GetString(letter.KeptBody.Span) : "")}");
    }

    public override Task CheckBooksAsync(long given, long taken) => check(service, given, dead);

    public override string? LeakInLog() => service.TakeLeak();

    public override ValueTask DisposeAsync() => service.DisposeAsync();

    private static BasicProperties Properties(Input input)
    {
        var properties = new BasicProperties
        {
            MessageId = Given(input, "message_id"), Type = Given(input, "type"), UserId = Given(input, "user_id"), ContentType = Given(input, "content_type"), ContentEncoding = Given(input, "content_encoding"),
        };
        var headers = input.Properties.Where(property => property.Key.StartsWith("h-", StringComparison.Ordinal)).ToList();
        if (headers.Count > 0)
            properties.Headers = headers.ToDictionary(header => header.Key[2..], header => Header(header.Value), StringComparer.Ordinal);
        return properties;
    }

    private static string? Given(Input input, string name) => input.Properties.GetValueOrDefault(name);

    /// <summary>Of the types that a client of another language may choose.</summary>
    private static object? Header(string written) => written.Split(':', 2) switch
    {
        ["text", var text] => Encoding.UTF8.GetBytes(text),
        ["bytes", var hex] => Convert.FromHexString(hex),
        ["number", var number] => long.Parse(number, CultureInfo.InvariantCulture),
        ["table", _] => new Dictionary<string, object?> { ["a"] = new Dictionary<string, object?> { ["b"] = null }, ["exchange"] = 7L },
        ["real", var number] => double.Parse(number, CultureInfo.InvariantCulture),
        ["list", _] => new List<object?> { null, 1, new byte[] { 0xff }, new List<object?>(), new Dictionary<string, object?> { ["reason"] = 1.5 } },
        _ => Encoding.UTF8.GetBytes(written),
    };
}
