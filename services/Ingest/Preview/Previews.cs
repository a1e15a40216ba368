using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Ingest.Receiving;
using ClaimsTransfer.Ingest.Recording;

namespace ClaimsTransfer.Ingest.Preview;

/// <summary>What messages would do if they came now: read, checked and decided as they would be, on what is on record; nothing is recorded, nothing is answered.</summary>
internal sealed class Previews(MessageStore store, ClaimReader reader, MessageSealer sealer, TimeProvider time)
{
    public async Task<Forecasts> ForecastAsync(IReadOnlyList<PreviewMessage> messages, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var lines = messages.Select(message => message.Delivery)
            .Select(delivery => new Line(reader.Read(new Incoming(sealer.Open(delivery.Body), QueueIntake.KindOf(delivery))), Taken: null, TraceParent: null, now)).ToList();
        var taken = lines.Where(line => line.Read is { Message: not null, Addressed.ClaimId: not null }).Select(line => line.Read).ToList();
        var rows = lines.Count == 0 ? [] : await store.FindAsync(
            [.. lines.Select(line => line.Read.Id), .. taken.Select(read => Fingerprints.OfConflict(read.Id, read.Content!.Value))],
            [.. taken.Select(read => read.Addressed.ClaimId!.Value)], cancellation);
        // Lists of fees are no messages: none is forecast.
        var books = new Books(rows, static (line, _) => line);
        return new Forecasts(lines.ConvertAll(line => Of(line.Read, books.Decide(line))));
    }

    private static Forecast Of(ReadMessage read, Answer answer)
    {
        var (outcome, note) = answer.Outcome switch
        {
            Outcome.Accepted => (ForecastOutcome.Apply, IngestNotes.NewClaim),
            Outcome.Change => (ForecastOutcome.Apply, IngestNotes.Change(read.Kind, read.Addressed.Version)),
            Outcome.Duplicate => (ForecastOutcome.Duplicate, IngestNotes.Duplicate),
            _ => (ForecastOutcome.Invalid, IngestNotes.Refused(answer.Noted.Count)),
        };
        return new Forecast(outcome, [note], answer.ClaimId, read.Addressed.Municipality, Translation.AmountOf(read.Message), answer.Noted is [] ? null : answer.Noted);
    }
}
