using System.Globalization;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Archiving;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Replaying;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>What was chosen, how much it is, and the reason that is asked for: then it is replayed, archived or restored.</summary>
[Authorize(nameof(Role.Operator))]
public sealed class ActModel(Letters letters, ReplayStore replays, Archives archives, ITexts texts) : PageModel
{
    private const int FastestRate = 10_000;

    /// <summary>replay, archive or restore.</summary>
    public string Action { get; private set; } = "";

    /// <summary>All that the filter finds, not those that were ticked.</summary>
    public bool All { get; private set; }

    public long Count { get; private set; }

    public long Ore { get; private set; }

    [BindProperty]
    public string? Why { get; set; }

    [BindProperty]
    public string? Rate { get; set; }

    [BindProperty]
    public string? MostFailed { get; set; }

    public Dictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);

    private LetterFilter Filter { get; set; } = new();

    public string? Fault(string field) => Faults.GetValueOrDefault(field);

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        if (Request.Query["do"].ToString().Split('-') is not [var action and ("replay" or "archive" or "restore"), ..] asked || !LetterFilterQuery.TryRead(Request.Query, out var filter, out _))
        {
            context.Result = BadRequest();
            return;
        }

        (Action, All) = (action, asked is [_, "all"]);
        var ticked = Request.Query["letter"].Select(text => Guid.TryParse(text, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty).ToList();
        Filter = (All ? filter : new LetterFilter { LetterIds = ticked }) with { Status = [action == "restore" ? LetterStatus.Archived : LetterStatus.Open] };
        (Count, Ore) = All || ticked.Count > 0 ? await letters.CountAsync(Filter.For(Actor.Of(User)), HttpContext.RequestAborted) : (0, 0);
        await next();
    }

    public void OnGet() => (Rate, MostFailed) = ($"{new ReplayLimits().RatePerSecond}", $"{new ReplayLimits().MostFailedPercent}");

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellation)
    {
        if (Reasons.Fault(Why, texts) is { } why)
            Faults["why"] = why;
        var limits = new ReplayLimits();
        if (Action == "replay")
            limits = new ReplayLimits(Number("rate", Rate, 1, FastestRate), Number("mostFailed", MostFailed, 0, 100));
        if (Faults.Count > 0 || Count == 0)
            return Page();
        var actor = Actor.Of(User);
        if (Action == "replay")
            return Redirect($"/console/replays/{(await ReplayEndpoints.CreateAsync(actor, Filter, Why!, limits, replays, letters, cancellation)).ReplayId}");
        var moved = Action == "archive" ? await archives.ArchiveAsync(actor, Filter, Why!, cancellation) : await archives.RestoreAsync(actor, Filter, Why!, cancellation);
        TempData["Done"] = texts[$"failures.done.{Action}", Danish.Count(moved)];
        return Redirect(Filter.LetterIds is [var one] ? $"/console/failures/{one}" : FilterLinks.Groups);
    }

    private int Number(string field, string? text, int least, int most)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Faults[field] = texts["failures.badNumber", least, Danish.Count(most)];
        return least;
    }
}
