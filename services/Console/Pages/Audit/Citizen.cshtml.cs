using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.Pages.Failures;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Audit;

/// <summary>When and why a citizen's data was seen, to be printed for the citizen. The number is posted, shown nowhere, and in no address.</summary>
[Authorize(nameof(Role.Administrator))]
public sealed class CitizenModel(CitizenTrail trail, ITexts texts) : PageModel
{
    /// <summary>Null: nobody has asked.</summary>
    public CitizenLookups? Found { get; private set; }

    public bool ByWhom { get; private set; }

    public string? Why { get; private set; }

    public string? NumberFault { get; private set; }

    public string? WhyFault { get; private set; }

    public async Task OnPostAsync(string? number, bool byWhom, string? why, CancellationToken cancellation)
    {
        (ByWhom, Why, WhyFault) = (byWhom, why, Reasons.Fault(why, texts));
        if (!CitizenTrail.IsNumber(number, out _))
            NumberFault = texts["audit.citizen.badNumber"];
        if (WhyFault is null && NumberFault is null)
            Found = await trail.ListAsync(Actor.Of(User), number!, byWhom, why!, cancellation);
    }
}
