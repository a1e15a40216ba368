using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Failures;
using ClaimsTransfer.OperationsConsole.Reconciliations;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Reconciliation;

/// <summary>The latest reconciliation of each municipality.</summary>
public sealed class IndexModel(ReconciliationQuestions questions, WorklistQuestions worklist) : PageModel
{
    public Asked<MunicipalityRuns> Found { get; private set; } = null!;

    /// <summary>Whether anything waits on the worklist; null: it could not be asked.</summary>
    public bool? HasWork { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellation)
    {
        var actor = Actor.Of(User);
        Found = await Asked<MunicipalityRuns>.TryAsync(async () => await questions.LatestAsync(actor, cancellation));
        HasWork = (await Asked<WorklistPage>.TryAsync(async () => await worklist.ReadAsync(actor, null, 1, null, cancellation))).Value is { } page ? page.Items.Count > 0 : null;
    }
}
