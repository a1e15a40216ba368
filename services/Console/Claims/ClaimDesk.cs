using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Replaying;

namespace ClaimsTransfer.OperationsConsole.Claims;

/// <summary>Finds claims, tells everything of one, and does what a person decides about it. Whose claims somebody sees is decided here: Routing does not know people.</summary>
public sealed class ClaimDesk(ServiceClient client, Letters letters, IAuditTrail audit)
{
    /// <summary>What a person may do to a claim, as Routing names it.</summary>
    public static readonly IReadOnlyList<string> Operations = ["release", "retry", "ask", "cancel", "reregister", "readjust"];

    private const int MostLetters = 100;

    private SagaDefinition? _saga;

    public async Task<ClaimPage> FindAsync(Actor actor, ClaimQuery query, int limit, string? after, CancellationToken cancellation) =>
        query.For(actor) is { } own && await client.GetAsync<ClaimPage>("Routing", $"routing/claims{own.ToQueryString(limit, after)}", cancellation) is { } page ? page : new ClaimPage([], null);

    public async Task<ClaimCount> CountAsync(Actor actor, ClaimQuery query, CancellationToken cancellation) =>
        query.For(actor) is { } own && await client.GetAsync<ClaimCount>("Routing", $"routing/claims/count{own.ToQueryString()}", cancellation) is { } count ? count : new ClaimCount(0, 0);

    /// <summary>Null: nobody knows it, or it is not this person's to see.</summary>
    /// <exception cref="ServiceAwayException">Nobody who could be asked knows whose claim it is.</exception>
    public async Task<ClaimView?> ShowAsync(Actor actor, string agency, long feeId, CancellationToken cancellation)
    {
        agency = agency.ToUpperInvariant();
        var claim = $"{Uri.EscapeDataString(agency)}/{feeId}";
        var askedRouting = Asked.MaybeAsync("Routing", stop => client.GetAsync<ClaimTimeline>("Routing", $"routing/claims/{claim}", stop), cancellation);
        var askedIngest = Asked.MaybeAsync(
            "Ingest", stop => client.GetAsync<IReadOnlyList<MessageFromFbs>>("Ingest", $"ingest/messages?agency={Uri.EscapeDataString(agency)}&feeId={feeId}", stop), cancellation);
        var askedPayments = Asked.MaybeAsync("Payments", stop => client.GetAsync<ClaimAccount>("Payments", $"payments/claims/{claim}", stop), cancellation);
        var (routing, ingest, payments) = (await askedRouting, await askedIngest, await askedPayments);
        List<AwayService> away = [.. new[] { routing.Away, ingest.Away, payments.Away }.OfType<AwayService>()];
        var municipality = routing.Answer?.Municipality ?? payments.Answer?.Municipality ?? ingest.Answer?.Select(message => message.Municipality).OfType<string>().FirstOrDefault();
        if (municipality is null && away.Count > 0)
            throw new ServiceAwayException(away[0].Service, away[0].Why);
        if (municipality is null || !actor.Sees(municipality))
            return null;
        // A message of another municipality that names the same fee is that one's to see.
        List<MessageFromFbs> messages = [.. (ingest.Answer ?? []).Where(message => message.Municipality is { } of ? actor.Sees(of) : actor.Municipalities is null)];
        var claimId = routing.Answer?.ClaimId ?? payments.Answer?.ClaimId ?? messages.Find(message => message.ClaimId is not null)?.ClaimId;
        var found = claimId is null
            ? []
            : (await letters.ListAsync(new LetterFilter { ClaimId = claimId, Status = Enum.GetValues<LetterStatus>() }.For(actor), MostLetters, null, cancellation)).Letters;
        return new ClaimView(municipality, routing.Answer, messages, payments.Answer, found, away);
    }

    /// <summary>Recorded before Routing is told: what was done is never without a trace. Null: there is no such claim, or it is not this person's.</summary>
    public async Task<OperationTaken?> OperateAsync(Actor actor, string agency, long feeId, string operation, string why, CancellationToken cancellation)
    {
        agency = agency.ToUpperInvariant();
        var claim = $"{Uri.EscapeDataString(agency)}/{feeId}";
        if (await client.GetAsync<ClaimTimeline>("Routing", $"routing/claims/{claim}", cancellation) is not { } standing || !actor.Sees(standing.Municipality))
            return null;
        if (!standing.Operations.Contains(operation, StringComparer.Ordinal))
            throw new NotPossibleException(OperationNotes.WouldDoNothing(operation, standing.Status, string.Join(", ", standing.Operations)));

        var subject = $"claim {standing.Agency} {standing.FeeId}";
        await audit.RecordAsync(actor, $"claim.{operation}", subject, standing.Municipality, why, new { standing.ClaimId, standing.Status, standing.Version }, "asked for", cancellation);
        try
        {
            return await client.PostAsync<OperationTaken>("Routing", $"routing/claims/{claim}/operations", new { operation, who = actor.Name, why }, cancellation);
        }
        catch (Exception failure) when (failure is ServiceAwayException or ServiceRefusedException)
        {
            await audit.RecordAsync(
                actor, $"claim.{operation}", subject, standing.Municipality, why, new { standing.ClaimId, failure = failure.Message },
                failure is ServiceAwayException ? "not known: Routing could not be asked" : "refused", CancellationToken.None);
            throw;
        }
    }

    /// <summary>The same as long as the process lives: it is worked out from code. Null: Routing is away.</summary>
    public async Task<SagaDefinition?> SagaAsync(CancellationToken cancellation) =>
        _saga ??= (await Asked.OfAsync("Routing", stop => client.GetAsync<SagaDefinition>("Routing", "routing/saga", stop), cancellation)).Answer;
}
