using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Overview;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages;

/// <summary>What needs a person now, and where everything is. It keeps itself up to date.</summary>
public sealed class IndexModel(Overviews overviews) : PageModel
{
    public OverviewNow Now { get; private set; } = null!;

    public async Task OnGetAsync(CancellationToken cancellation) => await ReadAsync(cancellation);

    public async Task<IActionResult> OnGetNowAsync(CancellationToken cancellation) => Partial("_OverviewNow", await ReadAsync(cancellation));

    public async Task<IActionResult> OnGetHoursAsync(CancellationToken cancellation) => Partial("_OverviewHours", await ReadAsync(cancellation));

    private async Task<OverviewNow> ReadAsync(CancellationToken cancellation) => Now = await overviews.ReadAsync(Actor.Of(User), cancellation);
}
