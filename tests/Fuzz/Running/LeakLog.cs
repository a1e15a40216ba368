using ClaimsTransfer.Fuzz.Inputs;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Fuzz.Running;

/// <summary>Reads everything that is logged, at every level, for the numbers that must not stand there.</summary>
internal sealed class LeakLog : ILoggerProvider, ILogger
{
    private string? leak;

    /// <summary>The first since it was asked for; null: none.</summary>
    public string? TakeLeak() => Interlocked.Exchange(ref leak, null);

    /// <summary>The last warning or error since <see cref="Forget"/>; null: none.</summary>
    public string? Last { get; private set; }

    public void Forget() => Last = null;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = $"{formatter(state, exception)} {exception}";
        if (logLevel >= LogLevel.Warning)
            Last = text;
        if (Seeded.CprNumbers.Any(number => text.Contains(number, StringComparison.Ordinal)))
            leak ??= $"{eventId}: {text}";
    }

    public void Dispose()
    {
    }
}
