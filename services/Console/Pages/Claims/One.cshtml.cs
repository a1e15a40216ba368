using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Claims;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Replaying;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Claims;

/// <summary>One claim: where it stands, what may be done, and everything that happened to it.</summary>
public sealed class OneModel(ClaimDesk desk, IMunicipalities municipalities, ITexts texts) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string Agency { get; set; } = "";

    [BindProperty(SupportsGet = true)]
    public long FeeId { get; set; }

    [BindProperty]
    public string? Operation { get; set; }

    [BindProperty]
    public string? Why { get; set; }

    /// <summary>Null: nobody who could be asked knows whose it is.</summary>
    public ClaimView? View { get; private set; }

    public SagaDiagram? Diagram { get; private set; }

    public string? WhyFault { get; private set; }

    /// <summary>Why what was asked for was not done.</summary>
    public string? Failure { get; private set; }

    public string? FailureText { get; private set; }

    public string MunicipalityName => municipalities.Find(View!.Municipality)?.Name ?? View.Municipality;

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellation) => await ReadAsync(cancellation) ? Page() : NotFound();

    public async Task<IActionResult> OnGetStandingAsync(CancellationToken cancellation) => await PartAsync("_Standing", cancellation);

    public async Task<IActionResult> OnGetHistoryAsync(CancellationToken cancellation) => await PartAsync("_History", cancellation);

    public async Task<IActionResult> OnPostOperateAsync(CancellationToken cancellation)
    {
        var actor = Actor.Of(User);
        if (!actor.Is(Role.Operator))
            return Forbid(Session.Scheme);
        if (!ClaimDesk.Operations.Contains(Operation, StringComparer.Ordinal))
            return BadRequest();
        if (!Reason.IsGood(Why, out _))
        {
            WhyFault = texts[string.IsNullOrWhiteSpace(Why) ? "frame.whyMissing" : "claims.whyBad"];
            return await OnGetAsync(cancellation);
        }

        try
        {
            if (await desk.OperateAsync(actor, Agency, FeeId, Operation!, Why, cancellation) is null)
                return NotFound();
            TempData["Done"] = texts["claims.operated", texts[$"claims.operation.{Operation}"]];
            return Redirect(Places.Claim(Agency, FeeId));
        }
        catch (NotPossibleException)
        {
            (Failure, FailureText) = (texts["claims.notPossible", texts[$"claims.operation.{Operation}"]], texts["claims.notPossibleText"]);
        }
        catch (ServiceRefusedException refused)
        {
            (Failure, FailureText) = (texts["claims.notDone", texts[$"claims.operation.{Operation}"]], texts.Say(refused.Notes));
        }
        catch (ServiceAwayException)
        {
            (Failure, FailureText) = (texts["claims.notDone", texts[$"claims.operation.{Operation}"]], texts["claims.askAgain"]);
        }

        return await OnGetAsync(cancellation);
    }

    public string StatusWord(string status) => texts.Find($"claims.status.{status}") ?? status;

    public string EventWord(string name) => texts.Find($"claims.event.{name}") ?? name;

    /// <summary>While a service is slow the page keeps what it shows, and asks again at the next look.</summary>
    private async Task<IActionResult> PartAsync(string name, CancellationToken cancellation)
    {
        if (!await ReadAsync(cancellation) || View is null)
            return NotFound();
        return View.Away.Any(away => away.IsSlow) ? StatusCode(StatusCodes.Status204NoContent) : Partial(name, this);
    }

    /// <returns>False: there is none, or it is not this person's to see.</returns>
    private async Task<bool> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            View = await desk.ShowAsync(Actor.Of(User), Agency, FeeId, cancellation);
            if (View is null)
                return false;
            Diagram = View.Claim is not null && await desk.SagaAsync(cancellation) is { } saga ? new SagaDiagram(saga, StatusWord) : null;
        }
        catch (ServiceAwayException)
        {
            // The page says so itself.
        }

        return true;
    }
}
