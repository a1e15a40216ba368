using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Saga;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Routing.Preview;

/// <summary>
/// What messages would do if they came now: read and decided as they would be, on the claims as they stand, one after the other; nothing is saved and nothing sent.
/// An instruction goes to its connector, so of that the claim is asked whether its outcome is still awaited.
/// </summary>
public sealed class Previews(IRoutingStore store, ClaimSaga saga, IMunicipalities municipalities, TimeProvider time)
{
    public static async Task<Results<JsonHttpResult<Forecasts>, ProblemHttpResult>> HandleAsync(PreviewRequest request, Previews previews, CancellationToken cancellation) =>
        Lists.FaultOf("messages", request.Messages) is { } fault
            ? fault
            : TypedResults.Json(await previews.ForecastAsync(request.Messages!, cancellation), RoutingJson.Default.Forecasts);

    public async Task<Forecasts> ForecastAsync(IReadOnlyList<PreviewMessage> messages, CancellationToken cancellation)
    {
        var read = messages.Select(message => Read(message.Delivery)).ToList();
        var come = read.Select(one => one.Message).OfType<IClaimMessage>().ToList();
        var seen = (await store.SeenAsync([.. come.Select(message => message.MessageId).Distinct()], cancellation)).Select(entry => entry.MessageId).ToHashSet();
        var claims = (await store.LoadAsync([.. come.Select(message => message.ClaimId).Distinct()], cancellation)).ToDictionary(claim => claim.State.ClaimId, claim => claim.State);
        var now = time.GetUtcNow();
        return new Forecasts(read.ConvertAll(one => one.Message switch
        {
            null => Forecast.Failing(one.Fault!),
            TransferClaim instruction => Instruct(instruction, claims.GetValueOrDefault(instruction.ClaimId)),
            var message when !seen.Add(message.MessageId) => Of(ForecastOutcome.Duplicate, [ClaimNotes.Handled], message, claims.GetValueOrDefault(message.ClaimId)),
            var message => Decide(message, claims, now),
        }));
    }

    private static (IClaimMessage? Message, PermanentException? Fault) Read(Delivery delivery)
    {
        try
        {
            return (delivery.Name == MessageNames.TransferClaim ? Inbound.ReadInstruction(delivery) : Inbound.Read(delivery), null);
        }
        catch (PermanentException fault)
        {
            return (null, fault);
        }
    }

    private Forecast Decide(IClaimMessage message, Dictionary<Guid, ClaimState> claims, DateTimeOffset now)
    {
        var claim = claims.GetValueOrDefault(message.ClaimId) ?? ClaimSaga.Begin(message);
        Decision decision;
        try
        {
            decision = saga.Decide(claim, new ClaimEvent(message.MessageId, now, message, municipalities.Find(claim.Municipality), claim.TraceParent));
        }
        catch (Exception fault)
        {
            // The saga does no I/O: what it throws for this message it throws again.
            return Forecast.Failing(fault, message);
        }

        claims[message.ClaimId] = decision.State;
        var outcome = decision.Verdict switch
        {
            Verdict.Applied => ForecastOutcome.Apply,
            Verdict.Parked => ForecastOutcome.Park,
            _ => ForecastOutcome.Duplicate,
        };
        return Of(outcome, decision.Notes, message, decision.State);
    }

    private static Forecast Instruct(TransferClaim instruction, ClaimState? claim)
    {
        if (claim is null)
            return new Forecast(ForecastOutcome.Invalid, [ClaimNotes.NotKnown], instruction.ClaimId, instruction.Municipality, instruction.AmountOre);
        return claim.Open?.Id == (instruction.About ?? instruction.InstructionId)
            ? Of(ForecastOutcome.Apply, [ClaimNotes.OutcomeAwaited], instruction, claim)
            : Of(ForecastOutcome.Duplicate, [ClaimNotes.OutcomeNotAwaited], instruction, claim);
    }

    private static Forecast Of(ForecastOutcome outcome, IReadOnlyList<Note> notes, IClaimMessage message, ClaimState? claim) =>
        new(outcome, notes, message.ClaimId, claim?.Municipality ?? message.Municipality, claim?.AmountOre);
}
