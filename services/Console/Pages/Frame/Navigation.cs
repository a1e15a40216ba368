using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <param name="Key">Its text is <c>nav.KEY</c>; a page says with <c>ViewData["Nav"] = "KEY"</c> where it belongs.</param>
public sealed record NavigationItem(string Key, string Path, Role AtLeast = Role.Viewer);

/// <summary>The main menu.</summary>
public static class Navigation
{
    public static readonly IReadOnlyList<NavigationItem> Items =
    [
        new("overview", Where.Home), new("claims", "/console/claims"), new("failures", "/console/failures"), new("municipalities", "/console/municipalities"),
        new("vendors", "/console/vendors"), new("reconciliation", "/console/reconciliation"), new("workflows", "/console/workflows"), new("audit", "/console/audit"),
        new("users", "/console/users", Role.Administrator),
    ];
}
