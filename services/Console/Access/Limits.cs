using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>How often an address may try to sign in, and a user call the API.</summary>
internal static class Limits
{
    public static void Configure(RateLimiterOptions limiter, ConsoleOptions options)
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = async (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = "60";
            if (Where.IsApi(rejected.HttpContext))
                await Refusals.WriteAsync(rejected.HttpContext, StatusCodes.Status429TooManyRequests);
        };
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        {
            if (HttpMethods.IsPost(context.Request.Method) && context.Request.Path.StartsWithSegments(Where.SignIn, StringComparison.OrdinalIgnoreCase))
                return PerMinute($"sign-in {Visitor.Of(context.Connection.RemoteIpAddress)}", options.SignInsPerMinute);
            if (Where.IsApi(context))
                return PerMinute($"api {context.User.Identity?.Name ?? Visitor.Of(context.Connection.RemoteIpAddress)}", options.ApiCallsPerMinute);
            return RateLimitPartition.GetNoLimiter("");
        });
    }

    private static RateLimitPartition<string> PerMinute(string key, int permits) => RateLimitPartition.GetSlidingWindowLimiter(
        key, _ => new SlidingWindowRateLimiterOptions { PermitLimit = permits, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 6, QueueLimit = 0 });
}
