using System.Collections.Concurrent;
using ClaimsTransfer.ConnectorSdk;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

/// <summary>What the debtor system does with an instruction that reaches it.</summary>
public enum Reaction
{
    Accept,

    /// <summary>Takes it and receipts it in transport; booked at once, the business receipt is the test's to send.</summary>
    Receipt,

    Reject,

    /// <summary>Books it; the reply is lost.</summary>
    BookAndDropTheReply,

    /// <summary>Never gets it, and we cannot know.</summary>
    LoseTheRequest,

    Unavailable,

    /// <summary>Knows no credentials of ours, in a submission or a question.</summary>
    DoNotLetIn,

    /// <summary>Books it and hangs until the caller gives up.</summary>
    BookAndHang,

    /// <summary>Books it, and our process dies before it hears so.</summary>
    BookAndKillTheCaller,

    /// <summary>Our process dies before anything went out.</summary>
    KillTheCaller,
}

/// <summary>
/// A debtor system that recognises nothing: whatever reaches it is booked, as often as it comes. What keeps it from booking twice is the SDK alone.
/// </summary>
internal sealed class ForgetfulDebtorSystem : IConnector
{
    private readonly ConcurrentDictionary<Guid, int> _bookings = new();
    private readonly ConcurrentDictionary<Guid, bool> _rejected = new();

    public ConnectorCapabilities Capabilities { get; init; } = new("KmdOpus", 100, null);

    /// <summary>What it does with the next instruction of a municipality.</summary>
    public Func<string, Reaction> Reaction { get; set; } = _ => Sdk.Reaction.Accept;

    /// <summary>Answers about these are nonsense, on submission and to a question.</summary>
    public Func<Instruction, bool> IsPoisoned { get; set; } = _ => false;

    /// <summary>Whether it books what it answers nonsense about.</summary>
    public bool BooksPoisoned { get; set; } = true;

    /// <summary>What it answers to a question; null: the truth.</summary>
    public Func<Instruction, Found>? Answer { get; set; }

    /// <summary>What its author has got wrong in answering a submission; null: nothing.</summary>
    public Func<IReadOnlyList<Submitted>, IReadOnlyList<Submitted>>? SubmissionMistake { get; set; }

    /// <summary>What its author has got wrong in answering a question; null: nothing.</summary>
    public Func<IReadOnlyList<Found>, IReadOnlyList<Found>>? QuestionMistake { get; set; }

    /// <summary>The payment slip it prints for what it accepts.</summary>
    public Func<Instruction, string?> Slip { get; set; } = _ => null;

    public Func<string?, ReadBack> Feed { get; set; } = cursor => new ReadBack([], cursor);

    public ConcurrentQueue<Instruction> Received { get; } = new();

    public ConcurrentQueue<Instruction> Asked { get; } = new();

    public ConcurrentQueue<int> CallSizes { get; } = new();

    public CancellationTokenSource Death { get; set; } = new();

    public bool IsTestEndpoint { get; private set; }

    /// <summary>Where it was called for a municipality.</summary>
    public ConcurrentQueue<(string Municipality, Uri Endpoint)> Calls { get; } = new();

    /// <summary>So long it thinks before it answers.</summary>
    public TimeSpan Thinks { get; set; }

    public int Bookings(Guid instruction) => _bookings.GetValueOrDefault(instruction);

    public int MaxBookings => _bookings.IsEmpty ? 0 : _bookings.Values.Max();

    public async Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        IsTestEndpoint = system.IsTest;
        CallSizes.Enqueue(instructions.Count);
        Calls.Enqueue((system.Municipality, system.Endpoint));
        if (Thinks > TimeSpan.Zero)
            await Task.Delay(Thinks, cancellation);
        var answers = new List<Submitted>();
        foreach (var instruction in instructions)
        {
            var answer = IsPoisoned(instruction) && !BooksPoisoned ? null : await ReactAsync(system, instruction, cancellation);
            answers.Add(IsPoisoned(instruction) ? new Submitted.NotUnderstood("status \"#%\" of borrower 010170-1234 is none the format knows") : answer!);
        }

        return SubmissionMistake is null ? answers : SubmissionMistake(answers);
    }

    public Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        foreach (var instruction in instructions)
            Asked.Enqueue(instruction);
        IReadOnlyList<Found> truth = [.. instructions.Select(one => Reaction(system.Municipality) == Sdk.Reaction.DoNotLetIn ? new Found.NotLetIn("HTTP 401") : Truth(one))];
        return Task.FromResult(QuestionMistake is null ? truth : QuestionMistake(truth));
    }

    public Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation) => Task.FromResult(Feed(cursor));

    private Found Truth(Instruction instruction)
    {
        if (IsPoisoned(instruction))
            return new Found.NotUnderstood("status \"#%\" of borrower 010170-1234 is none the format knows");
        if (Answer is { } answer)
            return answer(instruction);
        if (_rejected.ContainsKey(instruction.Id))
            return new Found.Rejected("K17", "Unknown debtor", Messages.FixBy.Municipality);
        return Bookings(instruction.Id) > 0 ? new Found.Done("D-1", "R-1", Slip(instruction)) : new Found.NotThere();
    }

    private async Task<Submitted> ReactAsync(DebtorSystem system, Instruction instruction, CancellationToken cancellation)
    {
        var reaction = Reaction(system.Municipality);
        if (reaction == Sdk.Reaction.Unavailable)
            return new Submitted.Unavailable(null, "closed for maintenance");
        if (reaction == Sdk.Reaction.DoNotLetIn)
            return new Submitted.NotLetIn("HTTP 401");
        if (reaction == Sdk.Reaction.LoseTheRequest)
            throw new HttpRequestException("connection reset");
        if (reaction == Sdk.Reaction.KillTheCaller)
            await DieAsync(cancellation);

        Received.Enqueue(instruction);
        if (reaction == Sdk.Reaction.Reject)
        {
            _rejected[instruction.Id] = true;
            return new Submitted.Rejected("K17", "Debtor 010101-1234 is unknown", Messages.FixBy.Municipality);
        }

        _bookings.AddOrUpdate(instruction.Id, 1, (_, count) => count + 1);
        switch (reaction)
        {
            case Sdk.Reaction.BookAndDropTheReply:
                return new Submitted.Unknown("no reply");
            case Sdk.Reaction.BookAndHang:
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                break;
            case Sdk.Reaction.BookAndKillTheCaller:
                await DieAsync(cancellation);
                break;
        }

        return reaction == Sdk.Reaction.Receipt ? new Submitted.Pending("T-1") : new Submitted.Accepted("D-1", "R-1", Slip(instruction));
    }

    private async Task DieAsync(CancellationToken cancellation)
    {
        await Death.CancelAsync();
        throw new OperationCanceledException(cancellation);
    }
}
