using ClaimsTransfer.Defaults.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace ClaimsTransfer.KmdOpus.Callback;

/// <summary>
/// The address that debtor systems call back at, <c>Connectors:KmdOpus:CallbackListen</c>: nothing else of the process answers there, and the callback answers nowhere else. So a
/// firewall can open this one, and who gets through finds nothing but a door that asks who calls.
/// </summary>
internal sealed class CallbackListener(IServer server) : IStartupFilter
{
    public const string Setting = "Connectors:KmdOpus:CallbackListen";
    private const string UrlSetting = "Connectors:KmdOpus:CallbackUrl";

    /// <summary>Any free port of this machine, for itself: right where the debtor system is a stand-in beside us.</summary>
    private const string AnyPortHere = "http://127.0.0.1:0";

    /// <summary>Null until the server listens. It is the address that was added last.</summary>
    public BindingAddress? Bound =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.LastOrDefault() is { } last && BindingAddress.Parse(last) is { Port: not 0 } address ? address : null;

    /// <summary>To the addresses that the process listens at anyway.</summary>
    public static void AddTo(WebApplication app)
    {
        if (app.Urls.Count == 0)
        {
            foreach (var url in Listened(app.Configuration))
                app.Urls.Add(url);
        }
        app.Urls.Add(AddressIn(app.Configuration));
    }

    /// <exception cref="SettingsException">The settings of the callback cannot be used.</exception>
    public static void Check(IConfiguration settings, Installation installation)
    {
        foreach (var (key, value, good) in ((string, string, string)[])[(Setting, AddressIn(settings), "https://0.0.0.0:7443"), (UrlSetting, settings[UrlSetting] ?? "", "https://claims.example.dk:7443")])
        {
            if (value.Length == 0)
                continue;
            // A listener may name all addresses of the machine, which is no host of a URL.
            var address = value.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0)
                throw new SettingsException($"{key} is '{Installation.Redacted(value)}', no http URL. Good: {good}");
            if (installation.IsTooPlain(address))
                throw new SettingsException(
                    $"{key} is '{Installation.Redacted(value)}', without TLS and reached from other machines: passwords and money would cross the network in the clear. Good: {good}; or Claims:AllowPlainHttp=true, where something else secures the way.");
        }
    }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        // Before everything else, sign-in and routing included: what is not here does not tell that it is elsewhere.
        app.Use((context, go) =>
        {
            if (IsHere(context) == context.Request.Path.StartsWithSegments(CallbackAddress.Path, StringComparison.OrdinalIgnoreCase))
                return go(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        next(app);
    };

    private bool IsHere(HttpContext context) => Bound is { } bound && context.Connection.LocalPort == bound.Port;

    private static string AddressIn(IConfiguration settings) => settings[Setting] is { Length: > 0 } given ? given : AnyPortHere;

    /// <summary>As the server would find them, were there no address of ours.</summary>
    private static IEnumerable<string> Listened(IConfiguration settings)
    {
        static string[] Parts(string? list) => (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] urls = Parts(settings["urls"]) is { Length: > 0 } named
            ? named
            : [.. Parts(settings["http_ports"]).Select(port => $"http://*:{port}"), .. Parts(settings["https_ports"]).Select(port => $"https://*:{port}")];
        return urls.Length > 0 ? urls : ["http://localhost:5000"];
    }
}
