using System.Globalization;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Claims;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Replaying;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Municipalities;

/// <summary>A municipality's claims that are out of scope: what would be taken in today, and doing it.</summary>
public sealed class TakeInModel(LeftOutClaims claims, IMunicipalities municipalities, ITexts texts) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string Code { get; set; } = "";

    [BindProperty(SupportsGet = true)]
    public string? Agency { get; set; }

    [BindProperty(SupportsGet = true)]
    public DateOnly? CreatedSince { get; set; }

    [BindProperty]
    public long? Claims { get; set; }

    [BindProperty]
    public long? Ore { get; set; }

    [BindProperty]
    public string? Why { get; set; }

    /// <summary>Null: Routing could not be asked.</summary>
    public LeftOutView? View { get; private set; }

    public string? WhyFault { get; private set; }

    public string? Failure { get; private set; }

    public string Name => municipalities.Find(Code)?.Name ?? Code;

    public string? CreatedSinceText => CreatedSince?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public string Here
    {
        get
        {
            var query = new QueryBuilder();
            if (Agency is { Length: > 0 })
                query.Add("agency", Agency);
            if (CreatedSinceText is { } day)
                query.Add("createdSince", day);
            return Places.TakeIn(Code) + query;
        }
    }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellation)
    {
        try
        {
            View = await claims.ShowAsync(Actor.Of(User), Code, Agency, CreatedSince, cancellation);
            return View is null ? NotFound() : Page();
        }
        catch (ServiceAwayException)
        {
            return Page();
        }
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellation)
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
            if (await claims.TakeInAsync(actor, Code, new TakeInRequest(Agency, CreatedSince, Claims, Ore, Why), Why, cancellation) is not { } taken)
                return NotFound();
            TempData["Done"] = texts["municipalities.takeIn.done", Danish.Count(taken.Claims), Danish.Kroner(taken.Ore)];
            return Redirect(Places.Municipality(Code));
        }
        catch (NotPossibleException)
        {
            Failure = texts["municipalities.takeIn.changed"];
        }
        catch (Exception failure) when (failure is ServiceAwayException or ServiceRefusedException)
        {
            Failure = texts["municipalities.takeIn.routingAway"];
        }

        return await OnGetAsync(cancellation);
    }
}
