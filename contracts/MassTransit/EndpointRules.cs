using MassTransit;
using MassTransit.RabbitMqTransport;

namespace ClaimsTransfer.MassTransit;

/// <summary>Lets an endpoint of the bus declare what is its own and nothing else.</summary>
internal sealed class EndpointRules : IEndpointConfigurationObserver
{
    public void EndpointConfigured<T>(T configurator)
        where T : IReceiveEndpointConfigurator
    {
        // A Fault<T> would go by an exchange of its own, which nobody may declare; the message itself stands on the _error queue, with what
        // went wrong in its headers.
        configurator.PublishFaults = false;
        if (configurator is IRabbitMqReceiveEndpointConfigurator endpoint)
            endpoint.ConfigureChannel(channel => channel.UseFilter(new ExchangesAreThere()));
    }

    private sealed class ExchangesAreThere : IFilter<ChannelContext>
    {
        public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
        {
            using var channel = new Channel(context);
            await next.Send(channel);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("claimsTransferExchanges");
    }

    /// <summary>
    /// Before MassTransit binds an endpoint it declares the message's exchange; a publisher of claims has no right to, so it is only
    /// looked for.
    /// </summary>
    private sealed class Channel(ChannelContext context) : ScopeChannelContext(context, CancellationToken.None), ChannelContext
    {
        private static readonly HashSet<string> Ours = new(WireMessage.All.Select(message => message.Name), StringComparer.Ordinal);

        Task ChannelContext.ExchangeDeclare(
            string exchange, string type, bool durable, bool autoDelete, IDictionary<string, object> arguments,
            CancellationToken cancellationToken) =>
            Ours.Contains(exchange)
                ? ExchangeDeclarePassive(exchange, cancellationToken)
                : ExchangeDeclare(exchange, type, durable, autoDelete, arguments, cancellationToken);
    }
}
