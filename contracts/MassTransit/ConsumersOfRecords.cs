using MassTransit;

namespace ClaimsTransfer.MassTransit;

/// <summary>
/// Refuses a consumer of what several messages have in common, such as <c>IConsumer&lt;IClaimMessage&gt;</c>: on the wire there are the records alone,
/// and it would wait for ever on an exchange that nobody publishes to.
/// </summary>
internal sealed class ConsumersOfRecords : IConsumerConfigurationObserver
{
    public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
        where TConsumer : class
    {
        // What it consumes is told message by message.
    }

    public void ConsumerMessageConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, TMessage> configurator)
        where TConsumer : class
        where TMessage : class
    {
        if (!WireMessage.Names.ContainsKey(typeof(TMessage)))
        {
            throw new ConfigurationException(
                $"{typeof(TConsumer)} consumes {typeof(TMessage)}, which is not a message between a publisher of claims and ClaimsTransfer. "
                + $"Consume the records themselves: {string.Join(", ", WireMessage.Names.Keys.Select(type => type.Name))}.");
        }
    }
}
