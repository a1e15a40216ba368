using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Money;

namespace ClaimsTransfer.Sandbox.Ledger;

/// <summary>The ledger's schema and how its rows become records. Ids are kept as text and flags as 0 and 1: a stand-in needs no more.</summary>
internal static class LedgerTables
{
    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new(1, "Keep claims, decisions and entries", [
            """
            CREATE TABLE sandbox.claims (
              reference {text} NOT NULL, municipality {text} NOT NULL, vendor {text} NOT NULL, claim_id {text} NULL, agency {text} NULL, fee_id {integer} NULL,
              amount_ore {integer} NOT NULL, state {text} NOT NULL, version {integer} NOT NULL, bookings {integer} NOT NULL, received {integer} NOT NULL,
              debtor_reference {text} NOT NULL, debtor_ref {text} NULL, is_test {integer} NOT NULL, entries {integer} NOT NULL,
              PRIMARY KEY (reference, municipality))
            """,
            """
            CREATE TABLE sandbox.decisions (
              instruction_id {text} NOT NULL PRIMARY KEY, municipality {text} NOT NULL, vendor {text} NOT NULL, reference {text} NOT NULL, kind {text} NOT NULL,
              version {integer} NOT NULL, refusal {text} NULL, debtor_reference {text} NULL, receipt_id {text} NOT NULL, receipt_number {integer} NOT NULL,
              decided_at {integer} NOT NULL, receipt_due_at {integer} NOT NULL, arrivals {integer} NOT NULL, reply_to {longtext} NULL)
            """,
            "CREATE UNIQUE INDEX decisions_by_number ON sandbox.decisions (receipt_number)",
            "CREATE INDEX decisions_by_municipality ON sandbox.decisions (municipality, receipt_number)",
            """
            CREATE TABLE sandbox.entries (
              reference {text} NOT NULL, municipality {text} NOT NULL, entry_number {integer} NOT NULL, kind {text} NOT NULL, amount_ore {integer} NOT NULL,
              instruction_id {text} NOT NULL, booked_at {integer} NOT NULL,
              PRIMARY KEY (reference, municipality, entry_number))
            """,
            """
            CREATE TABLE sandbox.outbox (
              receipt_id {text} NOT NULL PRIMARY KEY, instruction_id {text} NOT NULL, due_at {integer} NOT NULL, attempts {integer} NOT NULL)
            """,
            "CREATE INDEX outbox_by_due ON sandbox.outbox (due_at)",
            "CREATE TABLE sandbox.settings (name {text} NOT NULL PRIMARY KEY, value {text} NOT NULL)",
        ]),
        new(2, "Keep the faults that were posted", [
            "CREATE TABLE sandbox.faults (name {text} NOT NULL PRIMARY KEY, run {text} NOT NULL, plan_text {longtext} NOT NULL)",
        ]),
        MoneyTables.Migration,
        new(4, "Keep what poisoned claims have sent in vain", [
            "CREATE TABLE sandbox.set_aside (instruction_id {text} NOT NULL PRIMARY KEY, municipality {text} NOT NULL, reference {text} NOT NULL)",
        ]),
    ];

    public static readonly Table Claims = new("sandbox.claims", ["reference", "municipality"],
    [
        Text("reference"), Text("municipality"), Text("vendor"), Text("claim_id", nullable: true), Text("agency", nullable: true), Number("fee_id", nullable: true),
        Number("amount_ore"), Text("state"), Number("version"), Number("bookings"), Number("received"),
        Text("debtor_reference"), Text("debtor_ref", nullable: true), Number("is_test"), Number("entries"), Text("payment_slip", nullable: true),
    ]);

    public static readonly Table Decisions = new("sandbox.decisions", ["instruction_id"],
    [
        Text("instruction_id"), Text("municipality"), Text("vendor"), Text("reference"), Text("kind"), Number("version"), Text("refusal", nullable: true),
        Text("debtor_reference", nullable: true), Text("receipt_id"), Number("receipt_number"), Number("decided_at"), Number("receipt_due_at"), Number("arrivals"),
        new Column("reply_to", ColumnType.LongText, Nullable: true), Text("payment_slip", nullable: true),
    ]);

    public static readonly Table Entries = new("sandbox.entries", ["reference", "municipality", "entry_number"],
    [
        Text("reference"), Text("municipality"), Number("entry_number"), Text("kind"), Number("amount_ore"), Text("instruction_id"), Number("booked_at"),
    ]);

    public static readonly Table Outbox = new("sandbox.outbox", ["receipt_id"], [Text("receipt_id"), Text("instruction_id"), Number("due_at"), Number("attempts")]);

    public static readonly Table Faults = new("sandbox.faults", ["name"], [Text("name"), Text("run"), new Column("plan_text", ColumnType.LongText)]);

    public static readonly Table SetAside = new("sandbox.set_aside", ["instruction_id"], [Text("instruction_id"), Text("municipality"), Text("reference")]);

    public static readonly Table Settings = new("sandbox.settings", ["name"], [Text("name"), Text("value")]);

    public const string ClaimColumns =
        """
        reference AS Reference, municipality AS Municipality, vendor AS Vendor, claim_id AS ClaimId, agency AS Agency, fee_id AS FeeId, amount_ore AS AmountOre,
        state AS State, version AS Version, bookings AS Bookings, received AS Received, debtor_reference AS DebtorReference, debtor_ref AS DebtorRef,
        is_test AS IsTest, entries AS Entries, payment_slip AS PaymentSlip
        """;

    public const string DecisionColumns =
        """
        instruction_id AS InstructionId, municipality AS Municipality, vendor AS Vendor, reference AS Reference, kind AS Kind, version AS Version, refusal AS Refusal,
        debtor_reference AS DebtorReference, receipt_id AS ReceiptId, receipt_number AS ReceiptNumber, decided_at AS DecidedAt, receipt_due_at AS ReceiptDueAt,
        arrivals AS Arrivals, reply_to AS ReplyTo, payment_slip AS PaymentSlip
        """;

    public static object?[] Row(LedgerClaim claim) =>
    [
        claim.Reference, claim.Municipality, claim.Vendor.ToString(), claim.ClaimId?.ToString(), claim.Agency, claim.FeeId, claim.AmountOre, claim.State.ToString(),
        (long)claim.Version, (long)claim.Bookings, (long)claim.Received, claim.DebtorReference, claim.DebtorRef, claim.IsTest ? 1L : 0L, (long)claim.Entries,
        claim.PaymentSlip,
    ];

    public static object?[] Row(Decision decision) =>
    [
        decision.InstructionId.ToString(), decision.Municipality, decision.Vendor.ToString(), decision.Reference, decision.Kind.ToString(), (long)decision.Version,
        decision.Refusal?.Code, decision.DebtorReference, decision.ReceiptId.ToString(), decision.ReceiptNumber, decision.DecidedAt.ToUnixTimeMilliseconds(),
        decision.ReceiptDueAt.ToUnixTimeMilliseconds(), (long)decision.Arrivals, decision.ReplyTo, decision.PaymentSlip,
    ];

    public static object?[] Row(LedgerClaim claim, LedgerEntry entry) =>
    [
        claim.Reference, claim.Municipality, (long)entry.Number, entry.Kind.ToString(), entry.AmountOre, entry.InstructionId.ToString(),
        entry.BookedAt.ToUnixTimeMilliseconds(),
    ];

    private static Column Text(string name, bool nullable = false) => new(name, ColumnType.Text, nullable);

    private static Column Number(string name, bool nullable = false) => new(name, ColumnType.Integer, nullable);

    public sealed class ClaimRow
    {
        public string Reference { get; init; } = "";
        public string Municipality { get; init; } = "";
        public string Vendor { get; init; } = "";
        public string? ClaimId { get; init; }
        public string? Agency { get; init; }
        public long? FeeId { get; init; }
        public long AmountOre { get; init; }
        public string State { get; init; } = "";
        public long Version { get; init; }
        public long Bookings { get; init; }
        public long Received { get; init; }
        public string DebtorReference { get; init; } = "";
        public string? DebtorRef { get; init; }
        public long IsTest { get; init; }
        public long Entries { get; init; }
        public string? PaymentSlip { get; init; }

        public LedgerClaim ToClaim() => new(
            Municipality, Enum.Parse<Vendor>(Vendor), Reference, ClaimId is null ? null : Guid.Parse(ClaimId), Agency, FeeId, AmountOre,
            Enum.Parse<ClaimState>(State), (int)Version, (int)Bookings, (int)Received, DebtorReference, DebtorRef, IsTest == 1, (int)Entries,
            PaymentSlip);
    }

    public sealed class DecisionRow
    {
        public string InstructionId { get; init; } = "";
        public string Municipality { get; init; } = "";
        public string Vendor { get; init; } = "";
        public string Reference { get; init; } = "";
        public string Kind { get; init; } = "";
        public long Version { get; init; }
        public string? Refusal { get; init; }
        public string? DebtorReference { get; init; }
        public string ReceiptId { get; init; } = "";
        public long ReceiptNumber { get; init; }
        public long DecidedAt { get; init; }
        public long ReceiptDueAt { get; init; }
        public long Arrivals { get; init; }
        public string? ReplyTo { get; init; }
        public string? PaymentSlip { get; init; }

        public Decision ToDecision() => new(
            Municipality, Enum.Parse<Vendor>(Vendor), Reference, Guid.Parse(InstructionId), Enum.Parse<InstructionKind>(Kind), (int)Version,
            Refusal is null ? null : Ledger.Refusal.Of(Refusal), DebtorReference, Guid.Parse(ReceiptId), ReceiptNumber,
            DateTimeOffset.FromUnixTimeMilliseconds(DecidedAt), DateTimeOffset.FromUnixTimeMilliseconds(ReceiptDueAt), (int)Arrivals, ReplyTo,
            PaymentSlip);
    }

    public sealed class EntryRow
    {
        public long Number { get; init; }
        public string Kind { get; init; } = "";
        public long AmountOre { get; init; }
        public string InstructionId { get; init; } = "";
        public long BookedAt { get; init; }

        public LedgerEntry ToEntry() => new(
            (int)Number, Enum.Parse<InstructionKind>(Kind), AmountOre, Guid.Parse(InstructionId), DateTimeOffset.FromUnixTimeMilliseconds(BookedAt));
    }
}
