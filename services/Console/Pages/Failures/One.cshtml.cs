using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Editing;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Replaying;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>One message: why it failed each time, what it says, what was tried. Its sealed body is shown in the answer to a reason, and never again.</summary>
public sealed class OneModel(Letters letters, Corrections corrections, SealedViews views, ReplayStore replays, ITexts texts) : PageModel
{
    public LetterView View { get; private set; } = null!;

    public IReadOnlyList<LetterReplay> Replays { get; private set; } = [];

    /// <summary>What was sealed; null: nobody has asked.</summary>
    public string? Opened { get; private set; }

    public string? WhyFault { get; private set; }

    public bool MayAct => Actor.Of(User).Is(Role.Operator);

    public async Task<IActionResult> OnGetAsync(Guid letterId, CancellationToken cancellation) => await ShowAsync(letterId, cancellation);

    public async Task<IActionResult> OnPostOpenAsync(Guid letterId, string? why, CancellationToken cancellation)
    {
        if (!MayAct)
            return Forbid(Session.Scheme);
        WhyFault = Reasons.Fault(why, texts);
        if (WhyFault is null)
            Opened = await views.OpenAsync(Actor.Of(User), letterId, why!, cancellation);
        return await ShowAsync(letterId, cancellation);
    }

    private async Task<IActionResult> ShowAsync(Guid letterId, CancellationToken cancellation)
    {
        if (await LetterEndpoints.ViewAsync(letterId, Actor.Of(User), letters, corrections, cancellation) is not { } view)
            return NotFound();
        View = view;
        Replays = await replays.OfLetterAsync(letterId, cancellation);
        return Page();
    }
}
