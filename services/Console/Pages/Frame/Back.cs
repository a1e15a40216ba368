using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary>Where a person came from: a page of the console, nowhere else.</summary>
internal static class Back
{
    /// <summary>As a browser writes an address: what is not ASCII stands there escaped, or it cannot stand in a header.</summary>
    public static string To(string? path) =>
        path is not null && (path.StartsWith(Where.Home, StringComparison.Ordinal) || path == Where.Console) && !path.StartsWith(Where.SignIn, StringComparison.Ordinal) && path.All(c => c is > ' ' and < '\x7f' and not '\\')
            ? path : Where.Home;
}
