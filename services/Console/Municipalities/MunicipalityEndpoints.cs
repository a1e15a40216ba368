using System.Security.Claims;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Claims;
using ClaimsTransfer.OperationsConsole.DeadLetters;

namespace ClaimsTransfer.OperationsConsole.Municipalities;

/// <param name="Yaml">The whole file as it is to be.</param>
public sealed record PreviewRequest(string? Yaml);

/// <param name="Token">The preview's.</param>
public sealed record ApplyRequest(string? Yaml, string? Token, string? Why);

/// <summary><c>/console/api/municipalities</c>: how each stands, pause and resume, and a changed file.</summary>
internal static class MunicipalityEndpoints
{
    public static IServiceCollection AddMunicipalities(this IServiceCollection services) => services.AddSingleton<MunicipalityDesk>().AddSingleton<LeftOutClaims>();

    public static void MapMunicipalities(this IEndpointRouteBuilder api)
    {
        var municipalities = api.MapGroup("/municipalities").WithTags("Municipalities");
        municipalities.MapGet("", (ClaimsPrincipal user, MunicipalityDesk desk, CancellationToken cancellation) =>
            ApiAnswers.AnswerAsync(async () => await desk.ListAsync(Actor.Of(user), cancellation)))
            .Produces<MunicipalityList>().WithSummary("Stage, policy, connector, queue and figures of each municipality.");
        municipalities.MapGet("/{code}", (string code, ClaimsPrincipal user, MunicipalityDesk desk, CancellationToken cancellation) =>
            ApiAnswers.AnswerAsync(async () => (await desk.FindAsync(Actor.Of(user), code, cancellation))?.Municipality))
            .Produces<MunicipalityView>().WithSummary("One municipality.");
        LeftOutClaims.Map(municipalities);
        Pausing("pause", paused: true, "Its connector stops sending instructions.");
        Pausing("resume", paused: false, "Its connector goes on.");

        var changing = municipalities.MapGroup("").RequireAuthorization(nameof(Role.Administrator));
        changing.MapPost("/preview", (PreviewRequest request, ClaimsPrincipal user, MunicipalityDesk desk) =>
            ApiAnswers.AnswerAsync(() => Task.FromResult<MunicipalityPreview?>(desk.Preview(Actor.Of(user), request.Yaml ?? ""))))
            .Produces<MunicipalityPreview>().WithSummary("What a changed municipalities.yaml would change, and all that is wrong with it.");
        changing.MapPost("/apply", (ApplyRequest request, ClaimsPrincipal user, MunicipalityDesk desk, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, async why => await desk.ApplyAsync(Actor.Of(user), request.Yaml ?? "", request.Token ?? "", why, cancellation)))
            .Produces<MunicipalityApplied>().WithSummary("Brings a changed municipalities.yaml into force; the token is the preview's.");

        void Pausing(string name, bool paused, string summary) => municipalities
            .MapPost($"/{{code}}/{name}", (string code, WhyRequest request, ClaimsPrincipal user, MunicipalityDesk desk, CancellationToken cancellation) =>
                ApiAnswers.BecauseAsync(request.Why, async why => await desk.SetPausedAsync(Actor.Of(user), code, paused, why, cancellation)))
            .RequireAuthorization(nameof(Role.Operator)).Produces<ConnectorChanged>().WithSummary(summary);
    }
}
