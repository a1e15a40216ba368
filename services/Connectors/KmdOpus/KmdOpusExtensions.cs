using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.KmdOpus.Callback;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.KmdOpus;

/// <summary>The connector to KMD Opus, and to any debtor system that speaks the ØiR-shaped profile.</summary>
public static class KmdOpusExtensions
{
    private const long MostReplyBytes = 20_000_000;

    /// <summary>Settings: <c>Connectors:KmdOpus:CallbackUrl</c> (see <see cref="CallbackAddress"/>) and <c>Connectors:KmdOpus:Timeout</c> (of a call, 00:00:30).</summary>
    public static IHostApplicationBuilder AddKmdOpus(this IHostApplicationBuilder builder)
    {
        builder.AddDefaults("connector-kmdopus");
        var timeout = builder.Configuration.GetValue("Connectors:KmdOpus:Timeout", TimeSpan.FromSeconds(30));
        if (timeout <= TimeSpan.Zero || timeout > TimeSpan.FromSeconds(60))
            throw new InvalidOperationException($"Setting Connectors:KmdOpus:Timeout is {timeout}; a good value lies above zero and is at most 00:01:00, 00:00:30 for instance.");
        builder.Services.AddHttpClient(OpusCalls.Client, client =>
        {
            client.Timeout = timeout;
            client.MaxResponseContentBufferSize = MostReplyBytes;
        });
        builder.Services.AddSingleton<OpusCalls>();
        builder.Services.AddSingleton<CallbackAddress>();
        builder.Services.AddSingleton<ReceiptCallback>();
        builder.Services.AddSingleton<OpusConnector>();
        return builder;
    }

    public static WebApplication MapKmdOpus(this WebApplication app)
    {
        ReceiptCallback.Map(app);
        return app;
    }
}
