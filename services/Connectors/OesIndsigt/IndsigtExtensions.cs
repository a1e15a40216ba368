using ClaimsTransfer.ConnectorSdk.Hosting;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.OesIndsigt;

public static class IndsigtExtensions
{
    private const string Vendor = nameof(Defaults.Municipalities.Vendor.OesIndsigt);

    /// <summary>The connector for the municipalities on EG ØS Indsigt. Settings: <see cref="IndsigtOptions"/>.</summary>
    public static IHostApplicationBuilder AddOesIndsigt(this IHostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(IndsigtOptions.Section).Get<IndsigtOptions>() ?? new IndsigtOptions();
        options.Validate();
        builder.Services.AddSingleton(options);
        // The time limit is ours (ReplyTimeout): the client's own would look like a cancelled call.
        builder.Services.AddHttpClient(IndsigtCall.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan).AsDebtorClient();
        return builder.AddConnector<IndsigtConnector>(Vendor);
    }

    public static WebApplication MapOesIndsigt(this WebApplication app)
    {
        app.MapDefaults();
        return app.MapConnector(Vendor);
    }
}
