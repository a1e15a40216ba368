using ClaimsTransfer.Sandbox.Access;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Money;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Sandbox.Opus;

/// <summary>The stand-in for KMD Opus, which any municipality can use whose debtor system speaks the ØiR-shaped profile.</summary>
internal static class OpusExtensions
{
    public static void AddOpusStandIn(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHttpClient(OpusCallbacks.Client, client => client.Timeout = TimeSpan.FromSeconds(30))
            .SigningIn(builder.Configuration).RemoveAllLoggers();
        builder.Services.AddSingleton<OpusCallbacks>();
        builder.Services.AddSingleton<OpusReceiptPush>();
        builder.Services.AddSingleton<OpusEndpoint>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OpusReceiptPush>());
    }

    /// <summary>Besides: what the debtor system books by itself is pushed too.</summary>
    public static void AddOpusMoney(this IHostApplicationBuilder builder) => builder.Services.AddHostedService(services => new OpusEntryPush(
        MoneyExtensions.Store(services), services.GetRequiredService<Tellings>(), services.GetRequiredService<OpusCallbacks>(), services.GetRequiredService<FaultControl>(),
        services.GetRequiredService<MoneyControl>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<OpusEntryPush>>()));

    public static void MapOpusStandIn(this IEndpointRouteBuilder routes) => OpusEndpoint.Map(routes);
}
