using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Waiting;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>What did not come through, by cause: dead letters, and beside them what was refused, rejected or waits for a retry.</summary>
public sealed class IndexModel(Letters letters, Elsewhere elsewhere, IMunicipalities municipalities) : PageModel
{
    private const int MostWaiting = 20;

    public LetterSearch Search { get; private set; } = null!;

    public LetterGroups Groups { get; private set; } = null!;

    public Asked<RefusedGroups> Refused { get; private set; } = null!;

    public Asked<RejectionGroups> Rejections { get; private set; } = null!;

    public WaitingMessages Waiting { get; private set; } = null!;

    public async Task OnGetAsync(CancellationToken cancellation)
    {
        var actor = Actor.Of(User);
        Search = new LetterSearch(Request.Query, actor, municipalities) { Reset = FilterLinks.Groups };
        var municipality = Search.Filter.Municipality is [var one] ? one : null;
        var refused = Asked<RefusedGroups>.TryAsync(async () => await elsewhere.RefusedGroupsAsync(actor, municipality, cancellation));
        var rejections = Asked<RejectionGroups>.TryAsync(async () => await elsewhere.RejectionsAsync(actor, municipality, cancellation));
        var waiting = elsewhere.WaitingAsync(actor, municipality, null, MostWaiting, null, cancellation);
        Groups = await letters.GroupsAsync(Search.Filter, cancellation);
        (Refused, Rejections, Waiting) = (await refused, await rejections, await waiting);
        Waiting = Waiting with { Waiting = [.. Waiting.Waiting.Take(MostWaiting)] };
    }
}
