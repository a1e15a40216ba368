using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Payments;

/// <summary>The ledger of what came in, matching, what FBS is told of it, and reconciliation.</summary>
public static class PaymentsExtensions
{
    public static IHostApplicationBuilder AddPayments(this IHostApplicationBuilder builder)
    {
        builder.AddDefaults("payments");
        return builder;
    }

    public static WebApplication MapPayments(this WebApplication app) => app;
}
