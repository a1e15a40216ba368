using System.Globalization;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Claims;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Claims;

/// <summary>Search: the newest first, page by page. The pages gone through are in the address, so that one can go back without the services keeping anything.</summary>
public sealed class IndexModel(ClaimDesk desk, IMunicipalities municipalities, ITexts texts) : PageModel
{
    private const int PageSize = 50;

    /// <summary>An address does not grow for ever; before that, going back begins at the first page.</summary>
    private const int PagesRemembered = 20;

    public ClaimQuery Query { get; private set; } = new();

    public new ClaimPage Page { get; private set; } = new([], null);

    public ClaimCount? Count { get; private set; }

    public string? Away { get; private set; }

    public string? Previous { get; private set; }

    public string? Next { get; private set; }

    public IReadOnlyList<Municipality> Municipalities { get; private set; } = [];

    public string? FromText => Query.From is { } from ? Day(from) : null;

    public string? ToText => Query.To is { } to ? Day(to.AddTicks(-1)) : null;

    public async Task OnGetAsync(CancellationToken cancellation)
    {
        var actor = Actor.Of(User);
        Query = ClaimQuery.Read(Request.Query);
        Municipalities = [.. municipalities.All.Where(municipality => actor.Sees(municipality.Code)).OrderBy(municipality => municipality.Name, StringComparer.Ordinal)];
        if (Query.Faults.Count > 0)
            return;
        try
        {
            var after = Request.Query["after"].FirstOrDefault();
            Page = await desk.FindAsync(actor, Query, PageSize, after, cancellation);
            Count = string.IsNullOrEmpty(after) ? await desk.CountAsync(actor, Query, cancellation) : null;
            LinkPages(after);
        }
        catch (ServiceAwayException away)
        {
            Away = away.Message;
        }
    }

    public string? Fault(string field) => Query.Faults.ContainsKey(field) ? texts[$"claims.fault.{field}"] : null;

    public string NameOf(string code) => municipalities.Find(code)?.Name ?? code;

    public string StatusWord(string status) => texts.Find($"claims.status.{status}") ?? status;

    private void LinkPages(string? after)
    {
        var before = (Request.Query["before"].FirstOrDefault() ?? "").Split('~', StringSplitOptions.RemoveEmptyEntries);
        if (!string.IsNullOrEmpty(after))
            Previous = Address(before.LastOrDefault(), before.SkipLast(1));
        if (Page.Next is { } next)
            Next = Address(next, string.IsNullOrEmpty(after) ? [] : before.Append(after).TakeLast(PagesRemembered));
    }

    private string Address(string? after, IEnumerable<string> before)
    {
        var query = new QueryBuilder(Request.Query.Where(pair => pair.Key is not ("after" or "before")));
        if (!string.IsNullOrEmpty(after))
            query.Add("after", after);
        if (string.Join('~', before) is { Length: > 0 } pages)
            query.Add("before", pages);
        return $"/console/claims{query}";
    }

    private static string Day(DateTimeOffset at) => Danish.Local(at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
