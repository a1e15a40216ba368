using MassTransit;
using Queue = MassTransit.RabbitMqTransport.Topology.Queue;

namespace ClaimsTransfer.MassTransit;

/// <summary>
/// A queue beside an endpoint's, for what it could not handle. MassTransit gives it every argument of the endpoint's queue; with a limit of
/// length or time it would forget messages, with a dead-letter exchange move them on. Only the type stays: quorum beside quorum, classic
/// beside classic.
/// </summary>
internal static class LastingQueue
{
    private const string QueueType = "x-queue-type";

    public static void KeepOnlyTheType(IRabbitMqQueueBindingConfigurator queue)
    {
        foreach (var argument in ((Queue)queue).QueueArguments.Keys.Where(key => key != QueueType).ToList())
            queue.SetQueueArgument(argument, null!);
    }
}
