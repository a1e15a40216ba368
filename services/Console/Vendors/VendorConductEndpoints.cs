using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole.Vendors;

/// <summary><c>/console/api/vendors</c>: what each vendor has in hand, and what it does wrong.</summary>
internal static class VendorConductEndpoints
{
    public static IServiceCollection AddVendorConduct(this IServiceCollection services) => services.AddSingleton<SenderFigures>().AddSingleton<VendorDesk>();

    public static void MapVendorConduct(this IEndpointRouteBuilder api) => api
        .MapGet("/vendors", (Actor actor, VendorDesk desk, CancellationToken cancellation) =>
            ApiAnswers.AnswerAsync<VendorsNow>(async () => await desk.ReadAsync(actor, cancellation)))
        .Produces<VendorsNow>().WithTags("Vendors").WithSummary("What each vendor has in hand, and what it does wrong: who floods, stalls, speaks for others or acknowledges what it has not done.");
}
