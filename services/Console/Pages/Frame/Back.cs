using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary>Where a person came from: a page of the console, nowhere else.</summary>
internal static class Back
{
    public static string To(string? path) =>
        path is not null && (path.StartsWith(Where.Home, StringComparison.Ordinal) || path == Where.Console) && !path.StartsWith(Where.SignIn, StringComparison.Ordinal) && !path.Any(c => c == '\\' || char.IsControl(c))
            ? path : Where.Home;
}
