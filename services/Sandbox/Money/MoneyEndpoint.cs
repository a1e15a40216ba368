using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>
/// <c>GET /sandbox/money</c> shows the plan in force; <c>POST</c> replaces it by the text in its body, an empty body ends it: what is on its way still comes. What was
/// posted outlasts the process.
/// </summary>
public static class MoneyEndpoint
{
    private const int MaxTextLength = 4_000;

    public static void MapMoney(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sandbox/money", (MoneyControl money) => Results.Text(money.Plan.ToString()));
        routes.MapPost("/sandbox/money", async (HttpRequest request, KeptMoney money, CancellationToken cancellation) =>
        {
            var buffer = new char[MaxTextLength + 1];
            using var reader = new StreamReader(request.Body);
            var length = await reader.ReadBlockAsync(buffer, cancellation);
            if (length > MaxTextLength)
                return Results.Text($"The text is longer than {MaxTextLength} characters. Example: {MoneyPlan.Example}", statusCode: StatusCodes.Status400BadRequest);
            if (!MoneyPlan.TryParse(new string(buffer, 0, length), out var plan, out var error))
                return Results.Text(error, statusCode: StatusCodes.Status400BadRequest);
            await money.ReplaceAsync(plan, cancellation);
            return Results.Text(plan.ToString());
        });
    }
}
