using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Asking;

namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>What another service answered, or why it could not be asked: the page is shown either way.</summary>
public sealed record Asked<T>(T? Value, IReadOnlyList<Note>? Away)
    where T : class
{
    public static async Task<Asked<T>> TryAsync(Func<Task<T?>> ask)
    {
        try
        {
            return new Asked<T>(await ask(), null);
        }
        catch (NotedException failure)
        {
            return new Asked<T>(null, failure.Notes);
        }
    }
}
