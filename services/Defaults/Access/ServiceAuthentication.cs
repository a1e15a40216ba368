using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using ClaimsTransfer.Defaults.Messaging;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClaimsTransfer.Defaults.Access;

/// <summary>Who of ours calls: by the certificate of the connection, or by a <see cref="ServiceToken"/> from the same machine.</summary>
internal sealed class ServiceAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ServiceToken tokens, Certificates certificates)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "service";
    private const string Bearer = "Bearer ";

    /// <summary>
    /// Those of ours who call services. A vendor, FBS and the stand-ins have certificates of the same CA, and no business here; but whoever runs a service may ask it by that
    /// service's own certificate, a vendor its connector.
    /// </summary>
    private static readonly string[] Callers = [BrokerUsers.Ingest, BrokerUsers.Routing, BrokerUsers.Payments, BrokerUsers.Console, BrokerUsers.Operations];

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.HttpContext.Connection.ClientCertificate is { } presented && certificates.NameOf(presented) is { } name)
            return Callers.Contains(name, StringComparer.Ordinal) || name == certificates.OwnName ? Known(name) : AuthenticateResult.Fail("The certificate is not that of a service.");
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        if (!IsFromHere(Request.HttpContext.Connection.RemoteIpAddress))
            return AuthenticateResult.Fail("A service's token counts on its own machine only.");
        try
        {
            return await tokens.CallerAsync(header[Bearer.Length..].Trim()) is { } caller ? Known(caller) : AuthenticateResult.Fail("The token is not of this installation, or its time is over.");
        }
        catch (InvalidOperationException noKey)
        {
            Logger.LogWarning(noKey, "A call was refused, because this service has no master key by which a token could be known.");
            return AuthenticateResult.Fail("This service knows no tokens.");
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return SayAsync(StatusCodes.Status401Unauthorized, "Who calls is not known. Services and commands of the installation show its certificate or, on its own machine, a token signed with its key.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => SayAsync(StatusCodes.Status403Forbidden, "This is not for the one who calls.");

    private Task SayAsync(int status, string detail) => TypedResults.Problem(detail, statusCode: status).ExecuteAsync(Context);

    /// <summary>Without an address it came by a socket of this machine.</summary>
    private static bool IsFromHere(IPAddress? address) => address is null || IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private AuthenticateResult Known(string name) =>
        AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], Scheme.Name)), Scheme.Name));
}
