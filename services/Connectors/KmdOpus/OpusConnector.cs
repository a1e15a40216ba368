using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.KmdOpus.Callback;
using ClaimsTransfer.KmdOpus.Extract;
using ClaimsTransfer.KmdOpus.Wire;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.KmdOpus;

/// <summary>
/// The ØiR-shaped profile: registrations in batches, a transport receipt for each in the reply, the business receipt later at our callback. Any municipality whose
/// debtor system speaks it can be served, whatever the vendor.
/// </summary>
internal sealed class OpusConnector(OpusCalls calls, CallbackAddress callback, TimeProvider time) : IConnector, IAccountExtract
{
    private static readonly TimeSpan UntilListening = TimeSpan.FromSeconds(1);

    public ConnectorCapabilities Capabilities { get; } = new("KmdOpus", BatchSize: 100, ReadInterval: null);

    public async Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        if (instructions.Count == 0)
            return [];
        // Without an address for the business receipt nothing could ever be acknowledged.
        if (callback.Of(system.Municipality) is not { } replyTo)
            return [.. instructions.Select(_ => new Submitted.Unavailable(UntilListening, "Our callback endpoint does not listen yet."))];

        var fitting = instructions;
        var document = Document(instructions);
        if (ProfileXml.Check(document) is not null)
        {
            // One that does not fit must not hold back the others of its batch.
            fitting = [.. instructions.Where(instruction => ProfileXml.Check(Document([instruction])) is null)];
            if (fitting.Count == 0)
                return [.. instructions.Select(Misfit)];
            document = Document(fitting);
        }

        var end = await calls.CallAsync(system, Profile.RegisterAction, "DebitorRegistreringSvar", document, cancellation);
        var receipts = end is CallEnd.Answered answered ? Replies.TransportReceipts(answered) : [];
        return
        [
            .. instructions.Select(instruction => !fitting.Contains(instruction) ? Misfit(instruction) : end switch
            {
                CallEnd.NotTaken notTaken => new Submitted.Unavailable(notTaken.RetryAfter, notTaken.Reason),
                CallEnd.NotLetIn notLetIn => new Submitted.NotLetIn(notLetIn.Reason),
                CallEnd.Refused refused => new Submitted.Rejected(refused.Code, refused.Text, FixBy.Vendor),
                // A reply to many that does not fit says of none whether it was done; to one, it is about that one.
                CallEnd.NotUnderstood nonsense when fitting.Count == 1 => new Submitted.NotUnderstood(nonsense.Reason),
                CallEnd.NotUnderstood nonsense => new Submitted.Unknown(nonsense.Reason),
                CallEnd.Lost lost => new Submitted.Unknown(lost.Reason),
                _ => receipts.GetValueOrDefault(instruction.Id, new Submitted.Unknown("The reply holds no receipt for it.")),
            }),
        ];

        byte[] Document(IReadOnlyList<Instruction> some) => ProfileXml.Write(Profile.Envelope(
            Requests.Context(system, some, "registrering", time.GetUtcNow(), replyTo), Requests.Registrations(some)));
    }

    public async Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        if (instructions.Count == 0)
            return [];
        if (callback.Of(system.Municipality) is not { } replyTo)
            return [.. instructions.Select(_ => new Found.NoAnswer("Our callback endpoint does not listen yet."))];

        var document = ProfileXml.Write(Profile.Envelope(
            Requests.Context(system, instructions, "forespoergsel", time.GetUtcNow(), replyTo), Requests.Questions(instructions)));
        var end = await calls.CallAsync(system, Profile.FindAction, "DebitorForespoergselSvar", document, cancellation);
        var answers = end is CallEnd.Answered answered ? Replies.Answers(answered) : [];
        return
        [
            .. instructions.Select(instruction => end switch
            {
                CallEnd.NotTaken notTaken => new Found.NoAnswer(notTaken.Reason),
                CallEnd.NotLetIn notLetIn => new Found.NotLetIn(notLetIn.Reason),
                CallEnd.Refused refused => new Found.NoAnswer($"{refused.Code}: {refused.Text}"),
                CallEnd.NotUnderstood nonsense when instructions.Count == 1 => new Found.NotUnderstood(nonsense.Reason),
                CallEnd.NotUnderstood nonsense => new Found.NoAnswer(nonsense.Reason),
                CallEnd.Lost lost => new Found.NoAnswer(lost.Reason),
                _ => answers.GetValueOrDefault(instruction.Id, new Found.NoAnswer("The reply says nothing of it.")),
            }),
        ];
    }

    public IAsyncEnumerable<DebtorAccount> ExtractAsync(DebtorSystem system, CancellationToken cancellation) =>
        new AccountPages(calls, time).ReadAsync(system, cancellation);

    /// <summary>The vendor pushes: receipts and entries come in by <see cref="OpusCallback"/>.</summary>
    public Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation) => Task.FromResult(new ReadBack([], cursor));

    private static Submitted Misfit(Instruction instruction) => new Submitted.Rejected(
        "PROFILE-MISFIT", "The instruction does not fit the profile's schema; nothing was sent.", FixBy.Vendor);
}
