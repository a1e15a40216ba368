using System.Net.Mime;
using System.Runtime.Serialization;
using System.Text.Json;
using ClaimsTransfer.Messages;
using MassTransit;
using MassTransit.Serialization;

namespace ClaimsTransfer.MassTransit;

/// <summary>
/// The body is the message, by the rules of <see cref="MessageJson"/>, with neither envelope nor headers of MassTransit's. Which record it is
/// says the property <c>type</c>, or else the exchange: MassTransit's own plain JSON would give every message of a queue to every consumer
/// there.
/// </summary>
internal sealed class PlainJson : ISerializerFactory, IMessageSerializer, IMessageDeserializer
{
    private static readonly JsonSerializerOptions Options = MessageJson.Default.Options;
    private static readonly Dictionary<string, Type> Types =
        WireMessage.All.ToDictionary(message => message.Name, message => message.Type, StringComparer.Ordinal);

    public ContentType ContentType { get; } = new("application/json");

    public IMessageSerializer CreateSerializer() => this;

    public IMessageDeserializer CreateDeserializer() => this;

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class => new BytesMessageBody(JsonSerializer.SerializeToUtf8Bytes(context.Message, Options.GetTypeInfo(typeof(T))));

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        if (!receiveContext.TryGetPayload<RabbitMqBasicConsumeContext>(out var delivery))
            throw new SerializationException("ClaimsTransfer's messages come by RabbitMQ.");
        var name = delivery.Properties.Type is { Length: > 0 } type ? type : delivery.Exchange;
        if (!Types.TryGetValue(name, out var record))
        {
            throw new SerializationException(
                $"'{name}' is not a message between a publisher of claims and ClaimsTransfer. Known are {string.Join(", ", Types.Keys)}.");
        }

        return new BodyConsumeContext(
            receiveContext,
            Read(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress, [MessageUrn.ForTypeString(record)]));
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        Read(body, headers, destinationAddress, []);

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) => context.CreateScope("json").Add("contentType", ContentType.MediaType);

    private PlainContext Read(MessageBody body, Headers headers, Uri? destination, string[] types)
    {
        using var document = JsonDocument.Parse(body.GetBytes());
        var context = new RawMessageContext(headers, destination, RawSerializerOptions.CopyHeaders);
        return new PlainContext(ContentType, context, types, document.RootElement.Clone());
    }

    private sealed class PlainContext(ContentType contentType, MessageContext context, string[] types, JsonElement body)
        : SystemTextJsonRawSerializerContext(
            SystemTextJsonMessageSerializer.Instance, PlainJson.Options, contentType, context, types, RawSerializerOptions.CopyHeaders, body)
    {
        public override bool TryGetMessage<T>(out T? message)
            where T : class
        {
            try
            {
                return base.TryGetMessage(out message);
            }
            catch (JsonException unreadable)
            {
#pragma warning disable MA0054 // MassTransit puts the innermost exception's text into the header; only the outer names the field.
                throw new SerializationException(unreadable.Message);
#pragma warning restore MA0054
            }
        }
    }
}
