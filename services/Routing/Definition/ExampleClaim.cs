using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing.Definition;

/// <summary>A made-up claim of 70 kr. and all that can happen to it, taken through its saga on a clock of its own.</summary>
internal sealed class ExampleClaim
{
    private const string Agency = "DK-710100";
    private const long FeeId = 1;
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 7, 0, 0, TimeSpan.Zero);
    private static readonly Guid Id = DeterministicId.OfClaim(Agency, FeeId);
    private static readonly ClaimSaga Saga = new(new SagaDeadlines());

    private static readonly Municipality Policy = new(
        "0101", "Eksempel", "00000000", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.HoldForPerson);

    private static readonly SealedParty Adult = Party("adult", 46);
    private static readonly SealedParty Child = Party("child", 12);
    private static readonly SealedParty Guardian = Party("guardian");

    private DateTimeOffset _now = Start;

    public ClaimState State { get; private set; } = ClaimSaga.Begin(Created());

    public Decision Last { get; private set; } = null!;

    public static IClaimMessage Created() => Created(Adult, new DateOnly(2026, 10, 22));

    public static IClaimMessage CreatedOfChild() => Created(Child, new DateOnly(2026, 10, 22));

    public static IClaimMessage CreatedLongAgo() => Created(Adult, new DateOnly(2019, 1, 1));

    public static IClaimMessage Adjusted(int version, long amountOre) =>
        new ClaimAdjusted(Message($"adjusted/{version}/{amountOre}"), Start, Id, Policy.Code, Agency, FeeId, version, amountOre, "returned late");

    public static IClaimMessage Withdrawn(int version) =>
        new ClaimWithdrawn(Message($"withdrawn/{version}"), Start, Id, Policy.Code, Agency, FeeId, version, "itemReturned");

    public static IClaimMessage GuardianAdded(int version) =>
        new LiablePartyChanged(Message($"liable/{version}"), Start, Id, Policy.Code, Agency, FeeId, version, Guardian, "guardianAdded");

    public static IClaimMessage Reported(ClaimState state, TransferOutcome outcome, Guid? instructionId = null) => new TransferReported(
        Message($"reported/{state.Position}/{outcome}/{instructionId}"), Start, Id, Policy.Code, Agency, FeeId, state.Version, instructionId ?? state.Open?.Id ?? Guid.Empty,
        state.Open?.Kind ?? InstructionKind.Register, outcome, outcome == TransferOutcome.Accepted ? "D-1" : null, "R-1",
        outcome is TransferOutcome.Rejected or TransferOutcome.Unknown ? "D017" : null,
        outcome is TransferOutcome.Rejected ? "The liable party is not known" : null,
        outcome is TransferOutcome.Rejected ? FixBy.Municipality : null);

    public static IClaimMessage Covered(long amountOre, string entry) =>
        new CoverageRegistered(Message($"covered/{entry}"), Start, Id, Policy.Code, Agency, FeeId, 1, entry, amountOre, "mobilePay", new DateOnly(2026, 11, 23));

    public static IClaimMessage Reversed(long amountOre) =>
        new CoverageReversed(Message("reversed"), Start, Id, Policy.Code, Agency, FeeId, 1, "E2", "E1", amountOre, new DateOnly(2026, 11, 24));

    public static IClaimMessage WrittenOff(string entry) =>
        new WriteOffRegistered(Message($"written-off/{entry}"), Start, Id, Policy.Code, Agency, FeeId, 1, entry, 7000, "limitation", new DateOnly(2026, 11, 24));

    public static IClaimMessage Account(DebtorAccountStatus status) =>
        new DebtorAccountChanged(Message($"account/{status}"), Start, Id, Policy.Code, Agency, FeeId, 1, $"A-{status}", status);

    public static IClaimMessage Operate(ClaimOperation operation) =>
        new OperateClaim(Message($"operate/{operation}"), Start, Id, Policy.Code, Agency, FeeId, 1, operation, "a person", "for a reason");

    public static IClaimMessage DeadLettered() =>
        new MessageDeadLettered(Message("dead"), Start, Id, Policy.Code, Agency, FeeId, 1, Message("m"), "transfer-claim.0101", "FormatException: not understood");

    public static Guid Message(string name) => DeterministicId.Of(Id, $"example/{name}");

    public ExampleClaim On(IClaimMessage message) => Decide(new ClaimEvent(message.MessageId, _now, message, Policy));

    public ExampleClaim Reported(TransferOutcome outcome) => On(Reported(State, outcome));

    public ExampleClaim Registered() => On(Created()).Reported(TransferOutcome.Pending).Reported(TransferOutcome.Accepted);

    public ExampleClaim TimerAfter(TimeSpan wait)
    {
        _now += wait;
        return Decide(new ClaimEvent(Message($"timer/{State.Position}"), _now, null, Policy));
    }

    private static ClaimCreated Created(SealedParty borrower, DateOnly createdOn) => new(
        Message("created"), Start, Id, Policy.Code, Agency, FeeId, 1, ClaimType.Fee, "Gebyr", 7000, createdOn, new DateOnly(2026, 11, 22), null, borrower, null, []);

    private static SealedParty Party(string name, int? age = null) => new(new SealedIdentity(name, "sealed", "key"), IdentityKind.Person, age);

    private ExampleClaim Decide(ClaimEvent occurred)
    {
        Last = Saga.Decide(State, occurred);
        State = Last.State;
        return this;
    }
}
