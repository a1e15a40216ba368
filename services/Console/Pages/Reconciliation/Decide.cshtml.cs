using System.Globalization;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Failures;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Reconciliations;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Reconciliation;

/// <summary>A person gives an entry of the worklist to a claim, or says that it is dealt with.</summary>
[Authorize(nameof(Role.Operator))]
public sealed class DecideModel(WorklistQuestions questions, ITexts texts) : PageModel
{
    public WorklistItem Item { get; private set; } = null!;

    public string? Agency { get; private set; }

    public string? FeeId { get; private set; }

    public Dictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<Note>? Refused { get; private set; }

    public string? Fault(string field) => Faults.GetValueOrDefault(field);

    public async Task<IActionResult> OnGetAsync(Guid id, string? municipality, string? agency, string? feeId, CancellationToken cancellation)
    {
        (Agency, FeeId) = (agency, feeId);
        return await FindAsync(id, municipality, cancellation) ? Page() : NotFound();
    }

    public async Task<IActionResult> OnPostPlaceAsync(Guid id, string? municipality, string? agency, string? feeId, string? why, CancellationToken cancellation)
    {
        (Agency, FeeId) = (agency, feeId);
        if (string.IsNullOrWhiteSpace(agency))
            Faults["agency"] = texts["worklist.agencyMissing"];
        if (!long.TryParse(feeId, NumberStyles.None, CultureInfo.InvariantCulture, out var fee))
            Faults["feeId"] = texts["worklist.feeMissing"];
        return await DecideAsync(id, municipality, "place", why, because => questions.PlaceAsync(Actor.Of(User), id, new PlaceRequest(municipality, agency?.Trim(), fee, because), because, cancellation), cancellation);
    }

    public Task<IActionResult> OnPostCloseAsync(Guid id, string? municipality, string? why, CancellationToken cancellation) =>
        DecideAsync(id, municipality, "close", why, because => questions.CloseAsync(Actor.Of(User), id, new CloseRequest(municipality, because), because, cancellation), cancellation);

    private async Task<IActionResult> DecideAsync(
        Guid id, string? municipality, string verb, string? why, Func<string, Task<WorklistDecision?>> decide, CancellationToken cancellation)
    {
        if (Reasons.Fault(why, texts) is { } fault)
            Faults[$"{verb}-why"] = fault;
        if (Faults.Count == 0)
        {
            var asked = await Asked<WorklistDecision>.TryAsync(() => decide(why!));
            if (asked.Value is not null)
            {
                TempData["Done"] = texts[$"worklist.done.{verb}"];
                return Redirect("/console/reconciliation/worklist");
            }
            Refused = asked.Away;
        }

        return await FindAsync(id, municipality, cancellation) ? Page() : NotFound();
    }

    private async Task<bool> FindAsync(Guid id, string? municipality, CancellationToken cancellation)
    {
        var asked = await Asked<WorklistItem>.TryAsync(() => questions.FindAsync(Actor.Of(User), municipality, id, cancellation));
        Item = asked.Value!;
        return asked.Value is not null;
    }
}
