using System.Text.Encodings.Web;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Messaging;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;

namespace ClaimsTransfer.Ingest.Senders;

/// <summary>
/// Who sends claims: by a key of its own, by a certificate of our CA whose name is registered, or by a token of the identity provider. What the installation's own services and
/// commands show counts too. Whoever shows two things is known by the key or token: that was meant for this request, and the certificate for the connection.
/// </summary>
internal sealed partial class SenderAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, SenderStore senders, Certificates certificates, IngestOptions ingest,
    IOptionsMonitor<JwtBearerOptions> tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "sender";
    private const string Bearer = "Bearer ";
    private bool _isAway;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        try
        {
            return await KnownAsync() is { } sender
                ? AuthenticateResult.Success(new AuthenticationTicket(new(sender.Identity(SchemeName)), SchemeName))
                : AuthenticateResult.Fail("The sender is not known.");
        }
        catch (Exception failure) when (IsPassing(failure) && !Context.RequestAborted.IsCancellationRequested)
        {
            // Nobody can say who it is: that is no fault of the sender, who shall try again.
            Log.CouldNotAsk(Logger, failure);
            _isAway = true;
            return AuthenticateResult.Fail("The sender could not be looked up.");
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_isAway)
        {
            Response.Headers.RetryAfter = "5";
            return SayAsync(StatusCodes.Status503ServiceUnavailable, "Who sends could not be looked up now; nothing was taken. Send again later.");
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        return SayAsync(
            StatusCodes.Status401Unauthorized, "Who sends is not known. Show a sender's key (claims senders add), a token of the identity provider, or a certificate of the installation's CA.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        SayAsync(StatusCodes.Status403Forbidden, "The sender is known and may send for no agency: its token has not the scope, or names none.");

    private async Task<Sender?> KnownAsync()
    {
        var shown = Request.Headers.Authorization is [{ } header] && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : null;
        if (SenderKey.TryParse(shown) is { } key)
            return await senders.ByKeyAsync(key, Context.RequestAborted);
        // A token of another kind is not passed over because a certificate of ours is on the connection: it says for whom this request is, and it has to hold.
        if ((shown is null || ServiceToken.IsOne(shown)) && (await Context.AuthenticateAsync(ServiceAuthentication.SchemeName)).Succeeded)
            return Sender.Ours;
        if (shown is null)
            return Context.Connection.ClientCertificate is { } presented && certificates.NameOf(presented) is { } name ? await senders.ByNameAsync(name, Context.RequestAborted) : null;
        if (!ingest.Oidc.IsUsed)
            return null;
        // The handler itself calls a token invalid when it has no keys to check it with.
        await tokens.Get(SenderTokens.SchemeName).ConfigurationManager!.GetConfigurationAsync(Context.RequestAborted);
        return await Context.AuthenticateAsync(SenderTokens.SchemeName) is { Succeeded: true, Principal: { } token } ? SenderTokens.Of(token, ingest.Oidc) : null;
    }

    /// <summary>The store, or the identity provider's discovery.</summary>
    private static bool IsPassing(Exception failure) => BatchConsumer.IsTransient(failure) || failure is HttpRequestException or IOException or InvalidOperationException { InnerException: IOException or HttpRequestException };

    private Task SayAsync(int status, string detail) => TypedResults.Problem(detail, statusCode: status).ExecuteAsync(Context);

    private static partial class Log
    {
        [LoggerMessage(2020, LogLevel.Warning, "A sender could not be looked up: the store or the identity provider does not answer")]
        public static partial void CouldNotAsk(ILogger logger, Exception failure);
    }
}
