using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages;

[AllowAnonymous]
public sealed class SignInModel(Accounts accounts, ConsoleOptions options, ITexts texts) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    [BindProperty]
    public new string? User { get; set; }

    public bool HasOidc => options.Oidc.IsUsed;

    public string? Fault { get; private set; }

    public void OnGet(string? failed) => Fault = failed is null ? null : texts["signIn.oidcFailed"];

    public async Task<IActionResult> OnPostAsync(string? password, CancellationToken cancellation)
    {
        switch (await accounts.SignInAsync(User ?? "", password ?? "", HttpContext.Connection.RemoteIpAddress, cancellation))
        {
            case SignInOutcome.SignedIn(var account):
                await Session.BeginAsync(HttpContext, account);
                return LocalRedirect(Back.To(To));
            case SignInOutcome.Locked(var until):
                Fault = texts["signIn.locked", Danish.Clock(until.AddMinutes(1))];
                return Page();
            default:
                Fault = texts["signIn.refused"];
                return Page();
        }
    }
}
