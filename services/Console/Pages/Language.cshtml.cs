using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages;

/// <summary>The reader's language, kept in the browser.</summary>
[AllowAnonymous]
public sealed class LanguageModel : PageModel
{
    public IActionResult OnGet() => Redirect(Where.Home);

    public IActionResult OnPost(string? language, string? to)
    {
        Response.Cookies.Append(Texts.Cookie, language == TextCatalogue.English ? TextCatalogue.English : TextCatalogue.Danish, new CookieOptions
        {
            Path = Where.Console, HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = Request.IsHttps, MaxAge = TimeSpan.FromDays(365),
        });
        return LocalRedirect(to?.StartsWith(Where.SignIn, StringComparison.Ordinal) == true ? Where.SignIn : Back.To(to));
    }
}
