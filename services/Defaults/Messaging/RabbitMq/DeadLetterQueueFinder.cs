using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>AMQP cannot list queues: the management plugin can, and without it only names that are known already are looked for.</summary>
internal sealed class DeadLetterQueueFinder : IDisposable
{
    private readonly QueueBrowser browser;
    private readonly HttpClient? client;
    private readonly string queues;

    public DeadLetterQueueFinder(ConnectionFactory factory, string? management, QueueBrowser browser)
    {
        this.browser = browser;
        queues = $"api/queues/{Uri.EscapeDataString(factory.VirtualHost)}?columns=name";
        if (string.IsNullOrEmpty(management))
            return;
        client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"{management.TrimEnd('/')}/"), Timeout = TimeSpan.FromSeconds(20) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{factory.UserName}:{factory.Password}")));
    }

    public async Task<IReadOnlyList<string>> FindAsync(IReadOnlyCollection<string> known, CancellationToken cancellation)
    {
        if (client is not null)
        {
            var listed = await client.GetFromJsonAsync<JsonElement>(queues, cancellation);
            return [.. listed.EnumerateArray().Select(queue => queue.GetProperty("name").GetString()!).Where(DeadLetterQueueName.Fits).Order(StringComparer.Ordinal)];
        }

        var found = new List<string>();
        foreach (var queue in known)
        {
            if (await browser.ReadyAsync(queue, cancellation) is not null)
                found.Add(queue);
        }

        return found;
    }

    public void Dispose() => client?.Dispose();
}
