using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.ConnectorSdk.Entries;

/// <summary>The tables of entries in the schema <c>connector_VENDOR</c>: the log, and beside it what came under an id that was taken.</summary>
internal static class EntrySchema
{
    private static readonly Column[] All =
    [
        new("municipality", ColumnType.Text), new("entry_id", ColumnType.Text), new("content_hash", ColumnType.Text), new("kind", ColumnType.Text),
        new("claim_id", ColumnType.Id, Nullable: true), new("amount_ore", ColumnType.Integer), new("booked_at", ColumnType.Integer), new("taken_at", ColumnType.Integer),
        new("content", ColumnType.LongText), new("message", ColumnType.Text, Nullable: true), new("message_id", ColumnType.Id, Nullable: true),
        new("body", ColumnType.LongText, Nullable: true), new("trace_parent", ColumnType.Text, Nullable: true), new("publish_due_at", ColumnType.Integer, Nullable: true),
    ];

    public static readonly string Columns = string.Join(", ", All.Select(column => $"e.{column.Name}"));

    public static Table Entries(string schema) => new($"{schema}.entries", ["municipality", "entry_id"], All);

    public static Table Conflicts(string schema) => new($"{schema}.entry_conflicts", ["municipality", "entry_id", "content_hash"], All);

    public static Table Refused(string schema) => new($"{schema}.refused_documents", ["municipality", "document_id"],
    [
        new("municipality", ColumnType.Text), new("document_id", ColumnType.Text), new("kind", ColumnType.Text), new("name", ColumnType.Text), new("fault", ColumnType.Text),
        new("line", ColumnType.Integer, Nullable: true), new("field", ColumnType.Text, Nullable: true), new("entry_id", ColumnType.Text, Nullable: true),
        new("found_again", ColumnType.Flag), new("since_at", ColumnType.Integer), new("last_at", ColumnType.Integer), new("times", ColumnType.Integer),
    ]);

    public static object?[] RowOf(string municipality, RefusedDocument document, long now) =>
    [
        municipality, document.DocumentId, document.Kind.ToString(), document.Name, document.Fault.ToString(), (long?)document.Line, document.Field, document.EntryId,
        document.IsFoundAgain, now, now, 1L,
    ];

    public static object?[] RowOf(EntryRow row) =>
    [
        row.Municipality, row.EntryId, row.ContentHash, row.Kind.ToString(), row.ClaimId, row.AmountOre, row.BookedAt, row.TakenAt,
        row.Content, row.Message?.Name, row.Message?.Id, row.Message?.Body, row.Message?.TraceParent, row.PublishDueAt,
    ];

    /// <summary>Part of the schema's one history, which begins with the instructions'.</summary>
    public static IReadOnlyList<Migration> Migrations(string schema) =>
    [
        new(4, "Keep every entry of the debtor system once, and other content under its id aside",
        [
            .. Create(schema, "entries", "municipality, entry_id"),
            .. Create(schema, "entry_conflicts", "municipality, entry_id, content_hash"),
        ]),
        new(7, "Keep what was refused whole until it is settled",
        [
            $$"""
            CREATE TABLE {{schema}}.refused_documents (
              municipality {code} NOT NULL,
              document_id {text} NOT NULL,
              kind {text} NOT NULL,
              name {text} NOT NULL,
              fault {text} NOT NULL,
              line {integer} NULL,
              field {text} NULL,
              entry_id {text} NULL,
              found_again {flag} NOT NULL,
              since_at {integer} NOT NULL,
              last_at {integer} NOT NULL,
              times {integer} NOT NULL,
              PRIMARY KEY (municipality, document_id)
            )
            """,
        ]),
    ];

    private static string[] Create(string schema, string table, string key) =>
    [
        $$"""
        CREATE TABLE {{schema}}.{{table}} (
          municipality {code} NOT NULL,
          entry_id {text} NOT NULL,
          content_hash {text} NOT NULL,
          kind {text} NOT NULL,
          claim_id {id} NULL,
          amount_ore {integer} NOT NULL,
          booked_at {integer} NOT NULL,
          taken_at {integer} NOT NULL,
          content {longtext} NOT NULL,
          message {text} NULL,
          message_id {id} NULL,
          body {longtext} NULL,
          trace_parent {text} NULL,
          publish_due_at {integer} NULL,
          PRIMARY KEY ({{key}})
        )
        """,
        // What is confirmed has no due time, so that a sweep walks over what is open and nothing else.
        $"CREATE INDEX ix_{table}_publish_due ON {schema}.{table} (publish_due_at, municipality) WHERE publish_due_at IS NOT NULL",
    ];
}
