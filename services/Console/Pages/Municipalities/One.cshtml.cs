using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Municipalities;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Replaying;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Municipalities;

/// <summary>One municipality: how it stands, what it decided, and its connector's pause.</summary>
public sealed class OneModel(MunicipalityDesk desk, ITexts texts, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string Code { get; set; } = "";

    [BindProperty]
    public string? Why { get; set; }

    public MunicipalityView Municipality { get; private set; } = null!;

    public IReadOnlyList<AwayService> Away { get; private set; } = [];

    public string? WhyFault { get; private set; }

    public string? Failure { get; private set; }

    public string? FailureText { get; private set; }

    public DateTimeOffset Now => time.GetUtcNow();

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellation) => await ReadAsync(cancellation) ? Page() : NotFound();

    public async Task<IActionResult> OnGetNowAsync(CancellationToken cancellation) => await ReadAsync(cancellation) ? Partial("_Now", this) : NotFound();

    public Task<IActionResult> OnPostPauseAsync(CancellationToken cancellation) => SetPausedAsync(true, cancellation);

    public Task<IActionResult> OnPostResumeAsync(CancellationToken cancellation) => SetPausedAsync(false, cancellation);

    private async Task<IActionResult> SetPausedAsync(bool paused, CancellationToken cancellation)
    {
        var actor = Actor.Of(User);
        if (!actor.Is(Role.Operator))
            return Forbid(Session.Scheme);
        if (!Reason.IsGood(Why, out _))
        {
            WhyFault = texts[string.IsNullOrWhiteSpace(Why) ? "frame.whyMissing" : "claims.whyBad"];
            return await OnGetAsync(cancellation);
        }

        try
        {
            if (await desk.SetPausedAsync(actor, Code, paused, Why, cancellation) is null)
                return NotFound();
            TempData["Done"] = texts[paused ? "municipalities.paused" : "municipalities.resumed"];
            return Redirect(Places.Municipality(Code));
        }
        catch (NotPossibleException)
        {
            (Failure, FailureText) = (texts["municipalities.notPossible"], texts["municipalities.noConnector"]);
        }
        catch (Exception failure) when (failure is ServiceAwayException or ServiceRefusedException)
        {
            (Failure, FailureText) = (texts["municipalities.notPossible"], texts["municipalities.connectorAway"]);
        }

        return await OnGetAsync(cancellation);
    }

    private async Task<bool> ReadAsync(CancellationToken cancellation)
    {
        if (await desk.FindAsync(Actor.Of(User), Code, cancellation) is not var (found, away))
            return false;
        (Municipality, Away) = (found, away);
        return true;
    }
}
