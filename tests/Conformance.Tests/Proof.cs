using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.ConformanceKit.Proving;
using ClaimsTransfer.ConformanceKit.Starting;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaimsTransfer.Conformance.Tests;

/// <summary>Every check of every level against one connector, on the broker that the assembly shares.</summary>
internal static class Proof
{
    public static async Task<ConformanceResult> OfAsync(IConnectorFactory factory, BenchOptions options, string folder) =>
        await new ConformanceRun(factory, options, TimeProvider.System, NullLoggerFactory.Instance)
            .RunAsync(AllChecks.InOrder, [], await RabbitMqServer.UriAsync(), folder, null, CancellationToken.None);

    /// <summary>What did not pass, with what came instead.</summary>
    public static IEnumerable<string> Failures(this ConformanceResult result) =>
        result.Checks.Where(check => check.Outcome != CheckOutcome.Passed).Select(check => $"{check.Name}: {check.Got}");
}
