using ClaimsTransfer.ConnectorSdk.Hosting;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Prisme.Transport;

namespace ClaimsTransfer.Prisme;

public static class PrismeExtensions
{
    private const string Vendor = nameof(Defaults.Municipalities.Vendor.Prisme);

    /// <summary>The connector for the municipalities on Fujitsu Prisme. Settings: <see cref="PrismeOptions"/>.</summary>
    public static IHostApplicationBuilder AddPrisme(this IHostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(PrismeOptions.Section).Get<PrismeOptions>() ?? new PrismeOptions();
        options.Validate();
        builder.Services.AddSingleton(options).AddSingleton<FileTransports>();
        return builder.AddConnector<PrismeConnector>(Vendor, (municipality, installation) => EndpointOf(options, municipality, installation));
    }

    public static WebApplication MapPrisme(this WebApplication app)
    {
        app.MapDefaults();
        return app.MapConnector(Vendor);
    }

    /// <summary>The municipality's own endpoint; else its folder at the sandbox, which serves Prisme by files and not by HTTP.</summary>
    public static Uri? EndpointOf(PrismeOptions options, Municipality municipality, Installation installation)
    {
        if (municipality.Endpoint is { } own)
            return new Uri(own, UriKind.Absolute);
        if (options.SandboxFolder.Length == 0 && installation.Sandbox.Length == 0)
            return null;
        var root = options.SandboxFolder.Length > 0 ? options.SandboxFolder : Path.Combine(installation.Data, "sandbox", "prisme");
        return new Uri(Path.GetFullPath(Path.Combine(root, municipality.Code)));
    }
}
