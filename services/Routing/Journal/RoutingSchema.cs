using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Routing.Journal;

/// <summary>Routing's own schema. Columns beside <c>state</c> repeat what is searched, summed or shown; the state itself is read and written whole.</summary>
internal static class RoutingSchema
{
    public static readonly Table Claims = new("routing.claims", ["claim_id"],
    [
        new("claim_id", ColumnType.Id), new("municipality", ColumnType.Text), new("agency", ColumnType.Text), new("fee_id", ColumnType.Integer),
        new("status", ColumnType.Text), new("category", ColumnType.Text), new("version", ColumnType.Integer), new("amount_ore", ColumnType.Integer),
        new("open_instruction", ColumnType.Flag), new("hold_rule", ColumnType.Text, Nullable: true), new("due_at", ColumnType.Integer, Nullable: true),
        new("received_at", ColumnType.Integer, Nullable: true), new("row_version", ColumnType.Integer), new("state", ColumnType.LongText),
        new("listed_at", ColumnType.Integer), new("searched", ColumnType.Text, Nullable: true), new("rejection_code", ColumnType.Text, Nullable: true),
        new("rejection_text", ColumnType.Text, Nullable: true), new("rejection_fix_by", ColumnType.Text, Nullable: true),
        new("rejection_instruction", ColumnType.Text, Nullable: true), new("rejected_at", ColumnType.Integer, Nullable: true),
        new("unheard_since", ColumnType.Integer, Nullable: true), new("waiting_since", ColumnType.Integer, Nullable: true),
        new("payment_slip", ColumnType.Text, Nullable: true), new("debtor_reference", ColumnType.Text, Nullable: true), new("patron_id", ColumnType.Integer, Nullable: true),
        new("ended_at", ColumnType.Integer, Nullable: true),
    ]);

    public static readonly Table Journal = new("routing.journal", ["message_id"],
    [
        new("message_id", ColumnType.Id), new("claim_id", ColumnType.Id), new("position", ColumnType.Integer), new("recorded_at", ColumnType.Integer),
        new("event", ColumnType.Text), new("version", ColumnType.Integer), new("verdict", ColumnType.Text), new("from_status", ColumnType.Text),
        new("to_status", ColumnType.Text), new("note", ColumnType.LongText), new("effects", ColumnType.LongText, Nullable: true),
        new("trace_parent", ColumnType.Text, Nullable: true), new("relay_due_at", ColumnType.Integer, Nullable: true),
    ]);

    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new(1, "Claims and their journal",
        [
            """
            CREATE TABLE routing.claims (
              claim_id         {id}       NOT NULL PRIMARY KEY,
              municipality     {text}     NOT NULL,
              agency           {text}     NOT NULL,
              fee_id           {integer}  NOT NULL,
              status           {text}     NOT NULL,
              category         {text}     NOT NULL,
              version          {integer}  NOT NULL,
              amount_ore       {integer}  NOT NULL,
              open_instruction {flag}     NOT NULL,
              hold_rule        {text}     NULL,
              due_at           {integer}  NULL,
              received_at      {integer}  NULL,
              row_version      {integer}  NOT NULL,
              state            {longtext} NOT NULL
            )
            """,
            "CREATE INDEX claims_due ON routing.claims (due_at) WHERE due_at IS NOT NULL",
            """
            CREATE TABLE routing.journal (
              message_id   {id}       NOT NULL PRIMARY KEY,
              claim_id     {id}       NOT NULL,
              position     {integer}  NOT NULL,
              recorded_at  {integer}  NOT NULL,
              event        {text}     NOT NULL,
              version      {integer}  NOT NULL,
              verdict      {text}     NOT NULL,
              from_status  {text}     NOT NULL,
              to_status    {text}     NOT NULL,
              note         {longtext} NOT NULL,
              effects      {longtext} NULL,
              trace_parent {text}     NULL,
              relay_due_at {integer}  NULL
            )
            """,
            "CREATE INDEX journal_timeline ON routing.journal (claim_id, position)",
            "CREATE INDEX journal_unrelayed ON routing.journal (relay_due_at) WHERE relay_due_at IS NOT NULL",
        ]),
        new(2, "Find claims by what people ask, and rejections by their reason",
        [
            // When it was received, 0 when it is only heard of: a place in the list for every claim.
            "ALTER TABLE routing.claims ADD listed_at {integer} DEFAULT 0 NOT NULL",
            "UPDATE routing.claims SET listed_at = received_at WHERE received_at IS NOT NULL",
            "ALTER TABLE routing.claims ADD searched {text} NULL",
            "UPDATE routing.claims SET searched = LOWER(hold_rule) WHERE hold_rule IS NOT NULL",
            "ALTER TABLE routing.claims ADD rejection_code {text} NULL",
            "ALTER TABLE routing.claims ADD rejection_text {text} NULL",
            "ALTER TABLE routing.claims ADD rejection_fix_by {text} NULL",
            "ALTER TABLE routing.claims ADD rejection_instruction {text} NULL",
            "ALTER TABLE routing.claims ADD rejected_at {integer} NULL",
            // Both carry what is filtered and summed, so that whatever is asked is answered from the index, never from the long rows.
            "CREATE INDEX claims_listed ON routing.claims (listed_at, claim_id, municipality, category, status, agency, amount_ore)",
            "CREATE INDEX claims_of_municipality ON routing.claims (municipality, category, listed_at, claim_id, status, agency, amount_ore)",
            "CREATE INDEX claims_of_fee ON routing.claims (fee_id)",
            "CREATE INDEX claims_searched ON routing.claims (listed_at, claim_id, searched) WHERE searched IS NOT NULL",
            "CREATE INDEX claims_rejected ON routing.claims (municipality, rejected_at) WHERE rejected_at IS NOT NULL",
        ]),
        SenderRefusals.MigrationIn("routing", 3),
        // Of claims from before it is set when they next change: an instruction without an answer is asked about within minutes.
        new(4, "Keep since when an instruction is without an answer", ["ALTER TABLE routing.claims ADD unheard_since {integer} NULL"]),
        new(5, "Keep since when a change waits for a version before it",
        [
            "ALTER TABLE routing.claims ADD waiting_since {integer} NULL",
            "CREATE INDEX claims_waiting ON routing.claims (waiting_since, municipality, listed_at, claim_id) WHERE waiting_since IS NOT NULL",
        ]),
        new(6, "Find a claim by its payment slip, the debtor system's reference and the patron",
        [
            "ALTER TABLE routing.claims ADD payment_slip {text} NULL",
            "ALTER TABLE routing.claims ADD debtor_reference {text} NULL",
            "ALTER TABLE routing.claims ADD patron_id {integer} NULL",
            """
            UPDATE routing.claims
            SET payment_slip = {json state registered.paymentSlip}, debtor_reference = UPPER(REPLACE({json state registered.debtorReference}, ' ', '')),
                patron_id = CAST({json state facts.patronId} AS {integer})
            """,
            "CREATE INDEX claims_by_payment_slip ON routing.claims (payment_slip) WHERE payment_slip IS NOT NULL",
            "CREATE INDEX claims_by_debtor_reference ON routing.claims (debtor_reference) WHERE debtor_reference IS NOT NULL",
            "CREATE INDEX claims_of_patron ON routing.claims (patron_id) WHERE patron_id IS NOT NULL",
        ]),
        new(7, "Find claims that ended so long ago that they are to be erased",
        [
            "ALTER TABLE routing.claims ADD ended_at {integer} NULL",
            """
            UPDATE routing.claims
            SET ended_at = (SELECT MAX(j.recorded_at) FROM routing.journal j WHERE j.claim_id = claims.claim_id)
            WHERE status IN ('Settled', 'WrittenOff', 'Cancelled', 'OutOfScope') AND waiting_since IS NULL
            """,
            "CREATE INDEX claims_ended ON routing.claims (municipality, ended_at, claim_id) WHERE ended_at IS NOT NULL",
        ]),
    ];
}
