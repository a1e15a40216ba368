using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.ConnectorSdk.Instructions;

/// <summary>The schema <c>connector_VENDOR</c>.</summary>
internal static class InstructionSchema
{
    private static readonly Column[] Fixed =
    [
        new("instruction_id", ColumnType.Id), new("claim_id", ColumnType.Id), new("municipality", ColumnType.Text), new("kind", ColumnType.Text),
        new("about", ColumnType.Id, Nullable: true), new("version", ColumnType.Integer), new("position", ColumnType.Integer),
        new("taken_at", ColumnType.Integer), new("trace_parent", ColumnType.Text, Nullable: true), new("body", ColumnType.LongText),
    ];

    private static readonly Column[] Changing =
    [
        new("revision", ColumnType.Integer), new("message_id", ColumnType.Id), new("status", ColumnType.Text), new("attempts", ColumnType.Integer),
        new("owner", ColumnType.Text, Nullable: true), new("first_attempt_at", ColumnType.Integer, Nullable: true),
        new("unclear_since_at", ColumnType.Integer, Nullable: true), new("due_at", ColumnType.Integer, Nullable: true),
        new("outcome_id", ColumnType.Id, Nullable: true), new("outcome", ColumnType.LongText, Nullable: true),
        new("report_due_at", ColumnType.Integer, Nullable: true), new("not_understood", ColumnType.Integer, Nullable: true),
        new("failed_at", ColumnType.Integer, Nullable: true), new("failure", ColumnType.LongText, Nullable: true),
    ];

    private static readonly Column[] OfTheSending = [.. Fixed.Where(column => column.Name is "trace_parent" or "body")];

    public static readonly string Columns = string.Join(", ", Fixed.Concat(Changing).Select(column => $"i.{column.Name}"));

    public static Table New(string schema) => new($"{schema}.instructions", ["instruction_id"], [.. Fixed, .. Changing]);

    /// <summary>What never changes, the body above all, is written once.</summary>
    public static Table Changed(string schema) => new($"{schema}.instructions", ["instruction_id"], [Fixed[0], .. Changing]);

    /// <summary>Where another sending has taken the first one's place.</summary>
    public static Table Renewed(string schema) => new($"{schema}.instructions", ["instruction_id"], [Fixed[0], .. OfTheSending, .. Changing]);

    public static Table Receipts(string schema) => new(
        $"{schema}.receipts", ["municipality", "receipt_id"],
        [
            new("municipality", ColumnType.Text), new("receipt_id", ColumnType.Text), new("instruction_id", ColumnType.Id),
            new("outcome", ColumnType.Text), new("received_at", ColumnType.Integer),
        ]);

    public static Table Strays(string schema) => Receipts(schema) with { Name = $"{schema}.stray_receipts" };

    public static Table Lanes(string schema) => new(
        $"{schema}.lanes", ["municipality"], [new("municipality", ColumnType.Text), new("paused", ColumnType.Integer), new("read_due_at", ColumnType.Integer)]);

    public static object?[] NewRow(InstructionRow row) =>
    [
        row.InstructionId, row.ClaimId, row.Municipality, row.Kind.ToString(), row.About, (long)row.Version, row.Position, row.TakenAt, row.TraceParent, row.Body,
        .. Changes(row),
    ];

    public static object?[] ChangedRow(InstructionRow row) => [row.InstructionId, .. Changes(row)];

    public static object?[] RenewedRow(InstructionRow row) => [row.InstructionId, row.TraceParent, row.Body, .. Changes(row)];

    private static object?[] Changes(InstructionRow row) =>
    [
        row.Revision, row.MessageId, row.Status.ToString(), (long)row.Attempts, row.Owner, row.FirstAttemptAt, row.UnclearSince, row.DueAt,
        row.OutcomeId, row.Outcome, row.ReportDueAt, row.NotUnderstood == 0 ? null : (long)row.NotUnderstood, row.FailedAt, row.Failure,
    ];

    public static IReadOnlyList<Migration> Migrations(string schema) =>
    [
        new(1, "Keep a log of instructions", [
            $$"""
            CREATE TABLE {{schema}}.instructions (
              instruction_id {id} NOT NULL PRIMARY KEY,
              claim_id {id} NOT NULL,
              municipality {text} NOT NULL,
              kind {text} NOT NULL,
              about {id} NULL,
              version {integer} NOT NULL,
              position {integer} NOT NULL,
              taken_at {integer} NOT NULL,
              trace_parent {text} NULL,
              body {longtext} NOT NULL,
              revision {integer} NOT NULL,
              message_id {id} NOT NULL,
              status {text} NOT NULL,
              attempts {integer} NOT NULL,
              owner {text} NULL,
              first_attempt_at {integer} NULL,
              unclear_since_at {integer} NULL,
              due_at {integer} NULL,
              outcome_id {id} NULL,
              outcome {longtext} NULL,
              report_due_at {integer} NULL
            )
            """,
            // Finished rows have no due time, so that both sweeps walk over what is open and nothing else.
            $"CREATE INDEX ix_instructions_due ON {schema}.instructions (municipality, due_at, position) WHERE due_at IS NOT NULL",
            $"CREATE INDEX ix_instructions_report_due ON {schema}.instructions (report_due_at) WHERE report_due_at IS NOT NULL",
            $"CREATE INDEX ix_instructions_claim ON {schema}.instructions (claim_id)",
        ]),
        new(2, "Keep every receipt once, and strays aside", [.. new[] { "receipts", "stray_receipts" }.Select(table =>
            $$"""
            CREATE TABLE {{schema}}.{{table}} (
              municipality {text} NOT NULL,
              receipt_id {text} NOT NULL,
              instruction_id {id} NOT NULL,
              outcome {text} NOT NULL,
              received_at {integer} NOT NULL,
              PRIMARY KEY (municipality, receipt_id)
            )
            """)]),
        new(3, "Remember for each municipality whether it is paused, since when it is unavailable and how far it was read", [
            $$"""
            CREATE TABLE {{schema}}.lanes (
              municipality {text} NOT NULL PRIMARY KEY,
              paused {integer} NOT NULL,
              read_due_at {integer} NOT NULL,
              unavailable_since_at {integer} NULL,
              read_cursor {longtext} NULL
            )
            """,
        ]),
        .. Entries.EntrySchema.Migrations(schema),
        new(5, "Count the answers that are not understood, and remember what an instruction was dead-lettered for", [
            $$"""ALTER TABLE {{schema}}.instructions ADD not_understood {integer} NULL""",
            $$"""ALTER TABLE {{schema}}.instructions ADD failed_at {integer} NULL""",
            $$"""ALTER TABLE {{schema}}.instructions ADD failure {longtext} NULL""",
        ]),
        .. Asking.AskingSchema.Migrations(schema),
        SenderRefusals.MigrationIn(schema, 8),
        .. Erasing.ErasingSchema.Migrations(schema),
    ];
}
