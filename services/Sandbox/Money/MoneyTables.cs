using System.Globalization;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>
/// The money's part of the ledger's schema. The sums of a claim stand in a table of their own: the claim's row is written whole by whoever books an instruction. What is
/// still to be told stands in <c>tellings</c>, and leaves it for where it was told.
/// </summary>
internal static class MoneyTables
{
    public static readonly Migration Migration = new(3, "Keep the money that comes in, and who was told of it", [
        "ALTER TABLE sandbox.claims ADD payment_slip {text} NULL",
        "ALTER TABLE sandbox.decisions ADD payment_slip {text} NULL",
        "CREATE INDEX claims_by_municipality ON sandbox.claims (municipality, reference)",
        """
        CREATE TABLE sandbox.accounts (
          reference {text} NOT NULL, municipality {text} NOT NULL, covered_ore {integer} NOT NULL, reversed_ore {integer} NOT NULL, written_off_ore {integer} NOT NULL,
          status {text} NOT NULL, changed_at {integer} NULL,
          PRIMARY KEY (reference, municipality))
        """,
        """
        CREATE TABLE sandbox.money_entries (
          entry_number {integer} NOT NULL PRIMARY KEY, entry_id {text} NOT NULL, municipality {text} NOT NULL, vendor {text} NOT NULL, reference {text} NOT NULL,
          kind {text} NOT NULL, part {text} NOT NULL, amount_ore {integer} NOT NULL, channel {text} NULL, named_by {text} NOT NULL, named_as {text} NOT NULL,
          value_date {text} NOT NULL, booked_at {integer} NOT NULL, reverses_entry_id {text} NULL, reason {text} NULL, status {text} NULL)
        """,
        "CREATE INDEX money_entries_by_claim ON sandbox.money_entries (reference, municipality)",
        """
        CREATE TABLE sandbox.money_steps (
          step_id {text} NOT NULL PRIMARY KEY, municipality {text} NOT NULL, reference {text} NOT NULL, step_number {integer} NOT NULL, action {text} NOT NULL,
          due_at {integer} NOT NULL)
        """,
        "CREATE INDEX money_steps_by_due ON sandbox.money_steps (due_at)",
        """
        CREATE TABLE sandbox.tellings (
          telling_number {integer} NOT NULL PRIMARY KEY, entry_number {integer} NOT NULL, vendor {text} NOT NULL, municipality {text} NOT NULL, due_at {integer} NOT NULL)
        """,
        "CREATE INDEX tellings_by_due ON sandbox.tellings (vendor, municipality, due_at)",
        "CREATE TABLE sandbox.feed (feed_position {integer} NOT NULL PRIMARY KEY, municipality {text} NOT NULL, entry_number {integer} NOT NULL)",
        "CREATE INDEX feed_by_municipality ON sandbox.feed (municipality, feed_position)",
        "CREATE TABLE sandbox.feed_reads (municipality {text} NOT NULL PRIMARY KEY, asked_position {integer} NOT NULL)",
        """
        CREATE TABLE sandbox.payment_files (
          file_id {text} NOT NULL PRIMARY KEY, municipality {text} NOT NULL, file_name {text} NOT NULL, state {text} NOT NULL, is_bad {integer} NOT NULL,
          entries {integer} NOT NULL)
        """,
        "CREATE INDEX payment_files_by_state ON sandbox.payment_files (state, municipality)",
        """
        CREATE TABLE sandbox.payment_file_lines (
          file_id {text} NOT NULL, line_number {integer} NOT NULL, entry_number {integer} NOT NULL,
          PRIMARY KEY (file_id, line_number))
        """,
        "CREATE TABLE sandbox.callbacks (municipality {text} NOT NULL PRIMARY KEY, address {longtext} NOT NULL)",
    ]);

    public static readonly Table Accounts = new("sandbox.accounts", ["reference", "municipality"],
    [
        Text("reference"), Text("municipality"), Number("covered_ore"), Number("reversed_ore"), Number("written_off_ore"), Text("status"), Number("changed_at", nullable: true),
    ]);

    public static readonly Table Entries = new("sandbox.money_entries", ["entry_number"],
    [
        Number("entry_number"), Text("entry_id"), Text("municipality"), Text("vendor"), Text("reference"), Text("kind"), Text("part"), Number("amount_ore"),
        Text("channel", nullable: true), Text("named_by"), Text("named_as"), Text("value_date"), Number("booked_at"), Text("reverses_entry_id", nullable: true),
        Text("reason", nullable: true), Text("status", nullable: true),
    ]);

    public static readonly Table Steps = new("sandbox.money_steps", ["step_id"],
        [Text("step_id"), Text("municipality"), Text("reference"), Number("step_number"), Text("action"), Number("due_at")]);

    public static readonly Table Tellings = new("sandbox.tellings", ["telling_number"],
        [Number("telling_number"), Number("entry_number"), Text("vendor"), Text("municipality"), Number("due_at")]);

    public static readonly Table Feed = new("sandbox.feed", ["feed_position"], [Number("feed_position"), Text("municipality"), Number("entry_number")]);

    public static readonly Table FeedReads = new("sandbox.feed_reads", ["municipality"], [Text("municipality"), Number("asked_position")]);

    public static readonly Table PaymentFiles = new("sandbox.payment_files", ["file_id"],
        [Text("file_id"), Text("municipality"), Text("file_name"), Text("state"), Number("is_bad"), Number("entries")]);

    public static readonly Table PaymentFileLines = new("sandbox.payment_file_lines", ["file_id", "line_number"],
        [Text("file_id"), Number("line_number"), Number("entry_number")]);

    public static readonly Table Callbacks = new("sandbox.callbacks", ["municipality"], [Text("municipality"), new Column("address", ColumnType.LongText)]);

    public const string EntryColumns =
        """
        e.entry_number AS Number, e.entry_id AS EntryId, e.municipality AS Municipality, e.vendor AS Vendor, e.reference AS Reference, e.kind AS Kind, e.part AS Part,
        e.amount_ore AS AmountOre, e.channel AS Channel, e.named_by AS NamedBy, e.named_as AS NamedAs, e.value_date AS ValueDate, e.booked_at AS BookedAt,
        e.reverses_entry_id AS ReversesEntryId, e.reason AS Reason, e.status AS Status
        """;

    public static object?[] Row(MoneyEntry entry) =>
    [
        entry.Number, entry.EntryId, entry.Municipality, entry.Vendor.ToString(), entry.Reference, entry.Kind.ToString(), entry.Part.ToString(), entry.AmountOre, entry.Channel,
        entry.NamedBy.ToString(), entry.NamedAs, entry.ValueDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), entry.BookedAt.ToUnixTimeMilliseconds(),
        entry.ReversesEntryId, entry.Reason, entry.Status?.ToString(),
    ];

    public static object?[] Row(string municipality, string reference, ClaimMoney money) =>
    [
        reference, municipality, money.CoveredOre, money.ReversedOre, money.WrittenOffOre, money.Status.ToString(), money.ChangedAt?.ToUnixTimeMilliseconds(),
    ];

    public static object?[] Row(MoneyStep step) =>
        [step.Id, step.Municipality, step.Reference, (long)step.Number, step.Action.ToString(), step.DueAt.ToUnixTimeMilliseconds()];

    public static object?[] Row(Telling telling, DateTimeOffset dueAt) =>
        [telling.Number, telling.Entry.Number, telling.Entry.Vendor.ToString(), telling.Entry.Municipality, dueAt.ToUnixTimeMilliseconds()];

    private static Column Text(string name, bool nullable = false) => new(name, ColumnType.Text, nullable);

    private static Column Number(string name, bool nullable = false) => new(name, ColumnType.Integer, nullable);

    public sealed class AccountRow
    {
        public string Reference { get; init; } = "";
        public string Municipality { get; init; } = "";
        public long CoveredOre { get; init; }
        public long ReversedOre { get; init; }
        public long WrittenOffOre { get; init; }
        public string Status { get; init; } = "";
        public long? ChangedAt { get; init; }

        public ClaimMoney ToMoney() => new(
            CoveredOre, ReversedOre, WrittenOffOre, Enum.Parse<AccountStatus>(Status), ChangedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
    }

    public sealed class StepRow
    {
        public string Municipality { get; init; } = "";
        public string Reference { get; init; } = "";
        public long Number { get; init; }
        public string Action { get; init; } = "";
        public long DueAt { get; init; }

        public MoneyStep ToStep() => new(Municipality, Reference, (int)Number, Enum.Parse<MoneyAction>(Action), DateTimeOffset.FromUnixTimeMilliseconds(DueAt));
    }

    public class EntryRow
    {
        public long Number { get; init; }
        public string EntryId { get; init; } = "";
        public string Municipality { get; init; } = "";
        public string Vendor { get; init; } = "";
        public string Reference { get; init; } = "";
        public string Kind { get; init; } = "";
        public string Part { get; init; } = "";
        public long AmountOre { get; init; }
        public string? Channel { get; init; }
        public string NamedBy { get; init; } = "";
        public string NamedAs { get; init; } = "";
        public string ValueDate { get; init; } = "";
        public long BookedAt { get; init; }
        public string? ReversesEntryId { get; init; }
        public string? Reason { get; init; }
        public string? Status { get; init; }

        public MoneyEntry ToEntry() => new(
            Number, EntryId, Municipality, Enum.Parse<Vendor>(Vendor), Reference, Enum.Parse<MoneyKind>(Kind), Enum.Parse<MoneyPart>(Part), AmountOre, Channel,
            Enum.Parse<NamedBy>(NamedBy), NamedAs, DateOnly.ParseExact(ValueDate, "yyyy-MM-dd", CultureInfo.InvariantCulture), DateTimeOffset.FromUnixTimeMilliseconds(BookedAt),
            ReversesEntryId, Reason, Status is null ? null : Enum.Parse<AccountStatus>(Status));
    }

    /// <summary>An entry with the number of one telling, or the position at which it stands in a feed.</summary>
    public sealed class ToldRow : EntryRow
    {
        public long Told { get; init; }
    }
}
