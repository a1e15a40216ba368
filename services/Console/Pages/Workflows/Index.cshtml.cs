using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Pages.Failures;
using ClaimsTransfer.OperationsConsole.Workflows;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Workflows;

/// <summary>What changes for whom, step by step, and what each state, operation and cause means: made from what runs.</summary>
public sealed class IndexModel(ServiceClient client, IMunicipalities municipalities) : PageModel
{
    public Asked<SagaDefinition> Saga { get; private set; } = null!;

    public IReadOnlyList<Municipality> Municipalities { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellation)
    {
        Saga = await Asked<SagaDefinition>.TryAsync(() => client.GetAsync<SagaDefinition>("Routing", "routing/saga", cancellation));
        Municipalities = [.. municipalities.All.Where(one => Actor.Of(User).Sees(one.Code)).OrderBy(one => one.Name, StringComparer.Ordinal)];
    }
}
