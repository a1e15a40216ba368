using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Sandbox.Opus;

/// <summary>The stand-in for KMD Opus, which any municipality can use whose debtor system speaks the ØiR-shaped profile.</summary>
internal static class OpusExtensions
{
    public static void AddOpusStandIn(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHttpClient(OpusReceiptPush.Client, client => client.Timeout = TimeSpan.FromSeconds(30)).RemoveAllLoggers();
        builder.Services.AddSingleton<OpusReceiptPush>();
        builder.Services.AddSingleton<OpusEndpoint>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OpusReceiptPush>());
    }

    public static void MapOpusStandIn(this IEndpointRouteBuilder routes) => OpusEndpoint.Map(routes);
}
