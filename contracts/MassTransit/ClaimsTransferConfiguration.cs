using ClaimsTransfer.Messages;
using MassTransit;

namespace ClaimsTransfer.MassTransit;

/// <summary>What a MassTransit bus needs to speak with ClaimsTransfer.</summary>
public static class ClaimsTransferConfiguration
{
    /// <summary>
    /// What a publisher of claims says and hears, as it is on the wire (<c>contracts/README.md</c>): <see cref="SubmitClaim"/>,
    /// <see cref="AdjustClaim"/>, <see cref="CancelClaim"/> and <see cref="ChangeLiableParty"/> can be published; <see cref="ClaimRefused"/>,
    /// <see cref="ClaimHeld"/>, <see cref="ClaimOutOfScope"/>, <see cref="ClaimTransferred"/>, <see cref="TransferRejected"/>,
    /// <see cref="ClaimCancelled"/> and <see cref="PaymentReconciled"/> consumed. The system's exchanges are used as they are and never
    /// declared; an endpoint declares its own queue, its <c>_error</c> and <c>_skipped</c> beside it, and nothing else. The bus carries no
    /// other messages: give those a bus of their own (<c>AddMassTransit&lt;TBus&gt;</c>).
    /// </summary>
    /// <param name="bus">As <c>UsingRabbitMq((context, cfg) => …)</c> gives it. Call it before the endpoints are configured.</param>
    public static void UseClaimsTransfer(this IRabbitMqBusFactoryConfigurator bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        var json = new PlainJson();
        bus.ClearSerialization();
        bus.AddSerializer(json);
        bus.AddDeserializer(json, isDefault: true);
        bus.MessageTopology.SetEntityNameFormatter(new ExchangeNames());
        foreach (var message in WireMessage.All)
            message.Configure(bus);
        bus.SendTopology.ConfigureErrorSettings = LastingQueue.KeepOnlyTheType;
        bus.SendTopology.ConfigureDeadLetterSettings = LastingQueue.KeepOnlyTheType;
        bus.ConnectEndpointConfigurationObserver(new EndpointRules());
        bus.ConnectConsumerConfigurationObserver(new ConsumersOfRecords());
    }
}
