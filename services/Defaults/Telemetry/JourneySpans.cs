using System.Diagnostics;

namespace ClaimsTransfer.Defaults.Telemetry;

public static class JourneySpans
{
    /// <summary>What is no W3C trace context goes no further: it is kept and passed on, and a sender may have written anything there.</summary>
    public static string? Valid(string? traceParent) => ActivityContext.TryParse(traceParent, null, isRemote: true, out _) ? traceParent : null;

    /// <summary>What one message comes to, in the trace that it came with, whatever batch it is handled in; null when nobody listens.</summary>
    public static Activity? StartStep(this ActivitySource source, string service, string message, string? traceParent)
    {
        if (!source.HasListeners())
            return null;
        _ = ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        return source.StartActivity($"{service} {message}", ActivityKind.Internal, parent);
    }
}
