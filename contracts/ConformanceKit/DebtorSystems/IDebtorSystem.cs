namespace ClaimsTransfer.ConformanceKit.DebtorSystems;

/// <summary>
/// The debtor system at the far end of the connector under test: the kit's own stand-in, ours, or a vendor's test system. The kit looks into its books, and where it can be told to,
/// makes it behave badly. What it cannot be told is named in <see cref="Can"/>: checks that need it are then not run, and say so.
/// </summary>
public interface IDebtorSystem : IAsyncDisposable
{
    /// <summary>Where it answers: what the connector is given.</summary>
    Uri Endpoint { get; }

    DebtorSystemAbilities Can { get; }

    /// <summary>The query member: how a claim stands in its books; null: it does not have it.</summary>
    Task<DebtorClaim?> FindAsync(string reference, CancellationToken cancellation);

    /// <summary>Of many at once; those it does not have are left out.</summary>
    Task<IReadOnlyDictionary<string, DebtorClaim>> FindAsync(IReadOnlyCollection<string> references, CancellationToken cancellation);

    /// <summary>From now on, until told otherwise.</summary>
    Task BehaveAsync(DebtorBehaviour behaviour, CancellationToken cancellation);

    /// <summary>Lets money happen to a claim that it holds. Returns at once; its books show when it has happened.</summary>
    Task LetAsync(MoneyEvent what, IReadOnlyCollection<string> references, CancellationToken cancellation);

    /// <summary>Whether everything that it has booked by itself has been told or may be asked for.</summary>
    Task<bool> HasToldAllAsync(CancellationToken cancellation);

    /// <summary>How many calls have reached it, answered or not; null: it does not count them.</summary>
    Task<long?> CallsAsync(CancellationToken cancellation);
}

[Flags]
public enum DebtorSystemAbilities
{
    None = 0,

    /// <summary><see cref="DebtorBehaviour.RefusesRegistrations"/>.</summary>
    Refuse = 1,

    /// <summary><see cref="DebtorBehaviour.DropsReplies"/>.</summary>
    DropReplies = 2,

    /// <summary><see cref="DebtorBehaviour.TakesNothing"/>.</summary>
    TakeNothing = 4,

    /// <summary><see cref="DebtorBehaviour.Slow"/>.</summary>
    BeSlow = 8,

    /// <summary><see cref="IDebtorSystem.LetAsync"/>.</summary>
    Money = 16,

    /// <summary><see cref="DebtorBehaviour.RepeatsEntries"/>.</summary>
    RepeatEntries = 32,

    /// <summary><see cref="DebtorBehaviour.CutsFiles"/>.</summary>
    CutFiles = 64,

    All = Refuse | DropReplies | TakeNothing | BeSlow | Money | RepeatEntries | CutFiles,
}

/// <summary>How a debtor system behaves. A new one behaves well.</summary>
public sealed record DebtorBehaviour
{
    public static readonly DebtorBehaviour Good = new();

    /// <summary>Refuses every registration with a code, a text and who can fix it.</summary>
    public bool RefusesRegistrations { get; init; }

    /// <summary>Carries out what it is told, and the reply is lost; nor does it answer a question about an instruction that it has.</summary>
    public bool DropsReplies { get; init; }

    /// <summary>Says that it takes nothing now; nothing is done.</summary>
    public bool TakesNothing { get; init; }

    /// <summary>How long each call takes.</summary>
    public TimeSpan Slow { get; init; }

    /// <summary>Tells every entry twice.</summary>
    public bool RepeatsEntries { get; init; }

    /// <summary>What it tells of entries breaks off in the middle, or does not add up.</summary>
    public bool CutsFiles { get; init; }
}

/// <summary>What becomes of a claim at the debtor system.</summary>
public enum MoneyEvent
{
    /// <summary>Paid in full.</summary>
    Pay,

    /// <summary>Paid, and the coverage taken back.</summary>
    PayAndReverse,

    /// <summary>Written off, all or the rest.</summary>
    WriteOff,
}

/// <summary>How a claim stands in the debtor system's books. Amounts in øre, for the claim itself: reminder fees and interest left out.</summary>
/// <param name="AmountOre">What it claims; of a cancelled claim what it was.</param>
/// <param name="Bookings">How often the registration was booked: once, or something is wrong.</param>
/// <param name="Arrivals">How often the registration arrived, booked or not; null: it does not say.</param>
/// <param name="Debtor">Who owes, as any text that is the same for the same person, and says nothing of who it is; null: it does not say.</param>
/// <param name="DebtorReference">Its own reference of the claim; null: it has none.</param>
public sealed record DebtorClaim(
    string Reference, long AmountOre, bool InForce, int Bookings, int? Arrivals, string? Debtor, string? DebtorReference, long CoveredOre, long ReversedOre, long WrittenOffOre);
