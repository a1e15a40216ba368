using ClaimsTransfer.Benchmarks.Measuring;

namespace ClaimsTransfer.Benchmarks.Sides;

/// <summary>The processes of one side.</summary>
internal sealed class Services : IAsyncDisposable
{
    private readonly IReadOnlyList<ServiceProcess> _running;

    private Services(IReadOnlyList<ServiceProcess> running) => _running = running;

    public IEnumerable<NamedProcess> Processes => _running.Select(service => new NamedProcess(service.Name, service.Pid));

    public string LogFolder => Path.GetDirectoryName(_running[0].Log)!;

    /// <summary>One that ended by itself, which none should.</summary>
    public ServiceProcess? Ended => _running.FirstOrDefault(service => service.Ended.IsCompleted);

    public Task AnyEnded => Task.WhenAny(_running.Select(service => service.Ended));

    /// <summary>Those that have a library in memory.</summary>
    public IReadOnlyList<string> WithLibrary(string library) => [.. _running.Where(service => service.HasLoaded(library)).Select(service => service.Name)];

    public static async Task<Services> StartAsync(IReadOnlyList<ServiceProcess> started, CancellationToken cancellation)
    {
        var services = new Services(started);
        try
        {
            foreach (var service in started)
                await service.UntilReadyAsync(cancellation);
            return services;
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_running.Select(service => service.DisposeAsync().AsTask()));
}
