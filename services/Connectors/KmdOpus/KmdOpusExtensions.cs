using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Hosting;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.KmdOpus.Callback;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.KmdOpus;

/// <summary>The connector to KMD Opus, and to any debtor system that speaks the ØiR-shaped profile.</summary>
public static class KmdOpusExtensions
{
    private const string Vendor = "KmdOpus";

    /// <summary>
    /// Settings: those of every connector, <c>Connectors:KmdOpus:CallbackListen</c> (see <see cref="CallbackListener"/>) and <c>Connectors:KmdOpus:CallbackUrl</c>
    /// (see <see cref="CallbackAddress"/>).
    /// </summary>
    public static IHostApplicationBuilder AddKmdOpus(this IHostApplicationBuilder builder)
    {
        builder.AddConnector<OpusConnector>(Vendor);
        CallbackListener.Check(builder.Configuration, InstallationSettings.Read(builder.Configuration));
        builder.AddOpusCallback();
        // The SDK ends a call, the reading of its reply included, after Connectors:CallTimeout, which is below this.
        builder.Services.AddHttpClient(OpusCalls.Client, client => client.Timeout = TimeSpan.FromSeconds(60)).AsDebtorClient().RemoveAllLoggers();
        builder.Services.AddSingleton<OpusCalls>();
        return builder;
    }

    public static WebApplication MapKmdOpus(this WebApplication app)
    {
        app.MapConnector(Vendor);
        OpusCallback.Map(app);
        return app;
    }

    /// <summary>What the callback needs by itself.</summary>
    internal static void AddOpusCallback(this IHostApplicationBuilder builder)
    {
        builder.Services.AddDebtorDoor(Door.DebtorSystem, unknown: context =>
            context.RequestServices.GetRequiredKeyedService<ICallerRefusals>(Vendor).CountUnknownAsync(context.GetRouteValue("municipality") as string ?? ""));
        builder.Services.AddSingleton<CallbackListener>().AddSingleton<CallbackAddress>().AddSingleton<OpusCallback>();
        builder.Services.AddSingleton<IStartupFilter>(services => services.GetRequiredService<CallbackListener>());
        if (Uri.TryCreate(builder.Configuration["Connectors:KmdOpus:CallbackUrl"], UriKind.Absolute, out var reached))
            builder.Services.PostConfigure<HostFilteringOptions>(filtering => filtering.AllowedHosts = [.. filtering.AllowedHosts, reached.Host]);
    }
}
