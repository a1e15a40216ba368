using System.Globalization;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Failures;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Reconciliations;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Reconciliation;

/// <summary>One municipality's reconciliation of a day, with its differences; a new one can be started.</summary>
public sealed class OneModel(ReconciliationQuestions questions, StartedReconciliations started, IMunicipalities municipalities, ITexts texts) : PageModel
{
    private const int PageSize = 50;

    public Municipality Municipality { get; private set; } = null!;

    public Asked<ReconciliationRun> Run { get; private set; } = null!;

    public Asked<DifferencePage> Found { get; private set; } = new(null, null);

    public DateOnly? Day { get; private set; }

    public string? Cause { get; private set; }

    public string? WhyFault { get; private set; }

    public IReadOnlyList<Note>? Fault { get; private set; }

    public bool IsUnderway => started.Underway.Contains(Municipality.Code);

    public bool MayAct => Actor.Of(User).Is(Role.Operator);

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        if (municipalities.Find((string)RouteData.Values["municipality"]!) is not { } found || !Actor.Of(User).Sees(found.Code))
        {
            context.Result = NotFound();
            return;
        }

        Municipality = found;
        Day = DateOnly.TryParseExact(Request.Query["date"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
        Cause = Request.Query["cause"].ToString() is { Length: > 0 } cause ? cause : null;
        await next();
    }

    public Task OnGetAsync(long? after, CancellationToken cancellation) => ShowAsync(Math.Max(0, after ?? 0), cancellation);

    public async Task<IActionResult> OnGetReportAsync(CancellationToken cancellation)
    {
        var report = Request.Query["as"] == "html" ? "report.html" : "report.csv";
        var asked = await Asked<object>.TryAsync(async () => await questions.ReportAsync(Actor.Of(User), Municipality.Code, Day, report, Response, cancellation) ? this : null);
        if (asked.Value is not null || Response.HasStarted)
            return new EmptyResult();
        Response.Headers.ContentDisposition = default;
        return asked.Away is null ? NotFound() : StatusCode(StatusCodes.Status503ServiceUnavailable);
    }

    public async Task<IActionResult> OnPostAsync(string? why, bool repair, bool acceptFewer, CancellationToken cancellation)
    {
        if (!MayAct)
            return Forbid(Session.Scheme);
        WhyFault = Reasons.Fault(why, texts);
        if (WhyFault is null)
        {
            var asked = await Asked<ReconciliationStarted>.TryAsync(() => started.StartAsync(Actor.Of(User), Municipality.Code, repair, acceptFewer, why!, cancellation));
            if (asked.Away is null)
            {
                TempData["Done"] = texts[asked.Value?.Run is null ? "reconciliation.started" : "reconciliation.done"];
                return Redirect($"/console/reconciliation/{Municipality.Code}");
            }
            Fault = asked.Away;
        }

        await ShowAsync(0, cancellation);
        return Page();
    }

    public string Link(string? cause = null, long? after = null)
    {
        var parts = new[] { ("date", Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("cause", cause), ("after", after?.ToString(CultureInfo.InvariantCulture)) }
            .Where(part => part.Item2 is { Length: > 0 }).Select(part => $"{part.Item1}={Uri.EscapeDataString(part.Item2!)}").ToList();
        return $"/console/reconciliation/{Municipality.Code}{(parts.Count == 0 ? "" : "?")}{string.Join('&', parts)}";
    }

    private async Task ShowAsync(long after, CancellationToken cancellation)
    {
        var actor = Actor.Of(User);
        Run = await Asked<ReconciliationRun>.TryAsync(() => questions.FindAsync(actor, Municipality.Code, Day, cancellation));
        if (Run.Value is { Differences: > 0 })
            Found = await Asked<DifferencePage>.TryAsync(() => questions.DifferencesAsync(actor, Municipality.Code, Day, Cause, PageSize, after, cancellation));
    }
}
