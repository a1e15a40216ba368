using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Fuzz.Running;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>A list that is read to its end, or ends with the one exception that a list may end with.</summary>
internal static class Listed
{
    private const int Most = 100_000;

    public static async Task<Answer> AllAsync<T>(IAsyncEnumerable<T> list)
    {
        var count = 0;
        try
        {
            await foreach (var _ in list)
            {
                if (++count > Most)
                    throw new InvalidOperationException("The list has no end.");
            }

            return new Answer(true, "");
        }
        catch (TransientException told)
        {
            return new Answer(false, told.Message);
        }
    }
}
