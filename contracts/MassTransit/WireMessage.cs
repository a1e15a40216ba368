using System.Diagnostics;
using ClaimsTransfer.Messages;
using MassTransit;

namespace ClaimsTransfer.MassTransit;

/// <summary>A message with its name on the wire, which is its exchange's too.</summary>
internal abstract class WireMessage(string name, Type type)
{
    public static IReadOnlyList<WireMessage> All { get; } =
    [
        new Of<SubmitClaim>(MessageNames.SubmitClaim),
        new Of<AdjustClaim>(MessageNames.AdjustClaim),
        new Of<CancelClaim>(MessageNames.CancelClaim),
        new Of<ChangeLiableParty>(MessageNames.ChangeLiableParty),
        new Of<ClaimRefused>(MessageNames.ClaimRefused),
        new Of<ClaimHeld>(MessageNames.ClaimHeld),
        new Of<ClaimOutOfScope>(MessageNames.ClaimOutOfScope),
        new Of<ClaimTransferred>(MessageNames.ClaimTransferred),
        new Of<TransferRejected>(MessageNames.TransferRejected),
        new Of<ClaimCancelled>(MessageNames.ClaimCancelled),
        new Of<PaymentReconciled>(MessageNames.PaymentReconciled),
    ];

    public static IReadOnlyDictionary<Type, string> Names { get; } = All.ToDictionary(message => message.Type, message => message.Name);

    public string Name => name;

    public Type Type => type;

    public abstract void Configure(IRabbitMqBusFactoryConfigurator bus);

    private sealed class Of<T>(string name) : WireMessage(name, typeof(T))
        where T : class, IMessage
    {
        public override void Configure(IRabbitMqBusFactoryConfigurator bus)
        {
            // Publishing then declares nothing: the exchange is the system's, and a publisher has no right to declare it.
            bus.Publish<T>(publish => publish.Exclude = true);
            bus.ConfigurePublish(publish => publish.UseFilter(new Properties<T>(Name)));
        }
    }

    /// <summary>The properties that <c>contracts/README.md</c> names.</summary>
    private sealed class Properties<T>(string name) : IFilter<PublishContext<T>>
        where T : class, IMessage
    {
        public Task Send(PublishContext<T> context, IPipe<PublishContext<T>> next)
        {
            context.MessageId = context.Message.MessageId;
            context.Durable = true;
            context.Mandatory = true;
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } parent })
                context.Headers.Set("traceparent", parent);
            if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                rabbit.BasicProperties.Type = name;
            return next.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("claimsTransferProperties");
    }
}
