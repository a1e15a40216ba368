using Microsoft.AspNetCore.Http;

namespace ClaimsTransfer.Sandbox.Faults;

/// <summary>Answers one HTTP call to a debtor system under the faults in force.</summary>
public static class FaultyCall
{
    /// <summary>Runs <paramref name="work"/> (which books, durably, before it returns) between the faults; a dropped reply is a cut connection.</summary>
    /// <param name="call">What is called for, the same through every attempt: the first instruction's id, say.</param>
    public static async Task<IResult> AnswerAsync(
        this FaultControl faults, HttpContext context, string municipality, string call, TimeProvider time, Func<Task<IResult>> work)
    {
        var fault = faults.OfCall(municipality, call);
        if (fault.Slow > TimeSpan.Zero)
            await Task.Delay(fault.Slow, time, context.RequestAborted);
        if (fault.Down || fault.Unavailable)
        {
            // A real system that is down refuses the connection, which one server with all municipalities cannot: 503 says the same, "certainly not done".
            context.Response.Headers.RetryAfter = fault.Down ? "2" : "1";
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        var answer = await work();
        if (!fault.DropReply)
            return answer;
        context.Abort();
        return Results.Empty;
    }
}
