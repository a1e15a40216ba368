using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Waiting;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>Messages from FBS that were refused, with all that is wrong with each.</summary>
public sealed class RefusedModel(Elsewhere elsewhere) : PageModel
{
    private const int PageSize = 50;

    public Asked<RefusedPage> Found { get; private set; } = null!;

    public string? Municipality { get; private set; }

    public async Task OnGetAsync(string? municipality, string? after, CancellationToken cancellation)
    {
        Municipality = municipality;
        Found = await Asked<RefusedPage>.TryAsync(async () => await elsewhere.RefusedAsync(Actor.Of(User), municipality, null, null, PageSize, after, cancellation));
    }
}
