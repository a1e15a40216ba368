using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages;

/// <summary>A person's own account.</summary>
public sealed class MeModel(Accounts accounts, ITexts texts) : PageModel
{
    public string? CurrentFault { get; private set; }

    public string? NewFault { get; private set; }

    public string? RepeatFault { get; private set; }

    public async Task<IActionResult> OnPostAsync(string? current, string? @new, string? repeat, CancellationToken cancellation)
    {
        if (!Session.IsLocal(User))
            return Forbid();
        var password = @new ?? "";
        if (password.Length is < Account.ShortestPassword or > Account.LongestPassword)
            NewFault = texts["me.short", Account.ShortestPassword, Account.LongestPassword];
        else if (password != repeat)
            RepeatFault = texts["me.different"];
        if (NewFault is not null || RepeatFault is not null)
            return Page();

        var who = Actor.Of(User);
        if (await accounts.SignInAsync(who.Name, current ?? "", HttpContext.Connection.RemoteIpAddress, cancellation) is not SignInOutcome.SignedIn)
        {
            CurrentFault = texts["me.currentWrong"];
            return Page();
        }

        // The old session ends with the change, as every other one does; this browser gets a new one.
        if (await accounts.SetPasswordAsync(who, who.Name, password, "own password", cancellation) is { } changed)
            await Session.BeginAsync(HttpContext, changed);
        TempData["Done"] = texts["me.changed"];
        return Redirect("/console/me");
    }
}
