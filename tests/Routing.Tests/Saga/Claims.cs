using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing.Tests.Saga;

/// <summary>Claims and events as tests need them: made up, the same every time.</summary>
internal static class Claims
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 7, 0, 0, TimeSpan.Zero);
    public static readonly SagaDeadlines Deadlines = new();

    public const string Agency = "DK-710100";
    public const long FeeId = 434536;
    public static readonly Guid Id = DeterministicId.OfClaim(Agency, FeeId);

    public static readonly Municipality Copenhagen = new(
        "0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.HoldForPerson);

    public static readonly SealedParty Adult = new(new SealedIdentity("ref-adult", "sealed", "key"), IdentityKind.Person, 46);
    public static readonly SealedParty Child = new(new SealedIdentity("ref-child", "sealed", "key"), IdentityKind.Person, 12);
    public static readonly SealedParty Teenager = new(new SealedIdentity("ref-teenager", "sealed", "key"), IdentityKind.Person, 16);
    public static readonly SealedParty Guardian = new(new SealedIdentity("ref-guardian", "sealed", "key"), IdentityKind.Person);
    public static readonly SealedParty School = new(new SealedIdentity("ref-school", "sealed", "key"), IdentityKind.Organisation);

    public static ClaimCreated Created(SealedParty? borrower = null, SealedParty? guardian = null, long amountOre = 7000, DateOnly? createdOn = null) => new(
        Message("created"), Start, Id, "0101", Agency, FeeId, 1, ClaimType.Fee, "Gebyr", amountOre, createdOn ?? new DateOnly(2026, 10, 22), new DateOnly(2026, 11, 22),
        "DK-710111", borrower ?? Adult, guardian, []);

    public static ClaimAdjusted Adjusted(int version, long amountOre) =>
        new(Message($"adjusted/{version}/{amountOre}"), Start, Id, "0101", Agency, FeeId, version, amountOre, "returned late");

    public static ClaimWithdrawn Withdrawn(int version) =>
        new(Message($"withdrawn/{version}"), Start, Id, "0101", Agency, FeeId, version, "itemReturned");

    public static LiablePartyChanged LiableParty(int version, SealedParty party, string reason = "guardianAdded") =>
        new(Message($"liable/{version}/{reason}"), Start, Id, "0101", Agency, FeeId, version, party, reason);

    public static TransferReported Reported(ClaimState state, TransferOutcome outcome, string salt = "") => new(
        Message($"reported/{state.Open?.Id}/{outcome}/{salt}"), Start, Id, "0101", Agency, FeeId, state.Version, state.Open?.Id ?? Guid.Empty,
        state.Open?.Kind ?? InstructionKind.Register, outcome, outcome == TransferOutcome.Accepted ? "OPUS-1" : null, "K-1",
        outcome is TransferOutcome.Rejected or TransferOutcome.Unknown ? "D017" : null,
        outcome is TransferOutcome.Rejected ? "The liable party is not known" : null,
        outcome is TransferOutcome.Rejected ? FixBy.Municipality : null);

    public static CoverageRegistered Covered(long amountOre, string entry = "E1") =>
        new(Message($"covered/{entry}"), Start, Id, "0101", Agency, FeeId, 1, entry, amountOre, "mobilePay", new DateOnly(2026, 11, 23));

    public static CoverageReversed Reversed(long amountOre, string entry = "E2") =>
        new(Message($"reversed/{entry}"), Start, Id, "0101", Agency, FeeId, 1, entry, "E1", amountOre, new DateOnly(2026, 11, 24));

    public static WriteOffRegistered WrittenOff(long amountOre, string entry = "E3") =>
        new(Message($"written-off/{entry}"), Start, Id, "0101", Agency, FeeId, 1, entry, amountOre, "limitation", new DateOnly(2026, 11, 24));

    public static DebtorAccountChanged Account(DebtorAccountStatus status) =>
        new(Message($"account/{status}"), Start, Id, "0101", Agency, FeeId, 1, $"A-{status}", status);

    public static OperateClaim Operate(ClaimOperation operation) =>
        new(Message($"operate/{operation}"), Start, Id, "0101", Agency, FeeId, 1, operation, "anna", "asked by the library");

    public static MessageDeadLettered DeadLettered(string message = "m") =>
        new(Message($"dead/{message}"), Start, Id, "0101", Agency, FeeId, 1, Message(message), "transfer-claim.0101", "FormatException: not understood");

    public static Guid Message(string name) => DeterministicId.Of(Id, $"test/{name}");
}

/// <summary>One claim taken through its saga, event by event, by a clock that only the test moves.</summary>
internal sealed class Journey(Municipality? policy = null)
{
    private readonly ClaimSaga _saga = new(Claims.Deadlines);
    private int _timers;

    public Municipality? Policy { get; set; } = policy ?? Claims.Copenhagen;

    public DateTimeOffset Now { get; private set; } = Claims.Start;

    public ClaimState State { get; private set; } = ClaimSaga.Begin(Claims.Created());

    public Decision Last { get; private set; } = null!;

    public List<IClaimMessage> Sent { get; } = [];

    public Journey On(IClaimMessage message) => Decide(new ClaimEvent(message.MessageId, Now, message, Policy));

    public Journey Reported(TransferOutcome outcome) => On(Claims.Reported(State, outcome, salt: State.Position.ToString()));

    public Journey TimerAfter(TimeSpan wait)
    {
        Now += wait;
        return Decide(new ClaimEvent(Claims.Message($"timer/{_timers++}"), Now, null, Policy));
    }

    public Journey Registered() => On(Claims.Created()).Reported(TransferOutcome.Pending).Reported(TransferOutcome.Accepted);

    private Journey Decide(ClaimEvent occurred)
    {
        Last = _saga.Decide(State, occurred);
        State = Last.State;
        Sent.AddRange(Last.Effects);
        return this;
    }
}
