using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages;

/// <summary>On to the identity provider. By GET: a form that ends on another site is what the content security policy refuses.</summary>
[AllowAnonymous]
public sealed class SignInOidcModel(ConsoleOptions options) : PageModel
{
    public IActionResult OnGet(string? to) =>
        options.Oidc.IsUsed ? Challenge(new AuthenticationProperties { RedirectUri = Back.To(to) }, OidcExtensions.Scheme) : NotFound();
}
