using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Auditing;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Audit;

/// <summary>Who did what, and whether the log is whole. Whoever is given municipalities reads the entries of those.</summary>
public sealed class IndexModel(AuditLog log) : PageModel
{
    private const int PageSize = 50;

    public AuditPage Found { get; private set; } = null!;

    public AuditVerdict? Verdict { get; private set; }

    public string? Who { get; private set; }

    public string? Subject { get; private set; }

    /// <summary>The kind of action that is looked for.</summary>
    public string? What { get; private set; }

    public Task OnGetAsync(string? action, string? who, string? subject, long? before, CancellationToken cancellation) => ReadAsync(action, who, subject, before, cancellation);

    public async Task OnPostVerifyAsync(CancellationToken cancellation)
    {
        Verdict = await log.VerifyAsync(cancellation);
        await ReadAsync(null, null, null, null, cancellation);
    }

    public string Link(long? before)
    {
        var parts = new[] { ("action", What), ("who", Who), ("subject", Subject), ("before", before?.ToString()) }
            .Where(part => !string.IsNullOrWhiteSpace(part.Item2)).Select(part => $"{part.Item1}={Uri.EscapeDataString(part.Item2!)}");
        return $"/console/audit?{string.Join('&', parts)}";
    }

    private async Task ReadAsync(string? action, string? who, string? subject, long? before, CancellationToken cancellation)
    {
        (What, Who, Subject) = (action, who, subject);
        Found = await log.ReadAsync(Actor.Of(User).Municipalities, action, who, subject, PageSize, before, cancellation);
    }
}
