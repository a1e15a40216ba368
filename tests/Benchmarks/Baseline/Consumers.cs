using MassTransit;

namespace ClaimsTransfer.Benchmarks.Baseline;

/// <summary>The plain way: one message, one transaction, then the publish, confirmed.</summary>
public sealed class PerMessage<TIn, TOut>(Step<TIn, TOut> step, BaselineStore store) : IConsumer<TIn>
    where TIn : class
    where TOut : class
{
    public async Task Consume(ConsumeContext<TIn> context)
    {
        var next = step.Next(context.Message);
        await store.SaveAsync(step, context.Message, next, context.CancellationToken);
        await context.Publish(next, context.CancellationToken);
    }
}

/// <summary>A batch, one transaction with one statement a table, then the publishes, all at once and confirmed.</summary>
public sealed class PerBatch<TIn, TOut>(Step<TIn, TOut> step, BaselineStore store) : IConsumer<Batch<TIn>>
    where TIn : class
    where TOut : class
{
    public async Task Consume(ConsumeContext<Batch<TIn>> context)
    {
        var messages = context.Message.Select(message => message.Message).ToList();
        var next = messages.ConvertAll(step.Next);
        await store.SaveAsync(step, messages, next, context.CancellationToken);
        await Task.WhenAll(next.Select(message => context.Publish(message, context.CancellationToken)));
    }
}
