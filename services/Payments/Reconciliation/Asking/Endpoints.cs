using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Reading;
using ClaimsTransfer.Payments.Reconciliation.Repairing;
using ClaimsTransfer.Payments.Reconciliation.Reporting;
using ClaimsTransfer.Payments.Reconciliation.Running;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ClaimsTransfer.Payments.Reconciliation.Asking;

/// <summary>Reconciliation by HTTP: run one, and read what stands for a day.</summary>
internal sealed class Endpoints(
    Reconciler reconciler, Runs runs, Differences differences, CsvReport csv, HtmlReport html, IFbsClaims configured, IMunicipalities municipalities, ReconciliationOptions options, TimeProvider time)
{
    private const string LinesType = "application/x-ndjson";
    private const int LongestWho = 100;
    private const int LongestWhy = 500;

    /// <summary>Runs one now; a body of lines is FBS's list, else it is read where the settings say.</summary>
    public async Task RunAsync(HttpContext context, string municipality, bool repair = false, string? who = null, string? acceptFewer = null)
    {
        if (municipalities.Find(municipality) is not { } found)
        {
            await RefuseAsync(context, 404, $"Municipality '{municipality}' is not among this installation's; four digits such as 0101 name one.");
            return;
        }

        if (who?.Length > LongestWho || (who is not null && string.IsNullOrWhiteSpace(who)))
        {
            await RefuseAsync(context, 422, $"who is empty or longer than {LongestWho} characters; give the person's user name, such as 'anna'.");
            return;
        }

        if (acceptFewer is not null && (string.IsNullOrWhiteSpace(acceptFewer) || acceptFewer.Length > LongestWhy || who is null))
        {
            await RefuseAsync(context, 422, $"acceptFewer is the reason why FBS's list is right, at most {LongestWhy} characters, and who must be given with it, such as who=anna.");
            return;
        }

        var isGiven = context.Request.ContentType?.StartsWith(LinesType, StringComparison.OrdinalIgnoreCase) == true;
        if (isGiven)
            TakeAnyLength(context);
        var fbs = isGiven ? new FbsList(context.Request.Body, options, time) : configured;
        var by = who ?? Repairs.Self;
        var run = await reconciler.RunAsync(found, fbs, by, repair ? by : null, context.RequestAborted, acceptFewer is null ? null : new ListAccepted(by, PersonalData.Mask(acceptFewer, LongestWhy)));
        if (run is null)
            await NotedProblem.Of(ReconciliationNotes.Running(municipality), 409).ExecuteAsync(context);
        else
            await context.Response.WriteAsJsonAsync(run, ReconciliationJson.Default.ReconciliationRun, cancellationToken: context.RequestAborted);
    }

    public async Task<IResult> MunicipalitiesAsync(CancellationToken cancellation) =>
        TypedResults.Json(await runs.MunicipalitiesAsync(cancellation), ReconciliationJson.Default.IReadOnlyListString);

    public Task StoredAsync(HttpContext context, string municipality, string? date = null) => WithRunAsync(context, municipality, date, run =>
        context.Response.WriteAsJsonAsync(run, ReconciliationJson.Default.ReconciliationRun, cancellationToken: context.RequestAborted));

    public Task DifferencesAsync(HttpContext context, string municipality, string? date = null) => WithRunAsync(context, municipality, date, async run =>
    {
        context.Response.ContentType = LinesType;
        await foreach (var page in differences.PagesAsync(run.Number, isUnrepaired: false, context.RequestAborted))
        {
            foreach (var line in page)
            {
                await JsonSerializer.SerializeAsync(context.Response.Body, line, ReconciliationJson.Default.Difference, context.RequestAborted);
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
            }
        }
    });

    public Task CsvAsync(HttpContext context, string municipality, string? date = null) => WithRunAsync(context, municipality, date, run =>
    {
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"afstemning-{run.Municipality}-{Runs.Text(run.Day)}.csv\"";
        return csv.WriteAsync(run, municipalities.Find(run.Municipality), context.Response.Body, context.RequestAborted);
    });

    public Task HtmlAsync(HttpContext context, string municipality, string? date = null) => WithRunAsync(context, municipality, date, run =>
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return html.WriteAsync(run, municipalities.Find(run.Municipality), context.Response.Body, context.RequestAborted);
    });

    private async Task WithRunAsync(HttpContext context, string municipality, string? date, Func<ReconciliationRun, Task> answer)
    {
        DateOnly? day = null;
        if (!string.IsNullOrEmpty(date))
        {
            if (!DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var given))
            {
                await RefuseAsync(context, 422, $"date is '{PersonalText.Shown(date)}'; give a day such as 2026-11-22.");
                return;
            }

            day = given;
        }

        if (await runs.FindAsync(municipality, day, context.RequestAborted) is { } run)
            await answer(run);
        else
            await RefuseAsync(context, 404, $"No reconciliation of municipality '{PersonalText.Shown(municipality)}' {(day is { } asked ? $"on {Runs.Text(asked)} " : "")}is on record.");
    }

    /// <summary>A list may be long, and come as slowly as its file is read.</summary>
    private static void TakeAnyLength(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason) =>
        TypedResults.Problem(reason, statusCode: status).ExecuteAsync(context);
}
