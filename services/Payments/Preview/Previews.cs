using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Asking;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Ledger;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Payments.Preview;

/// <summary>
/// What messages would do if they came now: read and decided as they would be, on the accounts as they stand, one after the other; nothing is booked and nothing sent.
/// What would go to the worklist waits there for its claim or for a person: it is parked.
/// </summary>
public sealed class Previews(IPaymentsStore store, RecordedMessages recorded, TimeProvider time)
{
    public static async Task<Results<JsonHttpResult<Forecasts>, ProblemHttpResult>> HandleAsync(PreviewRequest request, Previews previews, CancellationToken cancellation) =>
        Lists.FaultOf("messages", request.Messages) is { } fault
            ? fault
            : TypedResults.Json(await previews.ForecastAsync(request.Messages!, cancellation), PaymentsJson.Default.Forecasts);

    public async Task<Forecasts> ForecastAsync(IReadOnlyList<PreviewMessage> messages, CancellationToken cancellation)
    {
        var read = messages.Select(message => Read(message.Delivery)).ToList();
        var claims = read.Select(one => one.Message).OfType<IClaimMessage>().ToList();
        var seen = (await recorded.FindAsync([.. read.Select(one => one.Message?.MessageId).OfType<Guid>().Distinct()], cancellation)).Recorded.Select(message => message.MessageId).ToHashSet();
        var accounts = (await store.LoadAsync([.. claims.Select(message => message.ClaimId).Distinct()], cancellation)).ToDictionary(stored => stored.Account.ClaimId, stored => stored.Account);
        var reversed = claims.Select(ReversalRoute.ReversedBy).OfType<EntryKey>().Distinct().ToList();
        var booked = new Dictionary<EntryKey, Guid>(await store.BookedOnAsync([.. claims.Select(KeyOf).OfType<EntryKey>().Union(reversed)], cancellation));
        var about = await store.UnmatchedAboutAsync(reversed, cancellation);
        var now = time.GetUtcNow();
        return new Forecasts(read.ConvertAll(one => one.Message switch
        {
            null => Forecast.Failing(one.Fault!),
            var message when !seen.Add(message.MessageId) => Of(ForecastOutcome.Duplicate, [PaymentNotes.Booked], message, AccountOf(message)),
            DebtorEntryUnmatched unmatched => Of(ForecastOutcome.Park, [PaymentNotes.ToWorklist], unmatched, null),
            CoverageReversed message when KeyOf(message) is { } key && !booked.ContainsKey(key) && !ReversalRoute.IsOfItsClaim(message, about, booked) =>
                Of(ForecastOutcome.Park, [PaymentNotes.ToWorklist], message, AccountOf(message)),
            IClaimMessage message when KeyOf(message) is { } key && !booked.TryAdd(key, message.ClaimId) && booked[key] != message.ClaimId =>
                Of(ForecastOutcome.Park, [PaymentNotes.BookedElsewhere], message, AccountOf(message)),
            var message => Decide((IClaimMessage)message, accounts, now),
        }));

        Account? AccountOf(IMessage message) => message is IClaimMessage claim ? accounts.GetValueOrDefault(claim.ClaimId) : null;
    }

    private static (IMessage? Message, PermanentException? Fault) Read(Delivery delivery)
    {
        try
        {
            return (Inbound.Read(delivery), null);
        }
        catch (PermanentException fault)
        {
            return (null, fault);
        }
    }

    private static Forecast Decide(IClaimMessage message, Dictionary<Guid, Account> accounts, DateTimeOffset now)
    {
        var before = accounts.GetValueOrDefault(message.ClaimId) ?? ClaimLedger.Begin(message);
        Decision decision;
        try
        {
            decision = ClaimLedger.Decide(before, new LedgerEvent(now, message));
        }
        catch (Exception fault)
        {
            // The ledger does no I/O: what it throws for this message it throws again.
            return Forecast.Failing(fault, message);
        }

        if (decision.IsDuplicate)
            return Of(ForecastOutcome.Duplicate, [PaymentNotes.EntryBooked], message, before);
        if (decision.Account == before)
            return Of(ForecastOutcome.Duplicate, [PaymentNotes.ChangesNothing], message, before);
        accounts[message.ClaimId] = decision.Account;
        return Of(ForecastOutcome.Apply, message is DebtorAccountChanged ? [PaymentNotes.AccountStatus] : NotesOf(decision), message, decision.Account);
    }

    private static IReadOnlyList<Note> NotesOf(Decision decision)
    {
        var books = decision.Entries.Select(entry => PaymentNotes.Books(entry.Kind, entry.AmountOre));
        var tells = decision.Effects.Select(effect => effect.Settled ? PaymentNotes.TellsSettled : PaymentNotes.TellsBalance(effect.BalanceOre));
        Note[] notes = [.. books, .. tells];
        return notes.Length > 0 ? notes : [PaymentNotes.AnotherName];
    }

    private static EntryKey? KeyOf(IClaimMessage message) => Inbound.EntryIdOf(message) is { } entryId ? new EntryKey(message.Municipality, entryId) : null;

    private static Forecast Of(ForecastOutcome outcome, IReadOnlyList<Note> notes, IMessage message, Account? account) => message switch
    {
        IClaimMessage claim => new(outcome, notes, claim.ClaimId, claim.Municipality, account?.Acknowledged?.AmountOre ?? AmountOf(claim)),
        DebtorEntryUnmatched entry => new(outcome, notes, null, entry.Municipality, entry.AmountOre),
        _ => new(outcome, notes),
    };

    private static long? AmountOf(IClaimMessage message) => message switch
    {
        CoverageRegistered coverage => coverage.AmountOre,
        CoverageReversed reversal => reversal.AmountOre,
        WriteOffRegistered writeOff => writeOff.AmountOre,
        _ => null,
    };
}
