using ClaimsTransfer.Sandbox.Faults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>
/// <c>GET /sandbox/money</c> shows the plan in force; <c>POST</c> replaces it by the text in its body, an empty body ends it: what is on its way still comes. What was
/// posted outlasts the process.
/// </summary>
public static class MoneyEndpoint
{
    public static void MapMoney(this IEndpointRouteBuilder routes) => routes.MapPlan<MoneyPlan>(
        "/sandbox/money", MoneyPlan.Example, services => services.GetRequiredService<MoneyControl>().Plan, MoneyPlan.TryParse,
        (services, plan, cancellation) => services.GetRequiredService<KeptMoney>().ReplaceAsync(plan, cancellation));
}
