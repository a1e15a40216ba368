using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>AMQP cannot list queues: the management plugin can, and without it only names that are known already are looked for.</summary>
internal sealed class DeadLetterQueueFinder(BrokerAccess access, string? management, QueueBrowser browser) : IDisposable
{
    private readonly ManagementApi? api = string.IsNullOrEmpty(management) ? null : new ManagementApi(access, management);

    public async Task<IReadOnlyList<string>> FindAsync(IReadOnlyCollection<string> known, CancellationToken cancellation)
    {
        if (api is not null)
        {
            var listed = await api.QueuesAsync("?columns=name", cancellation);
            return [.. listed.Select(queue => queue.GetProperty("name").GetString()!).Where(DeadLetterQueueName.Fits).Order(StringComparer.Ordinal)];
        }

        var found = new List<string>();
        foreach (var queue in known)
        {
            if (await browser.ReadyAsync(queue, cancellation) is not null)
                found.Add(queue);
        }

        return found;
    }

    public void Dispose() => api?.Dispose();
}
