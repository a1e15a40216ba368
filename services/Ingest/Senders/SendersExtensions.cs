using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Ingest.Recording;
using Microsoft.AspNetCore.Authentication;

namespace ClaimsTransfer.Ingest.Senders;

internal static class SendersExtensions
{
    /// <summary>Says who <see cref="Door.Sender"/> is for.</summary>
    public static void AddSenders(this IServiceCollection services, IngestOptions options)
    {
        services.AddSingleton(provider => new SenderStore(provider.GetRequiredService<IStores>().Open(Schema.Name), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SenderLimits>().AddSingleton<DemoSender>();
        var authentication = services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, SenderAuthentication>(SenderAuthentication.SchemeName, null);
        if (options.Oidc.IsUsed)
            authentication.AddSenderTokens(options.Oidc);
        services.AddAuthorizationBuilder().AddPolicy(
            Door.Sender, policy => policy.AddAuthenticationSchemes(SenderAuthentication.SchemeName).RequireAuthenticatedUser().RequireClaim(Sender.AgencyClaim));
    }

    public static RouteHandlerBuilder ForSenders(this RouteHandlerBuilder endpoint) => endpoint.RequireAuthorization(Door.Sender)
        .AddEndpointFilterFactory((factory, next) =>
        {
            var limits = factory.ApplicationServices.GetRequiredService<SenderLimits>();
            return context => limits.InvokeAsync(context, next);
        });
}
