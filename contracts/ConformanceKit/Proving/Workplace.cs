using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.ConformanceKit.Proving;

/// <summary>Where the kit works: a temporary folder that goes with it, and a RabbitMQ of its own where none is named.</summary>
public sealed class Workplace : IAsyncDisposable
{
    private LocalRabbitMq? _broker;

    /// <summary>Below it the broker's account can reach its own folder.</summary>
    public string Folder { get; } = LocalRabbitMq.NewFolder("claims-conformance-");

    /// <param name="named">The URL of a broker that runs already; null or empty: one is started from the installed package.</param>
    /// <exception cref="InvalidOperationException">It is not installed, or does not start; the message says what to do.</exception>
    public async Task<string> BrokerAsync(string? named, CancellationToken cancellation)
    {
        if (!string.IsNullOrEmpty(named))
            return named;
        _broker ??= await LocalRabbitMq.StartAsync(Path.Combine(Folder, "broker"), cancellation: cancellation);
        return _broker.Uri;
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
