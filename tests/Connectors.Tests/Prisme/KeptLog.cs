using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

/// <summary>What was logged as an error, so that a test can tell that an operator sees it.</summary>
internal sealed class KeptLog<T> : ILogger<T>
{
    public ConcurrentQueue<string> Errors { get; } = new();

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel == LogLevel.Error)
            Errors.Enqueue(formatter(state, exception));
    }
}
