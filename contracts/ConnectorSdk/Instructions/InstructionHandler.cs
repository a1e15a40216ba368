using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using ClaimsTransfer.ConnectorSdk.Entries;
using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConnectorSdk.Instructions;

/// <summary>What one step of work did.</summary>
/// <param name="Handled">Instructions sent or asked about.</param>
/// <param name="Wait">How long the rate makes the next one wait; null: not because of the rate.</param>
public sealed record Work(int Handled, TimeSpan? Wait);

/// <summary>
/// One vendor's connector as step functions: take a batch, work what is due, take receipts in, sweep. The host drives them by subscriptions and timers, the
/// simulator in one thread; nothing here has a timer, a thread or an id of its own. Every step can die anywhere and be done again.
/// </summary>
public sealed partial class InstructionHandler
{
    private const int SweepSize = 500;
    private readonly IInstructionLog _log;
    private readonly IPublisher _publisher;
    private readonly IErrorQueues _errors;
    private readonly TimeProvider _time;
    private readonly ConnectorOptions _options;
    private readonly ILogger _logger;
    private readonly InstructionRules _rules;
    private readonly DebtorCalls _calls;
    private readonly EntryHandler? _entries;
    private readonly ConcurrentDictionary<string, Lane> _lanes;
    private readonly ConnectorCapabilities _capabilities;
    private readonly string _vendor;
    private readonly string _owner;

    /// <param name="connector">The vendor's.</param>
    /// <param name="errors">Where the messages go that ended as dead letters after they were acknowledged.</param>
    /// <param name="municipalities">Those this vendor serves; anything for another is refused.</param>
    /// <param name="endpoint">Where a municipality's debtor system answers; null: nowhere, its instructions wait.</param>
    /// <param name="owner">This instance, for the log.</param>
    /// <param name="entries">Where the entries go that are read; null: a connector that reads any fails.</param>
    public InstructionHandler(
        IConnector connector, IInstructionLog log, IPublisher publisher, IErrorQueues errors, IUnsealer unsealer, IEnumerable<Municipality> municipalities,
        Func<Municipality, Uri?> endpoint, ConnectorOptions options, TimeProvider time, ILogger logger, string owner,
        EntryHandler? entries = null)
    {
        _vendor = connector.Capabilities.Vendor;
        _log = log;
        _publisher = publisher;
        _errors = errors;
        _time = time;
        _options = options;
        _logger = logger;
        _owner = owner;
        _entries = entries;
        _rules = new InstructionRules(options);
        _calls = new DebtorCalls(connector, unsealer, endpoint, options, time, logger);
        _capabilities = connector.Capabilities;
        _lanes = new(municipalities.ToDictionary(municipality => municipality.Code, NewLane), StringComparer.Ordinal);
        BatchSize = connector.Capabilities.BatchSize;
    }

    public int BatchSize { get; }

    public IReadOnlyCollection<Lane> Lanes => [.. _lanes.Values];

    public Lane LaneOf(string municipality) => _lanes[municipality];

    /// <summary>Where the municipality's debtor system answers; null: nowhere.</summary>
    public DebtorSystem? SystemOf(string municipality) => _lanes.TryGetValue(municipality, out var lane) ? _calls.SystemOf(lane.Municipality) : null;

    /// <summary>Brings the schema up to date and goes on where the last run stopped.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _log.MigrateAsync([.. _lanes.Keys], cancellation);
        var now = _time.GetUtcNow();
        foreach (var row in await _log.LanesAsync(cancellation))
        {
            if (_lanes.TryGetValue(row.Municipality, out var lane))
                lane.Restore(row, now);
        }
    }

    /// <summary>
    /// Takes a batch of one municipality's queue into the log. What the log has an outcome for is answered again under the same ids. Afterwards the deliveries
    /// may be acknowledged: the log has them.
    /// </summary>
    /// <returns>The ids that wait to be worked.</returns>
    /// <exception cref="PermanentException">A delivery cannot be read, or its id stands for another instruction; nothing of the batch was taken.</exception>
    public async Task<IReadOnlyList<Guid>> TakeAsync(string municipality, IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        var claims = batch.Select(delivery => (Claim: Read(municipality, delivery), Delivery: delivery)).ToList();
        var now = _time.GetUtcNow();
        List<InstructionRow> again = [];
        List<(TransferReported Report, string? TraceParent)> inHand = [];
        var ids = claims.SelectMany(taken => Ids(taken.Claim)).ToHashSet();
        var saved = await _log.ChangeAsync(ids, rows => Decide(rows, claims, now, again = [], inHand = []), cancellation);
        await PublishAsync(again, cancellation);
        if (inHand.Count > 0)
            await _publisher.PublishAsync([.. inHand.Select(answer => Outgoing(answer.Report, answer.TraceParent))], cancellation);
        return [.. saved.Where(row => row.Status == InstructionStatus.Taken).Select(row => row.InstructionId)];
    }

    /// <summary>Takes receipts in, whenever they come and however often; returns when they are stored for good. Their outcomes are published.</summary>
    public async Task ReceiptsAsync(string municipality, IReadOnlyList<Receipt> receipts, CancellationToken cancellation)
    {
        if (receipts.Count == 0)
            return;
        TellSlipsLeftOut(municipality, receipts.Select(receipt => (receipt.Outcome as Submitted.Accepted)?.PaymentSlip));
        var now = _time.GetUtcNow();
        var (changed, strays) = await _log.RecordReceiptsAsync(
            municipality, receipts, now, (receipt, row) => _rules.AfterReceipt(row, receipt.Outcome, now), cancellation);
        if (strays > 0)
        {
            ConnectorTelemetry.Strays(_vendor, municipality, strays);
            Log.Strays(_logger, _vendor, municipality, strays);
        }

        Count(changed, now);
        await PublishNewAsync(changed, cancellation);
    }

    /// <summary>Reads what the vendor has for us, when it is this instance's turn; the cursor moves after what was read took effect.</summary>
    /// <returns>Whether there is more to read at once.</returns>
    public async Task<bool> ReadAsync(string municipality, TimeSpan interval, bool goOn, CancellationToken cancellation)
    {
        var lane = _lanes[municipality];
        var now = _time.GetUtcNow();
        if (lane.StateAt(now) == LaneState.Paused || (!goOn && !await _log.ClaimReadingAsync(municipality, now, now + interval, cancellation)))
            return false;
        var cursor = (await _log.LanesAsync(cancellation)).FirstOrDefault(row => row.Municipality == municipality)?.ReadCursor;
        // Without an endpoint there is nothing to read, and nothing goes unread.
        if (_calls.SystemOf(lane.Municipality) is null)
            return false;
        var answer = await _calls.ReadAsync(lane.Municipality, cursor, cancellation);
        lane.Read(answer is not null, now);
        if (answer is not { } read)
            return false;
        await ReceiptsAsync(municipality, read.Receipts, cancellation);
        if (read.Entries.Count > 0)
            await (_entries ?? throw new InvalidOperationException($"{_vendor} reads entries, and nobody takes them in.")).TakeInAsync(municipality, read.Entries, cancellation);
        if (_entries is not null)
            await _entries.ReadAsync(municipality, read, cancellation);
        if (read.Cursor != cursor)
            await _log.SetCursorAsync(municipality, cursor, read.Cursor, cancellation);
        return read.More && read.Cursor != cursor;
    }

    /// <summary>
    /// The janitor: learns what other instances know, gives up what a debtor system has been gone too long for, publishes again what was not confirmed.
    /// </summary>
    /// <returns>What each municipality has in hand; where something is due, <see cref="WorkAsync"/> is to be called.</returns>
    public async Task<IReadOnlyList<LaneDepth>> SweepAsync(CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        foreach (var row in await _log.LanesAsync(cancellation))
        {
            if (_lanes.TryGetValue(row.Municipality, out var lane))
                lane.Refresh(row);
        }

        var depths = await _log.DepthsAsync(now, cancellation);
        foreach (var depth in depths)
        {
            if (depth.Due > 0 && _lanes.TryGetValue(depth.Municipality, out var lane) && lane.StateAt(now) == LaneState.GivingUp)
                await GiveUpAsync(lane, cancellation);
        }

        var unreported = await _log.UnreportedAsync(now, SweepSize, cancellation);
        await PublishAsync(unreported, cancellation);
        return depths;
    }

    public async Task PauseAsync(string municipality, bool paused, CancellationToken cancellation)
    {
        await _log.SetPausedAsync(municipality, paused, cancellation);
        _lanes.GetValueOrDefault(municipality)?.SetPaused(paused);
        Log.Paused(_logger, _vendor, municipality, paused ? "paused" : "resumed");
    }

    private static IEnumerable<Guid> Ids(TransferClaim claim) => [InstructionRules.KeyOf(claim), InstructionRules.SubjectOf(claim)];

    // Whatever a header holds, only a trace context is kept.
    private static string? TraceParentOf(Delivery delivery) => delivery.TraceParent is { Length: <= 60 } traceParent ? traceParent : null;

    private static TransferClaim Read(string municipality, Delivery delivery)
    {
        TransferClaim? claim;
        try
        {
            claim = BoundedJson.Read(delivery.Body.Span, MessageJson.Default.TransferClaim, Bound.MessageBytes);
        }
        catch (JsonException cause)
        {
            throw new PermanentException($"Not a transfer-claim: unreadable at {cause.Path}.");
        }

        if (claim is not { Debtor.Identity: not null, Materials: not null, Reference: not null, Agency: not null } || claim.InstructionId == Guid.Empty || claim.MessageId == Guid.Empty)
            throw new PermanentException("Not a transfer-claim: messageId, instructionId, agency, reference, debtor and materials are needed.");
        if (claim is { Instruction: InstructionKind.RegisterPayment, Payment: null })
            throw new PermanentException("Not a transfer-claim: registerPayment needs a payment.");
        return claim.Municipality == municipality
            ? claim
            : throw new PermanentException($"A transfer-claim for municipality {claim.Municipality} came to the queue of {municipality}.");
    }

    private IReadOnlyList<InstructionRow> Decide(
        IReadOnlyDictionary<Guid, InstructionRow> rows, List<(TransferClaim Claim, Delivery Delivery)> claims, DateTimeOffset now,
        List<InstructionRow> again, List<(TransferReported Report, string? TraceParent)> inHand)
    {
        var changed = new Dictionary<Guid, InstructionRow>();
        var position = now.ToUnixTimeMilliseconds() * 1000;
        foreach (var (claim, delivery) in claims)
        {
            var known = Current(InstructionRules.KeyOf(claim));
            if (known is not null && InstructionRules.ConflictOf(known, claim) is { } conflict)
                throw new PermanentException(conflict);
            var isRepeat = known?.MessageId == claim.MessageId;
            var about = claim.Instruction == InstructionKind.Find ? Current(InstructionRules.SubjectOf(claim)) : null;
            if (isRepeat && known!.Outcome is not null)
                again.Add(known);
            else if (about is { Status: InstructionStatus.Done })
                again.Add(about);
            else if (about is { IsInHand: true } || (known is { IsQuestion: true, IsInHand: true } && !isRepeat))
                inHand.Add((InstructionRules.InHand(claim, about?.Kind ?? claim.Instruction), delivery.TraceParent));
            else if (known is null)
                Change(_rules.Taken(claim, BodyOf(delivery), TraceParentOf(delivery), _owner, position++, now));
            else if (known.IsQuestion && !isRepeat)
                Change(_rules.AskedAgain(known, claim, BodyOf(delivery), TraceParentOf(delivery), now));
            else if (_rules.TakenAgain(known, claim, BodyOf(delivery), TraceParentOf(delivery), now) is { } renewed)
            {
                Change(renewed);
                if (known.Status == InstructionStatus.DeadLettered)
                    inHand.Add((InstructionRules.InHandAgain(known, claim, about?.Kind ?? claim.Instruction, now), delivery.TraceParent));
            }
            else if (known.Outcome is not null)
                again.Add(known);
        }

        return [.. changed.Values];

        InstructionRow? Current(Guid id) => changed.GetValueOrDefault(id) ?? rows.GetValueOrDefault(id);

        void Change(InstructionRow row) => changed[row.InstructionId] = row;

        static string BodyOf(Delivery delivery) => Encoding.UTF8.GetString(delivery.Body.Span);
    }

    /// <summary>Of what was just saved, what has something new to tell.</summary>
    private Task PublishNewAsync(IReadOnlyList<InstructionRow> saved, CancellationToken cancellation) =>
        PublishAsync([.. saved.Where(row => row.ReportDueAt is not null)], cancellation);

    private async Task PublishAsync(IReadOnlyList<InstructionRow> rows, CancellationToken cancellation)
    {
        await PutDeadLettersAsync([.. rows.Where(row => row.Status == InstructionStatus.DeadLettered)], cancellation);
        var reported = rows.Where(row => row.Outcome is not null).ToList();
        if (reported.Count == 0)
            return;
        await _publisher.PublishAsync(
            [.. reported.Select(row => new OutgoingMessage(MessageNames.TransferReported, row.OutcomeId!.Value, row.OutcomeBody, row.Municipality, row.TraceParent))], cancellation);
        await _log.MarkReportedAsync(reported, cancellation);
    }

    private static OutgoingMessage Outgoing(TransferReported report, string? traceParent) => new(
        MessageNames.TransferReported, report.MessageId, JsonSerializer.SerializeToUtf8Bytes(report, MessageJson.Default.TransferReported), report.Municipality, traceParent);

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Warning, "{Vendor} {Municipality}: {Count} receipts for instructions that are not in the log; kept in stray_receipts")]
        public static partial void Strays(ILogger logger, string vendor, string municipality, int count);

        [LoggerMessage(3002, LogLevel.Information, "{Vendor} {Municipality}: transfers {What}")]
        public static partial void Paused(ILogger logger, string vendor, string municipality, string what);

        [LoggerMessage(3003, LogLevel.Warning, "{Vendor} {Municipality}: the debtor system takes nothing since {Since}")]
        public static partial void Gone(ILogger logger, string vendor, string municipality, DateTimeOffset since);

        [LoggerMessage(3004, LogLevel.Information, "{Vendor} {Municipality}: the debtor system is back")]
        public static partial void Back(ILogger logger, string vendor, string municipality);

        [LoggerMessage(3005, LogLevel.Warning, "{Vendor} {Municipality}: gave up {Count} instructions; they are Unknown until a receipt, a question or a person resolves them")]
        public static partial void GaveUp(ILogger logger, string vendor, string municipality, int count);

        [LoggerMessage(3008, LogLevel.Warning, "{Vendor} {Municipality}: instructions wait, and nothing is lost: {Reason}")]
        public static partial void KeyMissed(ILogger logger, string vendor, string municipality, string reason);

        [LoggerMessage(3009, LogLevel.Information, "{Vendor} {Municipality}: key {Key} is here, what waited for it goes on")]
        public static partial void KeyCame(ILogger logger, string vendor, string municipality, string key);

        [LoggerMessage(3006, LogLevel.Warning, "{Vendor} {Municipality}: {Count} payment slips are left out; the first {Fault}")]
        public static partial void SlipsLeftOut(ILogger logger, string vendor, string municipality, int count, string fault);
    }
}
