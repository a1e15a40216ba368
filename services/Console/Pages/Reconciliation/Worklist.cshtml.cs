using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Failures;
using ClaimsTransfer.OperationsConsole.Reconciliations;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Reconciliation;

/// <summary>Money that fits no claim, and orders that FBS does not take.</summary>
public sealed class WorklistModel(WorklistQuestions questions, IMunicipalities municipalities) : PageModel
{
    private const int PageSize = 50;

    public Asked<WorklistPage> Found { get; private set; } = null!;

    public string? Municipality { get; private set; }

    public IReadOnlyList<Municipality> Municipalities { get; private set; } = [];

    public bool MayAct => Actor.Of(User).Is(Role.Operator);

    public async Task OnGetAsync(string? municipality, string? after, CancellationToken cancellation)
    {
        var actor = Actor.Of(User);
        (Municipality, Municipalities) = (municipality, [.. municipalities.All.Where(one => actor.Sees(one.Code)).OrderBy(one => one.Name, StringComparer.Ordinal)]);
        Found = await Asked<WorklistPage>.TryAsync(async () => await questions.ReadAsync(actor, municipality, PageSize, after, cancellation));
    }

    public string Link(string? after) =>
        $"/console/reconciliation/worklist?municipality={Uri.EscapeDataString(Municipality ?? "")}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}";
}
