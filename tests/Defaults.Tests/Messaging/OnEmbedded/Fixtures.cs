using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Tests.Messaging.Contract;

namespace ClaimsTransfer.Defaults.Tests.Messaging.OnEmbedded;

public sealed class EmbeddedSource : ITransportSource
{
    public bool KeepsOrder => true;

    public string Folder { get; } = Directory.CreateTempSubdirectory("claims-broker-").FullName;

    public Task<ITransport> OpenAsync() =>
        Task.FromResult(TransportFactory.Create(new Installation { Broker = "embedded", Data = Folder }, TimeProvider.System, TestLog.Loggers));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

public sealed class When_messages_are_carried : When_messages_are_carried<EmbeddedSource>;

public sealed class When_a_message_fails : When_a_message_fails<EmbeddedSource>;

public sealed class When_a_consumer_pauses_or_stops : When_a_consumer_pauses_or_stops<EmbeddedSource>;

public sealed class When_messages_are_traced : When_messages_are_traced<EmbeddedSource>;

public sealed class When_messages_are_large : When_messages_are_large<EmbeddedSource>;
