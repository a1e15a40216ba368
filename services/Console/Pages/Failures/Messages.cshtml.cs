using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>The messages of a cause, or of any filter; some of them, or all that the filter finds, are chosen for an action.</summary>
public sealed class MessagesModel(Letters letters, IMunicipalities municipalities) : PageModel
{
    private const int PageSize = 50;

    public LetterSearch Search { get; private set; } = null!;

    public LetterPage Found { get; private set; } = null!;

    public long Count { get; private set; }

    public long Ore { get; private set; }

    /// <summary>Where a cause was chosen: that it is the only one.</summary>
    public Cause? Cause { get; private set; }

    public bool MayAct => Actor.Of(User).Is(Role.Operator);

    /// <summary>What the filter can find: letters that wait can be replayed and archived, archived ones restored.</summary>
    public bool HasOpen => Search.Filter.Status is null || Search.Filter.Status.Contains(LetterStatus.Open);

    public bool HasArchived => Search.Filter.Status?.Contains(LetterStatus.Archived) == true;

    public async Task OnGetAsync(string? after, CancellationToken cancellation)
    {
        Search = new LetterSearch(Request.Query, Actor.Of(User), municipalities) { Reset = FilterLinks.Messages };
        Found = await letters.ListAsync(Search.Filter, PageSize, after, cancellation);
        (Count, Ore) = await letters.CountAsync(Search.Filter, cancellation);
        Cause = Search.Filter.Fingerprint is not null || Search.Filter.Cause is not null ? Found.Letters.FirstOrDefault()?.Cause : null;
    }
}
