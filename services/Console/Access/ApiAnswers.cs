using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.Replaying;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>What goes wrong in an action, as the API answers it.</summary>
internal static class ApiAnswers
{
    public static IResult Json<T>(T value, int? status = null) => Results.Json(value, ServiceClient.Json, statusCode: status);

    /// <summary>Null is 404; what cannot be done is 409 with the reason; a service that is away is 503.</summary>
    public static async Task<IResult> AnswerAsync<T>(Func<Task<T?>> work)
        where T : class
    {
        try
        {
            return await work() is { } found ? Json(found) : Results.Problem("There is none, or it is not yours to see.", statusCode: StatusCodes.Status404NotFound);
        }
        catch (NotPossibleException refused)
        {
            return Results.Problem(refused.Message, statusCode: StatusCodes.Status409Conflict);
        }
        catch (AuditBrokenException broken)
        {
            return Results.Problem(broken.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (ServiceRefusedException refused)
        {
            return Results.Problem(refused.Message, statusCode: (int)refused.Status);
        }
        catch (ServiceAwayException away)
        {
            return Results.Problem(away.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (TransientException)
        {
            return Results.Problem("The console's store is busy or away; nothing was changed. Try again.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    /// <summary>With a reason that is good enough, else 422.</summary>
    public static Task<IResult> BecauseAsync<T>(string? why, Func<string, Task<T?>> work)
        where T : class =>
        Reason.IsGood(why, out var fault) ? AnswerAsync(() => work(why)) : Task.FromResult(Results.Problem(fault, statusCode: StatusCodes.Status422UnprocessableEntity));
}
