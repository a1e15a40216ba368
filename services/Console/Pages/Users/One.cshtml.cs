using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Users;

/// <summary>One account: role, municipalities, closing, a new password. One's own it is not: the last administrator could shut itself out.</summary>
[Authorize(nameof(Role.Administrator))]
public sealed class OneModel(Accounts accounts, IMunicipalities municipalities, ITexts texts) : PageModel
{
    public Account Account { get; private set; } = null!;

    [BindProperty(Name = "")]
    public UserInput Input { get; set; } = new();

    public string? Password { get; private set; }

    public string? PasswordFault { get; private set; }

    public bool IsOwn => Session.IsLocal(User) && Account.UserName == User.Identity!.Name;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        if (await accounts.FindAsync((string)RouteData.Values["userName"]!, HttpContext.RequestAborted) is not { } account)
        {
            context.Result = NotFound();
            return;
        }
        Account = account;
        if (HttpMethods.IsPost(Request.Method) && IsOwn)
            context.Result = Forbid(Session.Scheme);
        else
            await next();
    }

    public void OnGet() => Show();

    public async Task<IActionResult> OnPostAccessAsync(CancellationToken cancellation)
    {
        var codes = Input.Check(texts, municipalities);
        if (Input.Faults.Count > 0)
            return Page();
        await accounts.ChangeAccessAsync(Actor.Of(User), Account.UserName, Input.Name!.Trim(), Input.Role, codes, Input.Disabled, Input.Why!, cancellation);
        TempData["Done"] = texts["users.done", Account.UserName];
        return Redirect("/console/users");
    }

    public async Task OnPostPasswordAsync(CancellationToken cancellation)
    {
        Input.CheckWhy(texts);
        PasswordFault = Input.Fault("why");
        if (PasswordFault is null)
        {
            var password = Accounts.RandomPassword();
            if (await accounts.SetPasswordAsync(Actor.Of(User), Account.UserName, password, Input.Why!, cancellation) is { } changed)
                (Account, Password) = (changed, password);
        }
        Input.Faults.Clear();
        Show();
    }

    private void Show() =>
        (Input.Name, Input.Role, Input.Municipalities, Input.Disabled, Input.Why) =
        (Account.DisplayName, Account.Role, Account.Municipalities is { } some ? string.Join(", ", some.Order(StringComparer.Ordinal)) : "*", Account.Disabled, null);
}
