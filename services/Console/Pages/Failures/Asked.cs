using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Replaying;

namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>What another service answered, or why it could not be asked: the page is shown either way.</summary>
public sealed record Asked<T>(T? Value, string? Away)
    where T : class
{
    public static async Task<Asked<T>> TryAsync(Func<Task<T?>> ask)
    {
        try
        {
            return new Asked<T>(await ask(), null);
        }
        catch (Exception failure) when (failure is ServiceAwayException or ServiceRefusedException or NotPossibleException)
        {
            return new Asked<T>(null, failure.Message);
        }
    }
}
