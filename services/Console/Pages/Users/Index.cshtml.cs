using ClaimsTransfer.OperationsConsole.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Users;

[Authorize(nameof(Role.Administrator))]
public sealed class IndexModel(Accounts accounts) : PageModel
{
    public IReadOnlyList<Account> All { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellation) => All = await accounts.ListAsync(cancellation);
}
