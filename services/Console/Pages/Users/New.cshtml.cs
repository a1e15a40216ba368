using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Users;

/// <summary>A new account; its password is drawn, and shown in this answer only.</summary>
[Authorize(nameof(Role.Administrator))]
public sealed class NewModel(Accounts accounts, IMunicipalities municipalities, ITexts texts) : PageModel
{
    [BindProperty]
    public string? UserName { get; set; }

    [BindProperty(Name = "")]
    public UserInput Input { get; set; } = new();

    public string? Password { get; private set; }

    public async Task OnPostAsync(CancellationToken cancellation)
    {
        var userName = Account.Key(UserName ?? "");
        var codes = Input.Check(texts, municipalities);
        if (!Account.IsUserName(userName))
            Input.Faults["userName"] = texts["users.badName"];
        if (Input.Faults.Count > 0)
            return;
        var password = Accounts.RandomPassword();
        if (await accounts.AddAsync(Actor.Of(User), userName, Input.Name!.Trim(), Input.Role, codes, password, Input.Why!, cancellation))
            (UserName, Password) = (userName, password);
        else
            Input.Faults["userName"] = texts["users.taken"];
    }
}
