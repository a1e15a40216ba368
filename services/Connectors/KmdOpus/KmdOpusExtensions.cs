using ClaimsTransfer.ConnectorSdk.Hosting;
using ClaimsTransfer.KmdOpus.Callback;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.KmdOpus;

/// <summary>The connector to KMD Opus, and to any debtor system that speaks the ØiR-shaped profile.</summary>
public static class KmdOpusExtensions
{
    private const string Vendor = "KmdOpus";
    private const long MostReplyBytes = 20_000_000;

    /// <summary>Settings: those of every connector, and <c>Connectors:KmdOpus:CallbackUrl</c> (see <see cref="CallbackAddress"/>).</summary>
    public static IHostApplicationBuilder AddKmdOpus(this IHostApplicationBuilder builder)
    {
        builder.AddConnector<OpusConnector>(Vendor);
        builder.Services.AddHttpClient(OpusCalls.Client, client =>
        {
            // The SDK ends a call after Connectors:CallTimeout, which is below this.
            client.Timeout = TimeSpan.FromSeconds(60);
            client.MaxResponseContentBufferSize = MostReplyBytes;
        }).RemoveAllLoggers();
        builder.Services.AddSingleton<OpusCalls>();
        builder.Services.AddSingleton<CallbackAddress>();
        builder.Services.AddSingleton<OpusCallback>();
        return builder;
    }

    public static WebApplication MapKmdOpus(this WebApplication app)
    {
        app.MapConnector(Vendor);
        OpusCallback.Map(app);
        return app;
    }
}
