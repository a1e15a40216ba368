using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace ClaimsTransfer.Sandbox.Faults;

internal delegate bool PlanParser<TPlan>(string? text, out TPlan plan, out string error);

/// <summary>A plan that is told as a text: <c>GET</c> shows the one in force, <c>POST</c> replaces it by the text in its body.</summary>
internal static class PlanEndpoint
{
    private const int MaxTextLength = 4_000;

    public static void MapPlan<TPlan>(
        this IEndpointRouteBuilder routes, string path, string example, Func<IServiceProvider, TPlan> current, PlanParser<TPlan> parse,
        Func<IServiceProvider, TPlan, CancellationToken, Task> replace)
        where TPlan : notnull
    {
        routes.MapGet(path, (HttpContext context) => Results.Text(current(context.RequestServices).ToString()));
        routes.MapPost(path, async (HttpContext context) =>
        {
            var buffer = new char[MaxTextLength + 1];
            using var reader = new StreamReader(context.Request.Body);
            var length = await reader.ReadBlockAsync(buffer, context.RequestAborted);
            if (length > MaxTextLength)
                return Results.Text($"The text is longer than {MaxTextLength} characters. Example: {example}", statusCode: StatusCodes.Status400BadRequest);
            if (!parse(new string(buffer, 0, length), out var plan, out var error))
                return Results.Text(error, statusCode: StatusCodes.Status400BadRequest);
            await replace(context.RequestServices, plan, context.RequestAborted);
            return Results.Text(plan.ToString());
        }).WithMetadata(new AcceptsMetadata(["text/plain"]));
    }
}
