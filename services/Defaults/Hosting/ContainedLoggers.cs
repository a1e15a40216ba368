using ClaimsTransfer.Defaults.Telemetry;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// Nobody who logs fails by it: .NET's own factory throws on what a provider, a formatter or a logged object's text throws, into whoever wanted to say something. Here the line is
/// lost and counted, and the work goes on.
/// </summary>
internal sealed class ContainedLoggers(ILoggerFactory inner) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Contained(inner.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose() => inner.Dispose();

    private sealed class Contained(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => Try(() => inner.BeginScope(state), null);

        public bool IsEnabled(LogLevel logLevel) => Try(() => inner.IsEnabled(logLevel), true);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            try
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
            catch (Exception)
            {
                // Where would it be said? The count tells that it happened.
                ClaimMetrics.TelemetryLost("log");
            }
        }

        private static T Try<T>(Func<T> ask, T otherwise)
        {
            try
            {
                return ask();
            }
            catch (Exception)
            {
                ClaimMetrics.TelemetryLost("log");
                return otherwise;
            }
        }
    }
}
