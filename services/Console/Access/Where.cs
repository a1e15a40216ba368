namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>The console's paths. All of it is below one, so that other services can share the port.</summary>
public static class Where
{
    public const string Console = "/console";
    public const string Home = "/console/";
    public const string Api = "/console/api";
    public const string Assets = "/console/assets";
    public const string SignIn = "/console/sign-in";
    public const string SignInOidc = "/console/sign-in/oidc";
    public const string OidcCallback = "/console/signed-in";
    public const string Status = "/console/status";

    public static bool IsConsole(HttpContext context) => context.Request.Path.StartsWithSegments(Console, StringComparison.OrdinalIgnoreCase);

    public static bool IsApi(HttpContext context) => context.Request.Path.StartsWithSegments(Api, StringComparison.OrdinalIgnoreCase);

    public static bool IsAsset(HttpContext context) => context.Request.Path.StartsWithSegments(Assets, StringComparison.OrdinalIgnoreCase);

    public static bool IsPage(HttpContext context) => IsConsole(context) && !IsApi(context) && !IsAsset(context);
}
