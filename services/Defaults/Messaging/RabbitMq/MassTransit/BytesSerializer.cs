using System.Net.Mime;
using System.Runtime.InteropServices;
using MassTransit;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.MassTransit;

/// <summary>What we send is bytes already: no envelope is put around it.</summary>
internal sealed class BytesSerializer : ISerializerFactory, IMessageSerializer
{
    public ContentType ContentType { get; } = new("application/json");

    public IMessageSerializer CreateSerializer() => this;

    /// <summary>What arrives is taken as bytes before anything is read from it.</summary>
    public IMessageDeserializer CreateDeserializer() => throw new NotSupportedException("Messages are taken as bytes.");

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class
    {
        var body = ((Publication)(object)context.Message).Body;
        return new BytesMessageBody(MemoryMarshal.TryGetArray(body, out var whole) && whole.Array is { } array && array.Length == whole.Count ? array : body.ToArray());
    }
}
