namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>What the API says to who may not.</summary>
internal static class Refusals
{
    public static Task WriteAsync(HttpContext context, int status) => TypedResults.Problem(
        status switch
        {
            StatusCodes.Status401Unauthorized => "Nobody is signed in; send the session's cookie, or a token as Authorization: Bearer.",
            StatusCodes.Status403Forbidden => "The signed-in user may not do this.",
            StatusCodes.Status429TooManyRequests => "Too many calls; wait a little and try again.",
            _ => "Refused.",
        },
        statusCode: status).ExecuteAsync(context);
}
