using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Recording;

/// <summary>
/// What is on record, as one batch sees it: the rows it touches, and those it adds itself. Decides what becomes of each message, in the order they came.
/// </summary>
internal sealed partial class Books
{
    private readonly Dictionary<Guid, Row> _byId = [];
    private readonly Dictionary<(Guid ClaimId, long Version), Row> _taken = [];

    private readonly Dictionary<Guid, Func<OutgoingMessage>> _repeated = [];

    private readonly Func<Line, AdjustClaim, Line> _asAdjustment;

    /// <param name="asAdjustment">The line of a listed fee as the adjustment that it is found to be.</param>
    public Books(IEnumerable<Row> known, Func<Line, AdjustClaim, Line> asAdjustment)
    {
        _asAdjustment = asAdjustment;
        foreach (var row in known)
            Add(row);
    }

    public IEnumerable<Row> New => _byId.Values.Where(row => row.IsNew);

    public IEnumerable<Row> CameAgain => _byId.Values.Where(row => !row.IsNew && row.Times > 0);

    /// <summary>
    /// Rows whose answers are given again because their message came again; and the answer made anew from what came, for one whose answer was erased.
    /// </summary>
    public IReadOnlyDictionary<Guid, Func<OutgoingMessage>> Repeated => _repeated;

    /// <summary>
    /// The same message again has the same answer. Another content under an id that is taken, or under a claim's version that is taken, is refused as a conflict.
    /// Whether the versions before have come is not decided here: the claim waits for them in Routing.
    /// </summary>
    public Answer Decide(Line line)
    {
        var read = line.Read;
        if (read.IsForeign)
            return Refuse(line, read.Id, read.Faults, isTold: false);
        if (read.Listed is { } fee && DecideListed(line, fee) is { } answer)
            return answer;
        if (read.Message is null)
            return Refuse(line, read.Id, read.Faults);

        var claimId = read.Addressed.ClaimId!.Value;
        var version = read.Addressed.Version!.Value;
        if (_byId.TryGetValue(read.Id, out var same))
        {
            if (same.Content != read.Content)
                return Refuse(line, Fingerprints.OfConflict(read.Id, read.Content!.Value), [MessageIdConflict(read)]);
            same.Times++;
            AnswerAgain(same, () => line.Taken!.Message);
            if (!same.IsTaken && _taken.TryGetValue((claimId, version), out var original))
                AnswerAgain(original, () => line.Taken!.Message);
            return AnswerTo(line, Outcome.Duplicate);
        }

        var conflict = Fingerprints.OfConflict(read.Id, read.Content!.Value);
        if (_taken.TryGetValue((claimId, version), out var taken))
        {
            if (taken.Content != read.Content)
                return Refuse(line, conflict, [VersionConflict(read, taken)]);
            Add(NewRow(line, read.Id, Outcome.Duplicate));
            AnswerAgain(taken, () => line.Taken!.Message);
            return AnswerTo(line, Outcome.Duplicate);
        }

        var outcome = read.Message is SubmitClaim ? Outcome.Accepted : Outcome.Change;
        Add(NewRow(line, read.Id, outcome));
        return AnswerTo(line, outcome);
    }

    /// <param name="isTold">FBS hears of it, and not only who sent it.</param>
    private Answer Refuse(Line line, Guid id, IReadOnlyList<ToldFault> faults, bool isTold = true)
    {
        if (_byId.TryGetValue(id, out var same))
        {
            same.Times++;
            if (isTold)
                AnswerAgain(same, () => Refusal(line, id, faults));
        }
        else
        {
            Add(NewRow(line, id, Outcome.Refused, faults, isTold));
        }
        return AnswerTo(line, Outcome.Refused, faults);
    }

    private void AnswerAgain(Row row, Func<OutgoingMessage> anew)
    {
        // What this batch adds is answered anyway.
        if (!row.IsNew && row.Outcome != Outcome.Duplicate)
            _repeated[row.Id] = anew;
    }

    private static OutgoingMessage Refusal(Line line, Guid id, IReadOnlyList<ToldFault> faults) =>
        Translation.Refused(line.Read, id, [.. faults.Select(fault => fault.Sent())], line.ReceivedAt, line.TraceParent);

    private void Add(Row row)
    {
        _byId[row.Id] = row;
        if (row.IsTaken)
            _taken[(row.ClaimId!.Value, row.Version!.Value)] = row;
    }

    private static Row NewRow(Line line, Guid id, string outcome, IReadOnlyList<ToldFault>? faults = null, bool isTold = true)
    {
        var read = line.Read;
        return new Row
        {
            Id = id,
            MessageId = read.Addressed.MessageId,
            ClaimId = read.Addressed.ClaimId,
            Municipality = read.Addressed.Municipality ?? "",
            Kind = read.Kind,
            Version = read.Addressed.Version,
            Outcome = outcome,
            AmountOre = outcome is Outcome.Refused or Outcome.Paid ? null : Translation.AmountOf(read.Message),
            Content = read.Content,
            TraceParent = line.TraceParent,
            Times = 1,
            IsNew = true,
            Answer = outcome switch
            {
                Outcome.Refused => Refusal(line, id, faults!),
                Outcome.Duplicate or Outcome.Paid => null,
                _ => line.Taken?.Message,
            },
            Parties = outcome is Outcome.Accepted or Outcome.Change ? line.Taken?.Parties ?? [] : [],
            IsTold = isTold && outcome is not (Outcome.Duplicate or Outcome.Paid),
            Kept = read.KeptBody,
            Why = faults is null ? null : Note.Write([.. faults.Select(fault => fault.Why)]),
            Debtor = read.Listed?.Debtor,
            Sender = read.Sender,
        };
    }

    private static Answer AnswerTo(Line line, string outcome, IReadOnlyList<ToldFault>? faults = null) => new(
        line.Read.Line > 0 ? line.Read.Line : null, outcome, line.Read.Addressed.ClaimId, line.Read.Addressed.MessageId, line.Read.Addressed.FeeId,
        faults is null ? null : [.. faults.Select(fault => fault.Sent())], line.Read.IsUnreadable, line.Read.IsTooLong) { Noted = faults ?? [] };

    private static ToldFault MessageIdConflict(ReadMessage read) => FaultList.Fault(
        "messageId", read.Id.ToString(), FaultNotes.IdTaken, "an id of its own for each message; the same only for the same message");

    private static ToldFault VersionConflict(ReadMessage read, Row taken) => FaultList.Fault(
        "version", $"{read.Addressed.Version}",
        FaultNotes.VersionTaken(read.Addressed.Version, taken.Kind, taken.MessageId),
        $"{read.Addressed.Version + 1} for the next change, or exactly the same content again");
}

/// <summary>A message on its way through one batch.</summary>
/// <param name="Taken">Of one without faults; ready before the transaction begins.</param>
/// <param name="TraceParent">Of the journey: its own span's where somebody listens, else as it came.</param>
internal sealed record Line(ReadMessage Read, Taken? Taken, string? TraceParent, DateTimeOffset ReceivedAt);
