using Microsoft.Extensions.Hosting;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// Stops the service when its standard input ends (<c>CLAIMS_STOP_WITH_PARENT=1</c>): whoever started it holds the other end of that pipe, and is gone when it ends, even
/// when it was killed. A service that does not stop in time ends anyway: what it had in hand was not acknowledged.
/// </summary>
internal sealed class StopWithParent(IHostApplicationLifetime lifetime, Installation installation) : IHostedLifecycleService
{
    public const string Variable = "CLAIMS_STOP_WITH_PARENT";

    // Before anything else: a service that still waits for its broker stops with its parent too.
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        new Thread(Watch) { IsBackground = true, Name = "waits for its parent to end" }.Start();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        while (input.Read(ignored) > 0)
        {
            // Nobody says anything: only the end matters.
        }
        lifetime.StopApplication();
        if (!lifetime.ApplicationStopped.WaitHandle.WaitOne(installation.ShutdownTimeout + TimeSpan.FromSeconds(5)))
            Environment.Exit(1);
    }
}
