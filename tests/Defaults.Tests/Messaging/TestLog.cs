using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaimsTransfer.Defaults.Tests.Messaging;

internal static class TestLog
{
    public static ILoggerFactory Loggers { get; } = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning));

    public static ILogger Logger { get; } = NullLogger.Instance;
}
