using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;

namespace ClaimsTransfer.KmdOpus.Callback;

/// <summary>
/// Where debtor systems reach our callback: <c>Connectors:KmdOpus:CallbackUrl</c> (the base URL as seen from the debtor system), else this server's own address, which
/// is right as long as both run on one machine.
/// </summary>
internal sealed class CallbackAddress(IConfiguration settings, IServer server)
{
    public const string Path = "/connectors/kmdopus/callback";

    /// <summary>Null until the server listens.</summary>
    public Uri? Of(string municipality)
    {
        var configured = settings["Connectors:KmdOpus:CallbackUrl"];
        if (!string.IsNullOrEmpty(configured))
            return new Uri($"{configured.TrimEnd('/')}{Path}/{municipality}");
        var own = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        // Port 0 stands there until the server has bound one.
        return own is null || BindingAddress.Parse(own) is not { Port: not 0 } address ? null
            : new UriBuilder(address.Scheme, address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : address.Host, address.Port, $"{Path}/{municipality}").Uri;
    }
}
