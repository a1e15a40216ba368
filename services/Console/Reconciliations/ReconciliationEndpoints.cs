using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole.Reconciliations;

/// <summary><c>/console/api/reconciliations</c> and <c>/console/api/worklist</c>: what Payments has reconciled, and the money that waits for a person.</summary>
internal static class ReconciliationEndpoints
{
    private const int MostAPage = 500;

    public static void Map(IEndpointRouteBuilder api)
    {
        var reconciliations = api.MapGroup("/reconciliations").WithTags("Reconciliation");
        reconciliations.MapGet("", (Actor actor, ReconciliationQuestions questions, CancellationToken cancellation) =>
            ApiAnswers.AnswerAsync<MunicipalityRuns>(async () => await questions.LatestAsync(actor, cancellation)))
            .Produces<MunicipalityRuns>().WithSummary("The latest reconciliation of each municipality.");
        reconciliations.MapGet("/{municipality}", (string municipality, Actor actor, ReconciliationQuestions questions, CancellationToken cancellation, DateOnly? date = null) =>
            ApiAnswers.AnswerAsync(() => questions.FindAsync(actor, municipality, date, cancellation)))
            .Produces<ReconciliationRun>().WithSummary("A municipality's reconciliation: the latest, or that of a day.");
        reconciliations.MapGet("/{municipality}/differences", (
            string municipality, Actor actor, ReconciliationQuestions questions, CancellationToken cancellation, DateOnly? date = null, string? cause = null, int limit = 100, long after = 0) =>
            ApiAnswers.AnswerAsync(() => questions.DifferencesAsync(actor, municipality, date, cause, Math.Clamp(limit, 1, MostAPage), Math.Max(0, after), cancellation)))
            .Produces<DifferencePage>().WithSummary("The lines of a reconciliation that differ.");
        reconciliations.MapPost("/{municipality}", (string municipality, ReconcileRequest request, Actor actor, StartedReconciliations started, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, why => started.StartAsync(actor, municipality, request.Repair, request.AcceptFewer, why, cancellation)))
            .RequireAuthorization(nameof(Role.Operator)).Produces<ReconciliationStarted>().WithSummary("Reconciles a municipality now.");

        var worklist = api.MapGroup("/worklist").WithTags("Reconciliation");
        worklist.MapGet("", (Actor actor, WorklistQuestions questions, CancellationToken cancellation, string? municipality = null, int limit = 100, string? after = null) =>
            ApiAnswers.AnswerAsync<WorklistPage>(async () => await questions.ReadAsync(actor, municipality, Math.Clamp(limit, 1, MostAPage), after, cancellation)))
            .Produces<WorklistPage>().WithSummary("Money that fits no claim, and orders that FBS does not take, with suggestions.");
        worklist.MapPost("/{id:guid}/place", (Guid id, PlaceRequest request, Actor actor, WorklistQuestions questions, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, why => questions.PlaceAsync(actor, id, request, why, cancellation)))
            .RequireAuthorization(nameof(Role.Operator)).Produces<WorklistDecision>().WithSummary("Gives an entry to the claim it belongs to.");
        worklist.MapPost("/{id:guid}/close", (Guid id, CloseRequest request, Actor actor, WorklistQuestions questions, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, why => questions.CloseAsync(actor, id, request, why, cancellation)))
            .RequireAuthorization(nameof(Role.Operator)).Produces<WorklistDecision>().WithSummary("Says that a line is dealt with.");
        worklist.MapGet("/placed", (Actor actor, WorklistQuestions questions, CancellationToken cancellation, string? municipality = null, int limit = 100, DateTimeOffset? before = null,
            Guid? beforeId = null) =>
            ApiAnswers.AnswerAsync<PlacedPage>(async () => await questions.PlacedAsync(actor, municipality, Math.Clamp(limit, 1, MostAPage), before, beforeId, cancellation)))
            .Produces<PlacedPage>().WithSummary("Entries that were placed on a claim, the latest first.");
        worklist.MapPost("/{id:guid}/takeback", (Guid id, CloseRequest request, Actor actor, WorklistQuestions questions, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, why => questions.TakeBackAsync(actor, id, request, why, cancellation)))
            .RequireAuthorization(nameof(Role.Operator)).Produces<WorklistDecision>().WithSummary("Takes a placed entry off its claim again, by a counter-entry; then it can be placed anew.");
    }
}
