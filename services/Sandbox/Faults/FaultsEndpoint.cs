using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Sandbox.Faults;

/// <summary>
/// <c>GET /sandbox/faults</c> shows the faults in force; <c>POST</c> replaces them by the text in its body, an empty body lifts all. What was posted outlasts the process.
/// <c>GET /sandbox/calls</c>: how many calls have arrived, by municipality.
/// </summary>
public static class FaultsEndpoint
{
    public static void MapFaults(this IEndpointRouteBuilder routes)
    {
        routes.MapPlan<FaultPlan>(
            "/sandbox/faults", FaultPlan.Example, services => services.GetRequiredService<FaultControl>().Plan, FaultPlan.TryParse,
            (services, plan, cancellation) => services.GetRequiredService<KeptFaults>().ReplaceAsync(plan, cancellation));
        routes.MapGet("/sandbox/calls", (FaultControl faults) => faults.Calls);
    }
}
