using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>
/// One connection, made again when it is asked for after a loss. The client's own recovery is off: it brings consumers back without saying so, and leaves
/// a dead one looking alive.
/// </summary>
/// <param name="connect">Makes the next one.</param>
/// <param name="end">Ends whatever else makes them; null: nothing does.</param>
internal sealed partial class BrokerConnection(string name, Func<CancellationToken, Task<IConnection>> connect, ILogger logger, Func<ValueTask>? end = null) : IAsyncDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private IConnection? current;
    private volatile CancellationTokenSource lost = new();
    private volatile bool blocked;
    private volatile bool closed;

    /// <summary>Open, and the broker takes messages: it blocks publishers while its memory or disk runs out.</summary>
    public bool IsUsable => !closed && !blocked && current is { IsOpen: true };

    /// <summary>Cancelled when the connection that stands now is lost.</summary>
    public CancellationToken Lost => lost.Token;

    public async Task<IConnection> GetAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (current is { IsOpen: true } open)
            return open;
        await turn.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(closed, this);
            if (current is { IsOpen: true } meanwhile)
                return meanwhile;
            if (current is not null)
                await current.DisposeAsync();
            blocked = false;
            current = await connect(cancellation);
            var standing = lost = new CancellationTokenSource();
            current.ConnectionShutdownAsync += (_, shutdown) =>
            {
                if (!closed)
                    Log.Lost(logger, name, shutdown.ReplyCode, shutdown.ReplyText);
                return standing.CancelAsync();
            };
            current.ConnectionBlockedAsync += (_, why) =>
            {
                blocked = true;
                Log.Blocked(logger, name, why.Reason);
                return Task.CompletedTask;
            };
            current.ConnectionUnblockedAsync += (_, _) =>
            {
                blocked = false;
                return Task.CompletedTask;
            };
            return current;
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await turn.WaitAsync();
        closed = true;
        if (end is not null)
            await end();
        if (current is not null)
            await current.DisposeAsync();
        turn.Release();
    }

    private static partial class Log
    {
        [LoggerMessage(1020, LogLevel.Warning, "The connection {Name} to the broker is lost: {Code} {Text}")]
        public static partial void Lost(ILogger logger, string name, int code, string text);

        [LoggerMessage(1021, LogLevel.Warning, "The broker takes no messages on {Name} for now: {Reason}")]
        public static partial void Blocked(ILogger logger, string name, string reason);
    }
}
