using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Simulation;

/// <summary>What the stand-in debtor system has on its books: it outlives every process of ours.</summary>
internal sealed partial class DebtorBooks(World world, double rejectShare, bool honoursIds)
{
    private readonly Dictionary<Guid, Submitted> _answered = [];
    private readonly List<Receipt> _receipts = [];
    private readonly Dictionary<Guid, DateTimeOffset> _pendingUntil = [];

    public Dictionary<string, Account> Accounts { get; } = [];

    /// <summary>Where a change came before one with a lower version: a guarantee is broken.</summary>
    public List<string> OutOfOrder { get; } = [];

    /// <summary>Whether it answers with a transport receipt and decides later.</summary>
    public bool Receipted { get; init; }

    /// <summary>Share of claims about which it answers nonsense while there is trouble, on submission, by receipt and to a question; half of them are booked all the same.</summary>
    public double PoisonShare { get; init; }

    public Submitted Take(Instruction instruction)
    {
        if (!IsPoisoned(instruction))
            return TakeIn(instruction);
        if (instruction.FeeId % 2 == 0)
            TakeIn(instruction);
        world.Note($"debtor system answers nonsense to {instruction}");
        return new Submitted.NotUnderstood("status ¤%&");
    }

    private Submitted TakeIn(Instruction instruction)
    {
        if (_answered.TryGetValue(instruction.Id, out var before) && (honoursIds || instruction.Kind != InstructionKind.Register || before is Submitted.Rejected))
            return Reply(instruction, before);
        var account = Accounts.GetValueOrDefault(instruction.Reference);
        Submitted answer;
        switch (instruction.Kind)
        {
            case InstructionKind.Register when world.Trouble && (uint)instruction.ClaimId.GetHashCode() % 1000 < rejectShare * 1000:
                answer = new Submitted.Rejected("D017", "unknown liable party", FixBy.Municipality);
                break;
            case InstructionKind.Register:
                // It books what arrives: only a sender that asks before it sends again keeps this at one.
                Accounts[instruction.Reference] = (account ?? new Account()) with
                {
                    ClaimId = instruction.ClaimId, Bookings = (account?.Bookings ?? 0) + 1, AmountOre = instruction.AmountOre, InForce = true, DebtorRef = instruction.Debtor.Number, Version = instruction.Version,
                };
                answer = new Submitted.Accepted($"D-{instruction.Reference}", $"K-{instruction.Id:N}");
                if (account is null)
                    LiveOn(instruction.Reference);
                break;
            case var _ when account is null:
                answer = new Submitted.Rejected("D404", "no such claim", FixBy.Vendor);
                break;
            default:
                if (instruction.Version < account.Version)
                    OutOfOrder.Add($"{instruction} after version {account.Version}");
                Accounts[instruction.Reference] = instruction.Kind switch
                {
                    InstructionKind.Adjust => account with { AmountOre = instruction.AmountOre, Version = instruction.Version },
                    InstructionKind.Cancel => account with { InForce = false, Version = instruction.Version },
                    _ => account with { DebtorRef = instruction.Debtor.Number, Version = instruction.Version },
                };
                answer = new Submitted.Accepted($"D-{instruction.Reference}", $"K-{instruction.Id:N}");
                break;
        }

        world.Note($"debtor system takes {instruction}: {answer.GetType().Name}, bookings {Accounts.GetValueOrDefault(instruction.Reference)?.Bookings ?? 0}");
        _answered[instruction.Id] = answer;
        if (Receipted)
        {
            _pendingUntil[instruction.Id] = world.Now + world.Moment(5_000);
            var lost = world.Happens(0.1);
            for (var copy = world.Happens(0.1) ? 2 : 1; copy > 0 && !lost; copy--)
                world.After(_pendingUntil[instruction.Id] - world.Now, () => _receipts.Add(new Receipt(
                    instruction.Id, $"R-{instruction.Id:N}-{_receipts.Count}", IsPoisoned(instruction) ? new Submitted.NotUnderstood("status ¤%&") : answer)));
        }

        return Reply(instruction, answer);
    }

    public Found Find(Instruction instruction) => IsPoisoned(instruction) ? new Found.NotUnderstood("status ¤%&") : _answered.GetValueOrDefault(instruction.Id) switch
    {
        null => new Found.NotThere(),
        _ when _pendingUntil.TryGetValue(instruction.Id, out var until) && until > world.Now => new Found.InProgress("T"),
        Submitted.Accepted accepted => new Found.Done(accepted.DebtorReference, accepted.Receipt),
        Submitted.Rejected rejected => new Found.Rejected(rejected.Code, rejected.Text, rejected.FixBy),
        var other => throw new InvalidOperationException($"The books hold {other}."),
    };

    public ReadBack Read(string? cursor)
    {
        var (receipts, entries) = cursor?.Split('/') is [var first, var second] ? (int.Parse(first), int.Parse(second)) : (0, 0);
        return new ReadBack([.. _receipts.Skip(receipts)], $"{_receipts.Count}/{_told.Count}") { Entries = [.. _told.Skip(entries)] };
    }

    private bool IsPoisoned(Instruction instruction) => world.Trouble && (uint)DeterministicId.Of(instruction.ClaimId, "poison").GetHashCode() % 1000 < PoisonShare * 1000;

    private Submitted Reply(Instruction instruction, Submitted answer) =>
        Receipted && _pendingUntil[instruction.Id] > world.Now ? new Submitted.Pending("T") : answer;

    public sealed record Account
    {
        public Guid ClaimId { get; init; }
        public int Bookings { get; init; }
        public long AmountOre { get; init; }
        public bool InForce { get; init; }
        public string DebtorRef { get; init; } = "";
        public int Version { get; init; }

        /// <summary>What came in, less what was taken back.</summary>
        public long CoveredOre { get; init; }

        public long WrittenOffOre { get; init; }

        public long BalanceOre => (InForce ? AmountOre - WrittenOffOre : 0) - CoveredOre;
    }
}

/// <summary>The vendor's connector to it, over a network that loses requests and replies.</summary>
internal sealed class SimConnector(IReadOnlyDictionary<string, DebtorBooks> books, SimProcess process) : IConnector
{
    private World World => process.World;

    public ConnectorCapabilities Capabilities { get; } = new("KmdOpus", 5, TimeSpan.FromSeconds(2));

    public async Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        await process.StepAsync(50);
        if (World.Happens(0.05))
            return [.. instructions.Select(_ => new Submitted.Unavailable(TimeSpan.FromSeconds(1), "takes nothing now"))];
        if (World.Happens(0.05))
            throw new IOException("The request was lost.");
        var reached = World.Happens(0.03) ? World.Random.Next(instructions.Count) : instructions.Count;
        var answers = instructions.Take(reached).Select(books[system.Municipality].Take).ToList();
        await process.StepAsync(50);
        return reached < instructions.Count || World.Happens(0.08) ? throw new IOException("The reply was lost.") : answers;
    }

    public async Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        await process.StepAsync(50);
        if (World.Happens(0.1))
            throw new IOException("The question was lost.");
        return [.. instructions.Select(instruction => World.Happens(0.05) ? new Found.NoAnswer("not now") : books[system.Municipality].Find(instruction))];
    }

    public async Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation)
    {
        await process.StepAsync(50);
        return World.Happens(0.1) ? throw new IOException("The feed was lost.") : books[system.Municipality].Read(cursor);
    }
}
