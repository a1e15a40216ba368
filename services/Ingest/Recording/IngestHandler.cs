using System.Data.Common;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Ingest.Telemetry;
using ClaimsTransfer.Messages;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Ingest.Recording;

/// <summary>
/// One step of Ingest: read a batch, record it in one transaction, publish the answers, return. A crash anywhere means that the batch comes again, or is
/// relayed; what is on record is then answered again under the same ids. It reads no clock but the one it is given, and draws no ids.
/// </summary>
public sealed partial class IngestHandler(
    IStore store, IPublisher publisher, ISealer sealer, IMunicipalities municipalities, TimeProvider time, IngestOptions options, ILogger<IngestHandler> log)
{
    private readonly MessageStore _messages = new(store);
    private readonly Translation _translation = new(sealer);
    private readonly Fingerprints _fingerprints = new(sealer);
    private readonly IngestTelemetry _telemetry = new(municipalities);

    public ClaimReader Reader { get; } = new(sealer, municipalities);

    public Task<IReadOnlyList<Answer>> HandleAsync(IReadOnlyList<Incoming> batch, Intake intake, CancellationToken cancellation) =>
        HandleAsync([.. batch.Select(Reader.Read)], intake, cancellation);

    /// <summary>Returns an answer for each message, in their order, when all of it is recorded for good.</summary>
    public async Task<IReadOnlyList<Answer>> HandleAsync(IReadOnlyList<ReadMessage> batch, Intake intake, CancellationToken cancellation)
    {
        if (batch.Count == 0 && intake.To is null)
            return [];
        var now = time.GetUtcNow();
        var spans = _telemetry.Start(batch);
        try
        {
            // Sealed before the transaction begins, so that it is short.
            var lines = new Line[batch.Count];
            for (var i = 0; i < lines.Length; i++)
            {
                var traceParent = IngestTelemetry.TraceParentOf(spans, i) ?? batch[i].TraceParent;
                lines[i] = new Line(batch[i], batch[i].Message is null ? null : _translation.Taken(batch[i], traceParent), traceParent, now);
            }

            var recorded = await store.InTransactionAsync(transaction => RecordAsync(transaction, lines, intake, now, cancellation), cancellation);
            _telemetry.Count(batch, recorded.Answers);
            IngestTelemetry.Tag(spans, batch, recorded.Answers);
            await PublishAsync(recorded, intake, cancellation);
            Log.Recorded(log, intake.Source, recorded.Answers.Count, recorded.Outgoing.Count);
            return recorded.Answers;
        }
        finally
        {
            IngestTelemetry.Stop(spans);
        }
    }

    private async Task<Recorded> RecordAsync(DbTransaction transaction, Line[] lines, Intake intake, DateTimeOffset now, CancellationToken cancellation)
    {
        List<Answer> answers = [];
        if (intake.To is not null)
        {
            intake = intake with { From = await _messages.PositionAsync(transaction, intake.Source) ?? 0 };
            // An import goes on behind the last line on record, wherever this batch begins.
            answers.AddRange(lines.TakeWhile(line => line.Read.Line <= intake.From).Select(line => new Answer(line.Read.Line, Outcome.Skipped, null, null, null, null)));
            lines = lines[answers.Count..];
            if (intake.To <= intake.From)
                return new Recorded(answers, [], []);
        }

        HashSet<Guid> ids = [];
        HashSet<Guid> claims = [];
        foreach (var line in lines)
        {
            ids.Add(line.Read.Id);
            if (line.Read is { Message: not null, Content: { } content })
                ids.Add(Fingerprints.OfConflict(line.Read.Id, content));
            if (line.Read is { Addressed.ClaimId: { } claim } and ({ Message: not null } or { Listed: not null }))
                claims.Add(claim);
        }
        var books = new Books(lines.Length == 0 ? [] : await _messages.FindAsync(transaction, ids, claims), AsAdjustment);
        foreach (var line in lines)
            answers.Add(books.Decide(line));

        Row[] added = [.. books.New.OrderBy(row => row.Id)];
        try
        {
            await _messages.AddAsync(transaction, added, now, intake.IsRedelivered ? null : now + options.RelayAfter, cancellation);
        }
        catch (RowExistsException taken)
        {
            throw new LostRaceException("Another instance has recorded one of these messages", taken);
        }
        await _messages.CountAgainAsync(transaction, books.CameAgain);
        var again = await _messages.LoadAnswersAsync(transaction, [.. books.Repeated.Keys]);
        // The answers of some were erased. Nobody else can give them: what came by the broker may never have been published.
        if (again.Count < books.Repeated.Count)
            again = [.. again, .. books.Repeated.Values.Select(anew => anew()).ExceptBy(again.Select(answer => answer.MessageId), answer => answer.MessageId)];
        await _messages.CountLinesAsync(transaction, intake, lines.Length, cancellation);
        return new Recorded(
            answers, [.. added.Where(row => row.IsTold).Select(row => row.Id)], [.. added.Where(row => row.IsTold).Select(row => row.Answer!), .. again]);
    }

    private Line AsAdjustment(Line listed, AdjustClaim adjustment)
    {
        var read = listed.Read with
        {
            Kind = MessageNames.AdjustClaim, Id = adjustment.MessageId, Message = adjustment, Content = _fingerprints.OfContent(MessageNames.AdjustClaim, adjustment),
            Addressed = listed.Read.Addressed with { MessageId = adjustment.MessageId, Version = adjustment.Version },
        };
        return listed with { Read = read, Taken = _translation.Taken(read, listed.TraceParent) };
    }

    private async Task PublishAsync(Recorded recorded, Intake intake, CancellationToken cancellation)
    {
        if (recorded.Outgoing.Count == 0)
            return;
        if (intake.IsRedelivered)
        {
            await publisher.PublishAsync(recorded.Outgoing, cancellation);
            return;
        }
        try
        {
            await publisher.PublishAsync(recorded.Outgoing, cancellation);
            if (recorded.Ids.Count > 0)
                await _messages.MarkPublishedAsync(recorded.Ids, cancellation);
        }
        catch (Exception failure) when (BatchConsumer.IsTransient(failure) && !cancellation.IsCancellationRequested)
        {
            // It is on record and will be relayed: whoever sent it may be told so now.
            Log.LeftToRelay(log, intake.Source, recorded.Ids.Count, failure.GetType().Name);
        }
    }

    /// <param name="Ids">The new rows whose answers are published.</param>
    private sealed record Recorded(IReadOnlyList<Answer> Answers, IReadOnlyCollection<Guid> Ids, IReadOnlyList<OutgoingMessage> Outgoing);

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Debug, "{Source}: {Count} messages recorded, {Published} published")]
        public static partial void Recorded(ILogger logger, string source, int count, int published);

        [LoggerMessage(2002, LogLevel.Warning, "{Source}: {Count} messages are recorded and could not be published ({Failure}); they will be relayed")]
        public static partial void LeftToRelay(ILogger logger, string source, int count, string failure);
    }
}
