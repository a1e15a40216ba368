using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Editing;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Replaying;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>Corrects a message and sends the correction in its place. What is wrong with the correction is said above the form, and what was typed stays.</summary>
[Authorize(nameof(Role.Operator))]
public sealed class EditModel(Letters letters, Corrections corrections, ITexts texts) : PageModel
{
    public Letter Letter { get; private set; } = null!;

    /// <summary>As it is kept, personal values masked.</summary>
    public string Original { get; private set; } = "";

    public string Body { get; private set; } = "";

    public string? Why { get; private set; }

    public string? WhyFault { get; private set; }

    public IReadOnlyList<Note>? Fault { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid letterId, CancellationToken cancellation)
    {
        if (!await FindAsync(letterId, cancellation))
            return NotFound();
        Body = Original;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(Guid letterId, string? body, string? why, CancellationToken cancellation)
    {
        if (!await FindAsync(letterId, cancellation))
            return NotFound();
        (Body, Why, WhyFault) = (body ?? "", why, Reasons.Fault(why, texts));
        if (WhyFault is not null)
            return Page();
        try
        {
            return Redirect($"/console/replays/{(await corrections.EditAsync(Actor.Of(User), letterId, Body, why!, cancellation)).ReplayId}");
        }
        catch (NotPossibleException refused)
        {
            Fault = refused.Notes;
            return Page();
        }
    }

    private async Task<bool> FindAsync(Guid letterId, CancellationToken cancellation)
    {
        if (await letters.FindAsync(letterId, Actor.Of(User), cancellation) is not { } found)
            return false;
        (Letter, Original) = (found.Letter, await corrections.MaskedBodyAsync(letterId, Actor.Of(User), cancellation) ?? "");
        return true;
    }
}
