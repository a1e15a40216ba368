using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Failures;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Reconciliations;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Reconciliation;

/// <summary>Entries that were placed on a claim, and taking one back that was placed wrongly.</summary>
public sealed class PlacedModel(WorklistQuestions questions, ITexts texts) : PageModel
{
    public const int PageSize = 50;

    public Asked<PlacedPage> Found { get; private set; } = null!;

    /// <summary>The one to be taken back.</summary>
    public PlacedEntry? Chosen { get; private set; }

    public DateTimeOffset? Before { get; private set; }

    public IReadOnlyList<Note>? Refused { get; private set; }

    public string? WhyFault { get; private set; }

    public bool MayAct => Actor.Of(User).Is(Role.Operator);

    public async Task<IActionResult> OnGetAsync(Guid? id, string? municipality, DateTimeOffset? before, Guid? beforeId, CancellationToken cancellation)
    {
        var actor = Actor.Of(User);
        Before = before;
        Found = await Asked<PlacedPage>.TryAsync(async () => await questions.PlacedAsync(actor, null, PageSize, before, beforeId, cancellation));
        if (id is not { } chosen || Found.Away is not null)
            return Page();
        Chosen = (await Asked<PlacedEntry>.TryAsync(() => questions.FindPlacedAsync(actor, municipality, chosen, cancellation))).Value;
        return Chosen is not null && MayAct ? Page() : NotFound();
    }

    public async Task<IActionResult> OnPostAsync(Guid id, string? municipality, string? why, CancellationToken cancellation)
    {
        var actor = Actor.Of(User);
        if (!MayAct)
            return Forbid(Session.Scheme);
        if ((WhyFault = Reasons.Fault(why, texts)) is null)
        {
            var asked = await Asked<WorklistDecision>.TryAsync(() => questions.TakeBackAsync(actor, id, new CloseRequest(municipality, why), why!, cancellation));
            if (asked.Value is not null)
            {
                TempData["Done"] = texts["worklist.done.takeBack"];
                return Redirect("/console/reconciliation/worklist");
            }

            Refused = asked.Away;
        }

        return await OnGetAsync(id, municipality, null, null, cancellation);
    }
}
