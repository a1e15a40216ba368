using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Tests.Messaging.Contract;

namespace ClaimsTransfer.Defaults.Tests.Messaging.OnNative;

public sealed class NativeSource : RabbitMqSource
{
    public override bool KeepsOrder => true;

    public override ITransport Open(string uri) => TransportFactory.Create(new Installation { Broker = uri, Transport = "Native" }, TimeProvider.System, TestLog.Loggers);
}

public sealed class When_messages_are_carried : When_messages_are_carried<NativeSource>;

public sealed class When_a_message_fails : When_a_message_fails<NativeSource>;

public sealed class When_a_consumer_pauses_or_stops : When_a_consumer_pauses_or_stops<NativeSource>;

public sealed class When_others_speak_plain_AMQP : When_others_speak_plain_AMQP<NativeSource>;

public sealed class When_a_publish_is_refused : When_a_publish_is_refused<NativeSource>;

public sealed class When_the_broker_fails : When_the_broker_fails<NativeSource>;

public sealed class When_others_keep_dead_letters : When_others_keep_dead_letters<NativeSource>;

public sealed class When_messages_are_traced : When_messages_are_traced<NativeSource>
{
    protected override IReadOnlyList<string> Broker => RabbitMqSource.AsTraced(Transport);
}

public sealed class When_messages_are_large : When_messages_are_large<NativeSource>;
