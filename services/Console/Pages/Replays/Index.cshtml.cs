using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Replaying;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Replays;

/// <summary>Replays, the newest first.</summary>
public sealed class IndexModel(ReplayStore replays) : PageModel
{
    private const int PageSize = 50;

    public ReplayPage Found { get; private set; } = null!;

    public async Task OnGetAsync(string? after, CancellationToken cancellation) => Found = await replays.ListAsync(Actor.Of(User), PageSize, after, cancellation);
}
