using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaimsTransfer.Sandbox.Faults;

/// <summary><c>GET /sandbox/faults</c> shows the faults in force; <c>POST</c> replaces them by the text in its body, an empty body lifts all. What was posted outlasts the process.</summary>
public static class FaultsEndpoint
{
    private const int MaxTextLength = 4_000;

    public static void MapFaults(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sandbox/faults", (FaultControl faults) => Results.Text(faults.Plan.ToString()));
        routes.MapPost("/sandbox/faults", async (HttpRequest request, KeptFaults faults, CancellationToken cancellation) =>
        {
            var buffer = new char[MaxTextLength + 1];
            using var reader = new StreamReader(request.Body);
            var length = await reader.ReadBlockAsync(buffer, cancellation);
            if (length > MaxTextLength)
                return Results.Text($"The text is longer than {MaxTextLength} characters. Example: {FaultPlan.Example}", statusCode: StatusCodes.Status400BadRequest);
            if (!FaultPlan.TryParse(new string(buffer, 0, length), out var plan, out var error))
                return Results.Text(error, statusCode: StatusCodes.Status400BadRequest);
            await faults.ReplaceAsync(plan, cancellation);
            return Results.Text(plan.ToString());
        });
    }
}
