using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Tests.Messaging.Contract;

namespace ClaimsTransfer.Defaults.Tests.Messaging.OnMassTransit;

public sealed class MassTransitSource : RabbitMqSource
{
    /// <summary>Each message is sent by a task of its own, so nothing promises their order, though hardly one in thousands comes late.</summary>
    public override bool KeepsOrder => false;

    public override ITransport Open(string uri) => TransportFactory.Create(new Installation { Broker = uri }, TimeProvider.System, TestLog.Loggers);
}

public sealed class When_messages_are_carried : When_messages_are_carried<MassTransitSource>;

public sealed class When_a_message_fails : When_a_message_fails<MassTransitSource>;

public sealed class When_a_consumer_pauses_or_stops : When_a_consumer_pauses_or_stops<MassTransitSource>;

public sealed class When_others_speak_plain_AMQP : When_others_speak_plain_AMQP<MassTransitSource>;

public sealed class When_a_publish_is_refused : When_a_publish_is_refused<MassTransitSource>;

public sealed class When_the_broker_fails : When_the_broker_fails<MassTransitSource>;

public sealed class When_others_keep_dead_letters : When_others_keep_dead_letters<MassTransitSource>;

public sealed class When_messages_are_traced : When_messages_are_traced<MassTransitSource>
{
    protected override IReadOnlyList<string> Broker => RabbitMqSource.AsTraced(Transport);
}

public sealed class When_messages_are_large : When_messages_are_large<MassTransitSource>;
