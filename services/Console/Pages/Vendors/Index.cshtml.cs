using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Vendors;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Vendors;

/// <summary>How the vendors behave. It keeps itself up to date.</summary>
public sealed class IndexModel(VendorDesk desk) : PageModel
{
    public VendorsNow Now { get; private set; } = null!;

    public async Task OnGetAsync(CancellationToken cancellation) => await ReadAsync(cancellation);

    public async Task<IActionResult> OnGetNowAsync(CancellationToken cancellation) => Partial("_Now", await ReadAsync(cancellation));

    private async Task<VendorsNow> ReadAsync(CancellationToken cancellation) => Now = await desk.ReadAsync(Actor.Of(User), cancellation);
}
