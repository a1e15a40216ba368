using ClaimsTransfer.Defaults.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Sandbox.Access;

/// <summary>Who may call the stand-ins: with <c>Sandbox:Credentials</c> whoever signs in for the municipality, or for FBS, as with what they stand in for; without it everybody.</summary>
internal static class StandInDoor
{
    private const string Setting = "Sandbox:Credentials";
    private const string Policy = "door-stand-in";

    public static void AddStandInDoor(this IHostApplicationBuilder builder)
    {
        if (FolderIn(builder.Configuration) is { } folder)
            builder.Services.AddDebtorDoor(Policy, services => new DebtorCallers(folder, services.GetRequiredService<TimeProvider>()), WhomIsCalled);
    }

    public static RouteGroupBuilder RequireStandInDoor(this RouteGroupBuilder standIns, IConfiguration settings) =>
        FolderIn(settings) is null ? standIns.AllowAnonymous() : standIns.RequireAuthorization(Policy);

    /// <summary>The stand-ins sign in where they call back; without a folder they show nothing.</summary>
    public static IHttpClientBuilder SigningIn(this IHttpClientBuilder client, IConfiguration settings) =>
        FolderIn(settings) is { } folder ? client.AsDebtorClient(credentials: _ => new DebtorCredentials(folder)) : client;

    private static string? WhomIsCalled(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/sandbox/fbs", StringComparison.Ordinal) ? DebtorCredentials.Fbs : context.GetRouteValue("municipality") as string;

    private static string? FolderIn(IConfiguration settings) => settings[Setting] is { Length: > 0 } folder ? folder : null;
}
