using Microsoft.Extensions.Configuration;

namespace ClaimsTransfer.KmdOpus.Callback;

/// <summary>
/// Where debtor systems reach our callback: <c>Connectors:KmdOpus:CallbackUrl</c> (the base URL as seen from the debtor system), else the listener's own address, which
/// is right as long as both run on one machine.
/// </summary>
internal sealed class CallbackAddress(IConfiguration settings, CallbackListener listener)
{
    public const string Path = "/connectors/kmdopus/callback";

    /// <summary>Null until the server listens.</summary>
    public Uri? Of(string municipality)
    {
        var configured = settings["Connectors:KmdOpus:CallbackUrl"];
        if (!string.IsNullOrEmpty(configured))
            return new Uri($"{configured.TrimEnd('/')}{Path}/{municipality}");
        return listener.Bound is not { } address ? null
            : new UriBuilder(address.Scheme, address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : address.Host, address.Port, $"{Path}/{municipality}").Uri;
    }
}
