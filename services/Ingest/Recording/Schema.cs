using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Ingest.Recording;

/// <summary>What Ingest remembers of every message, so that the same message has the same answer, and every line is counted once.</summary>
internal static class Schema
{
    public const string Name = "ingest";

    /// <summary>One row a message: repeats are counted on it.</summary>
    public static readonly Table Messages = new(
        "ingest.messages", ["id"],
        [
            new("id", ColumnType.Id), new("message_id", ColumnType.Id, Nullable: true), new("claim_id", ColumnType.Id, Nullable: true),
            new("municipality", ColumnType.Text), new("kind", ColumnType.Text), new("version", ColumnType.Integer, Nullable: true),
            new("taken_version", ColumnType.Integer, Nullable: true), new("outcome", ColumnType.Text), new("amount_ore", ColumnType.Integer, Nullable: true),
            new("content", ColumnType.Id, Nullable: true), new("times", ColumnType.Integer), new("received_at", ColumnType.Integer),
            new("trace_parent", ColumnType.Text, Nullable: true), new("relay_at", ColumnType.Integer, Nullable: true), new("debtor", ColumnType.Id, Nullable: true),
            new("sender", ColumnType.Text, Nullable: true),
        ]);

    /// <summary>What was answered, to be answered again; apart from the rows that are counted, which stay small.</summary>
    public static readonly Table Answers = new(
        "ingest.answers", ["id"],
        [
            new("id", ColumnType.Id), new("name", ColumnType.Text), new("answer_id", ColumnType.Id), new("body", ColumnType.LongText),
            new("kept", ColumnType.LongText, Nullable: true), new("why", ColumnType.LongText, Nullable: true),
        ]);

    /// <summary>How many lines each way in has brought, and how far each import has come.</summary>
    public static readonly Table Intake = new(
        "ingest.intake", ["source"], [new("source", ColumnType.Text), new("lines", ColumnType.Integer), new("position", ColumnType.Integer)]);

    /// <summary>Who may send claims by HTTP.</summary>
    public static readonly Table Senders = new(
        "ingest.senders", ["name"],
        [
            new("name", ColumnType.Text), new("agencies", ColumnType.LongText), new("created_at", ColumnType.Integer), new("revoked_at", ColumnType.Integer, Nullable: true),
            new("why", ColumnType.LongText, Nullable: true),
        ]);

    /// <summary>Their keys, as hashes.</summary>
    public static readonly Table SenderKeys = new(
        "ingest.sender_keys", ["id"],
        [
            new("id", ColumnType.Text), new("sender", ColumnType.Text), new("hash", ColumnType.Text), new("created_at", ColumnType.Integer),
            new("expires_at", ColumnType.Integer, Nullable: true),
        ]);

    /// <summary>Whose claims these are: the refs of everybody whom a claim that stands names.</summary>
    public static readonly Table Parties = new(
        "ingest.parties", ["ref", "claim_id"], [new("ref", ColumnType.Text), new("claim_id", ColumnType.Id), new("municipality", ColumnType.Text)]);

    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new(1, "Remember every message and its answer", [
            """
            CREATE TABLE ingest.messages (
                id {id} NOT NULL PRIMARY KEY,
                message_id {id} NULL,
                claim_id {id} NULL,
                municipality {text} NOT NULL,
                kind {text} NOT NULL,
                version {integer} NULL,
                taken_version {integer} NULL,
                outcome {text} NOT NULL,
                amount_ore {integer} NULL,
                content {id} NULL,
                times {integer} NOT NULL,
                received_at {integer} NOT NULL,
                trace_parent {text} NULL,
                relay_at {integer} NULL)
            """,
            // The guard: two instances can never both take a message of the same claim and version.
            "CREATE UNIQUE INDEX messages_taken ON ingest.messages (claim_id, taken_version) WHERE taken_version IS NOT NULL",
            "CREATE INDEX messages_of_claim ON ingest.messages (claim_id)",
            "CREATE INDEX messages_counted ON ingest.messages (municipality, outcome, times, amount_ore)",
            "CREATE INDEX messages_to_relay ON ingest.messages (relay_at) WHERE relay_at IS NOT NULL",
            """
            CREATE TABLE ingest.answers (
                id {id} NOT NULL PRIMARY KEY,
                name {text} NOT NULL,
                answer_id {id} NOT NULL,
                body {longtext} NOT NULL,
                kept {longtext} NULL)
            """,
            """
            CREATE TABLE ingest.intake (
                source {text} NOT NULL PRIMARY KEY,
                lines {integer} NOT NULL,
                position {integer} NOT NULL)
            """,
        ]),
        new(2, "Find what was refused", [
            "CREATE INDEX messages_refused ON ingest.messages (received_at, id) WHERE outcome = 'refused'",
            "CREATE INDEX messages_refused_by_message ON ingest.messages (message_id) WHERE outcome = 'refused'",
        ]),
        new(3, "Know a listed fee's debtor again", ["ALTER TABLE ingest.messages ADD debtor {id} NULL"]),
        // Of one refused before it was kept, the answer alone says why, in English.
        new(4, "Keep the faults of a refused message as notes", ["ALTER TABLE ingest.answers ADD why {longtext} NULL"]),
        new(5, "Know who sends claims", [
            "ALTER TABLE ingest.messages ADD sender {text} NULL",
            """
            CREATE TABLE ingest.senders (
                name {text} NOT NULL PRIMARY KEY,
                agencies {longtext} NOT NULL,
                created_at {integer} NOT NULL,
                revoked_at {integer} NULL,
                why {longtext} NULL)
            """,
            """
            CREATE TABLE ingest.sender_keys (
                id {text} NOT NULL PRIMARY KEY,
                sender {text} NOT NULL,
                hash {text} NOT NULL,
                created_at {integer} NOT NULL,
                expires_at {integer} NULL)
            """,
            "CREATE INDEX sender_keys_of_sender ON ingest.sender_keys (sender)",
        ]),
        new(6, "Know whose claims these are", [
            """
            CREATE TABLE ingest.parties (
                ref {code} NOT NULL,
                claim_id {id} NOT NULL,
                municipality {code} NOT NULL,
                PRIMARY KEY (ref, claim_id))
            """,
            "CREATE INDEX parties_of_claim ON ingest.parties (claim_id)",
            """
            INSERT INTO ingest.parties (ref, claim_id, municipality)
            SELECT named.ref, named.claim_id, MIN(named.municipality)
            FROM (
                SELECT {json body borrower.identity.ref} AS ref, m.claim_id, m.municipality
                FROM ingest.answers a JOIN ingest.messages m ON m.id = a.id WHERE a.name = 'claim-created'
                UNION ALL
                SELECT {json body guardian.identity.ref} AS ref, m.claim_id, m.municipality
                FROM ingest.answers a JOIN ingest.messages m ON m.id = a.id WHERE a.name = 'claim-created'
                UNION ALL
                SELECT {json body liableParty.identity.ref} AS ref, m.claim_id, m.municipality
                FROM ingest.answers a JOIN ingest.messages m ON m.id = a.id WHERE a.name = 'liable-party-changed'
            ) named
            WHERE named.ref IS NOT NULL
            GROUP BY named.ref, named.claim_id
            """,
        ]),
    ];
}
