namespace ClaimsTransfer.ConnectorSdk;

/// <summary>
/// What a vendor implements: four members. Everything else (queues, batching, limits, circuit breaker, opening hours, retries, query before resend,
/// sealing, telemetry, health) is the SDK's. A connector keeps no state of its own and draws no ids: what it is given is enough.
/// </summary>
public interface IConnector
{
    ConnectorCapabilities Capabilities { get; }

    /// <summary>
    /// Carries out instructions (register, adjust, cancel, change liable party) at one municipality's debtor system, at most <see cref="ConnectorCapabilities.BatchSize"/>
    /// of them, and answers for each, in the same order. An instruction that may have reached the debtor system without a clear answer is
    /// <see cref="Submitted.Unknown"/>; the SDK asks with <see cref="FindAsync"/> before it sends again. An exception means Unknown for all.
    /// </summary>
    Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation);

    /// <summary>Asks the debtor system what it knows of instructions sent earlier; answers for each, in the same order. An exception means the question was not answered.</summary>
    Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation);

    /// <summary>
    /// Reads what came back since <paramref name="cursor"/> (null: from the beginning): receipts, and the entries the debtor system has booked on its own. The SDK
    /// stores the new cursor after what was read is stored for good, so the same may be read twice. A connector whose vendor pushes hands them to
    /// <see cref="IReceiptInbox"/> and <see cref="IEntryInbox"/> instead and returns nothing here.
    /// </summary>
    Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation);
}

/// <param name="Vendor">As in <c>municipalities.yaml</c>: KmdOpus, Prisme or OesIndsigt.</param>
/// <param name="BatchSize">The most instructions one <see cref="IConnector.SubmitAsync"/> takes.</param>
/// <param name="ReadInterval">How often <see cref="IConnector.ReadAsync"/> is called for each municipality; null: never, the vendor pushes.</param>
/// <param name="OpeningHours">When the debtor system takes instructions, Danish time; null: always.</param>
/// <param name="Linger">How long a batch waits to become full; worth a second where each call costs a file. Null: 40 milliseconds.</param>
/// <param name="RegistersPayments">Whether it carries out <see cref="Messages.InstructionKind.RegisterPayment"/>; where not, the SDK rejects such an instruction without a call.</param>
public sealed record ConnectorCapabilities(
    string Vendor, int BatchSize, TimeSpan? ReadInterval, OpeningHours? OpeningHours = null, TimeSpan? Linger = null, bool RegistersPayments = false);

/// <param name="From">Opens, local Danish time.</param>
/// <param name="To">Closes, local Danish time.</param>
public sealed record OpeningHours(TimeOnly From, TimeOnly To, bool Weekends);

/// <summary>One municipality's installation of the debtor system.</summary>
/// <param name="Municipality">Four digits, "0101".</param>
/// <param name="Endpoint">Where it answers: the base URL, or for SFTP <c>sftp://host:port/folder</c> or a folder.</param>
/// <param name="IsTest">The vendor's test endpoint: the municipality is in stage Test.</param>
public sealed record DebtorSystem(string Municipality, string MunicipalityCvr, Uri Endpoint, bool IsTest);

/// <summary>What a connector is to carry out, opened for the debtor system. Never logged.</summary>
/// <param name="Id">The same through every sending: a debtor system that honours it books the instruction once.</param>
/// <param name="Reference">Our reference of the claim at the debtor system, at most 35 characters, letters, digits and hyphens.</param>
/// <param name="Version">The claim's version; a debtor system never sees them out of order.</param>
/// <param name="AmountOre">What it shall claim when this is done, øre.</param>
/// <param name="Attempt">1 the first time it is sent.</param>
/// <param name="Payment">With <see cref="Messages.InstructionKind.RegisterPayment"/>: what a channel has taken. The same protocol as any instruction: asked about before it is sent again.</param>
public sealed record Instruction(
    Guid Id, Messages.InstructionKind Kind, Guid ClaimId, string Reference, string Agency, long FeeId, int Version, Messages.ClaimType Type,
    string? Reason, long AmountOre, DateOnly CreatedOn, DateOnly? DueOn, Messages.DebtorKind DebtorKind, Defaults.Sealing.OpenIdentity Debtor,
    IReadOnlyList<Messages.Material> Materials, int Attempt, string? TraceParent, Messages.TakenPayment? Payment = null)
{
    public override string ToString() => $"{Kind} {Reference} v{Version} attempt {Attempt}";
}

/// <summary>How an instruction stands after it was handed over.</summary>
public abstract record Submitted
{
    /// <summary>Acknowledged: the business receipt is there.</summary>
    /// <param name="PaymentSlip">The 15 digits of the +71 payment slip that the debtor system issued for the claim, where it says so.</param>
    public sealed record Accepted(string? DebtorReference, string? Receipt, string? PaymentSlip = null) : Submitted;

    /// <summary>Receipted in transport; the business receipt comes later.</summary>
    public sealed record Pending(string? TransportReceipt) : Submitted;

    /// <summary>Refused by the debtor system's rules; sending it again unchanged would be refused again.</summary>
    public sealed record Rejected(string Code, string Text, Messages.FixBy FixBy) : Submitted;

    /// <summary>Certainly not done: the debtor system was not reached, or said it takes nothing now.</summary>
    public sealed record Unavailable(TimeSpan? RetryAfter, string Reason) : Submitted;

    /// <summary>
    /// Certainly not done: the debtor system does not let us in (401, 403), or our credentials there cannot be read. It waits for as long as it takes, people are told that the credentials
    /// are missing, and it goes on by itself once they are right: no claim is rejected or given up for that.
    /// </summary>
    /// <param name="Reason">Never a credential.</param>
    public sealed record NotLetIn(string Reason) : Submitted;

    /// <summary>May or may not be done: the reply was lost.</summary>
    public sealed record Unknown(string Reason) : Submitted;

    /// <summary>
    /// The debtor system answered, and what it says of this instruction cannot be understood: it may or may not be done. Asked about like <see cref="Unknown"/>; after several
    /// such answers the instruction is dead-lettered, because silence passes and nonsense is a fault that somebody has to mend.
    /// </summary>
    /// <param name="Reason">What cannot be understood: which part, and how. Never the answer itself, which may hold personal data.</param>
    public sealed record NotUnderstood(string Reason) : Submitted;
}

/// <summary>What the debtor system knows of an instruction.</summary>
public abstract record Found
{
    /// <summary>It has done it.</summary>
    public sealed record Done(string? DebtorReference, string? Receipt, string? PaymentSlip = null) : Found;

    /// <summary>It has it and has not decided yet: the receipt will come.</summary>
    public sealed record InProgress(string? TransportReceipt) : Found;

    /// <summary>It refused it.</summary>
    public sealed record Rejected(string Code, string Text, Messages.FixBy FixBy) : Found;

    /// <summary>For certain not there: sending again is safe.</summary>
    public sealed record NotThere : Found;

    /// <summary>It did not answer, or not clearly.</summary>
    public sealed record NoAnswer(string Reason) : Found;

    /// <summary>It does not let us in: see <see cref="Submitted.NotLetIn"/>. It is asked until it does.</summary>
    public sealed record NotLetIn(string Reason) : Found;

    /// <summary>It answered, and what it says of this instruction cannot be understood.</summary>
    /// <param name="Reason">As in <see cref="Submitted.NotUnderstood"/>.</param>
    public sealed record NotUnderstood(string Reason) : Found;
}

/// <summary>A business receipt that came back later, by file, feed or callback. The same receipt twice is one receipt.</summary>
/// <param name="InstructionId">As we sent it.</param>
/// <param name="ReceiptId">The debtor system's id of the receipt.</param>
/// <param name="Outcome">Accepted or Rejected; NotUnderstood where it names its instruction and says nothing else that can be understood: the instruction is asked about.</param>
public sealed record Receipt(Guid InstructionId, string ReceiptId, Submitted Outcome);

/// <param name="Cursor">Where to go on next time.</param>
/// <param name="More">Whether there is more to read at once.</param>
public sealed record ReadBack(IReadOnlyList<Receipt> Receipts, string? Cursor, bool More = false)
{
    /// <summary>What the debtor system has booked on its own. The same entry twice is one entry.</summary>
    public IReadOnlyList<DebtorEntry> Entries { get; init; } = [];

    /// <summary>Documents of which nothing counts.</summary>
    public IReadOnlyList<RefusedDocument> Refused { get; init; } = [];

    /// <summary>Documents whose entries are among these, by <see cref="RefusedDocument.DocumentId"/>: where one was refused before, it is settled.</summary>
    public IReadOnlyList<string> TakenDocuments { get; init; } = [];
}

/// <summary>Where a vendor's callback endpoint says that somebody called back who is not known, or for a municipality that is not its own.</summary>
public interface ICallerRefusals
{
    /// <param name="caller">The name it signed in by.</param>
    /// <param name="municipality">Spoken for in vain.</param>
    Task CountAsync(string caller, string municipality, CancellationToken cancellation);

    /// <summary>Somebody whom nobody knows, or who showed nothing. Never fails: whoever is refused hears that alone.</summary>
    /// <param name="municipality">As the address names it.</param>
    Task CountUnknownAsync(string municipality);
}

/// <summary>Where a vendor's callback endpoint hands receipts in: returns when they are stored for good, so that the vendor may be answered.</summary>
public interface IReceiptInbox
{
    Task TakeInAsync(string municipality, IReadOnlyList<Receipt> receipts, CancellationToken cancellation);
}
