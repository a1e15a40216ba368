using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Municipalities;
using ClaimsTransfer.OperationsConsole.Overview;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Municipalities;

/// <summary>All municipalities that this person sees, with how their connectors stand.</summary>
public sealed class IndexModel(MunicipalityDesk desk, TimeProvider time) : PageModel
{
    public static readonly IReadOnlyList<string> ConnectorFilters = ["cutOff", "idle", "unread", "refused", "keys", "paused", "flowing"];

    [BindProperty(SupportsGet = true)]
    public Vendor? Vendor { get; set; }

    [BindProperty(SupportsGet = true)]
    public Stage? Stage { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Connector { get; set; }

    public MunicipalityList List { get; private set; } = new([], []);

    public IReadOnlyList<MunicipalityView> Shown { get; private set; } = [];

    public DateTimeOffset Now => time.GetUtcNow();

    public string LiveUrl
    {
        get
        {
            var query = new QueryBuilder(Request.Query.Where(pair => pair.Key != "handler")) { { "handler", "List" } };
            return $"/console/municipalities{query}";
        }
    }

    public async Task OnGetAsync(CancellationToken cancellation) => await ReadAsync(cancellation);

    public async Task<IActionResult> OnGetListAsync(CancellationToken cancellation)
    {
        await ReadAsync(cancellation);
        return Partial("_List", this);
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        List = await desk.ListAsync(Actor.Of(User), cancellation);
        Shown = [.. List.Municipalities.Where(one => (Vendor is null || one.Vendor == Vendor) && (Stage is null || one.Stage == Stage) && Fits(one.Connector))];
    }

    private bool Fits(ConnectorStanding? connector) => Connector switch
    {
        null or "" => true,
        "cutOff" => connector is not null && Needs.IsCutOff(connector),
        "idle" => connector is { Consuming: false },
        "refused" => connector?.Refused is { Count: > 0 },
        "unread" => connector is not null && Needs.IsUnread(connector, Now),
        "keys" => connector is not null && Needs.WaitsForKeys(connector),
        _ => connector?.State == Connector,
    };
}
