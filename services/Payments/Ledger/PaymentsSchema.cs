using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Payments.Ledger;

/// <summary>Payments' own schema: accounts with what is searched, summed or shown of them, and the entries they are the sum of.</summary>
internal static class PaymentsSchema
{
    public static readonly Table Accounts = new("payments.accounts", ["claim_id"],
    [
        new("claim_id", ColumnType.Id), new("municipality", ColumnType.Text), new("agency", ColumnType.Text), new("fee_id", ColumnType.Integer),
        new("status", ColumnType.Text), new("version", ColumnType.Integer), new("amount_ore", ColumnType.Integer), new("covered_ore", ColumnType.Integer),
        new("reversed_ore", ColumnType.Integer), new("written_off_ore", ColumnType.Integer), new("balance_ore", ColumnType.Integer),
        new("mismatch", ColumnType.Text, Nullable: true), new("mismatch_since_at", ColumnType.Integer, Nullable: true),
        new("debtor_reference", ColumnType.Text, Nullable: true), new("payment_slip", ColumnType.Text, Nullable: true), new("patron_id", ColumnType.Integer, Nullable: true),
        new("changed_at", ColumnType.Integer), new("row_version", ColumnType.Integer), new("state", ColumnType.LongText),
    ]);

    /// <summary>The ledger, a row an entry. The first of a message carries what followed from it, and takes the message's place against a repeat.</summary>
    public static readonly Table Entries = new("payments.entries", ["message_id", "part"],
    [
        new("message_id", ColumnType.Id), new("part", ColumnType.Integer), new("claim_id", ColumnType.Id), new("municipality", ColumnType.Text),
        new("position", ColumnType.Integer), new("kind", ColumnType.Text), new("amount_ore", ColumnType.Integer), new("entry_id", ColumnType.Text, Nullable: true),
        new("outcome", ColumnType.Text, Nullable: true), new("channel", ColumnType.Text, Nullable: true), new("value_date", ColumnType.Text, Nullable: true),
        new("version", ColumnType.Integer), new("occurred_at", ColumnType.Integer), new("recorded_at", ColumnType.Integer),
        new("effects", ColumnType.LongText, Nullable: true), new("trace_parent", ColumnType.Text, Nullable: true),
        new("reverses_entry_id", ColumnType.Text, Nullable: true),
    ]);

    /// <summary>Entries of the debtor system that found no account by themselves.</summary>
    public static readonly Table Unmatched = new("payments.unmatched", ["message_id"],
    [
        new("message_id", ColumnType.Id), new("municipality", ColumnType.Text), new("cause", ColumnType.Text), new("state", ColumnType.Text),
        new("amount_ore", ColumnType.Integer), new("debtor_reference", ColumnType.Text, Nullable: true), new("payment_slip", ColumnType.Text, Nullable: true),
        new("received_at", ColumnType.Integer), new("relay_due_at", ColumnType.Integer, Nullable: true), new("claim_id", ColumnType.Id, Nullable: true),
        new("decided_at", ColumnType.Integer, Nullable: true), new("who", ColumnType.Text, Nullable: true), new("why", ColumnType.LongText, Nullable: true),
        new("row_version", ColumnType.Integer), new("entry", ColumnType.LongText), new("placed", ColumnType.LongText, Nullable: true), new("entry_id", ColumnType.Text, Nullable: true),
        new("reverses_entry_id", ColumnType.Text, Nullable: true), new("placements", ColumnType.Integer, Nullable: true), new("decisions", ColumnType.LongText, Nullable: true),
    ]);

    /// <summary>Settled claims to be registered through FBS's payment interface.</summary>
    public static readonly Table Orders = new("payments.orders", ["order_id"],
    [
        new("order_id", ColumnType.Text), new("item_id", ColumnType.Id), new("claim_id", ColumnType.Id), new("municipality", ColumnType.Text), new("agency", ColumnType.Text),
        new("fee_id", ColumnType.Integer), new("state", ColumnType.Text), new("calls", ColumnType.Integer), new("due_at", ColumnType.Integer, Nullable: true),
        new("confirmation_id", ColumnType.Text, Nullable: true), new("last_fault", ColumnType.Text, Nullable: true), new("created_at", ColumnType.Integer),
        new("changed_at", ColumnType.Integer), new("closed_at", ColumnType.Integer, Nullable: true), new("who", ColumnType.Text, Nullable: true),
        new("why", ColumnType.LongText, Nullable: true),
    ]);

    /// <summary>This service's history. Another folder adds its own list in <c>PaymentsService</c>, with numbers that do not meet these.</summary>
    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new(1, "Accounts, the sum of their entries",
        [
            """
            CREATE TABLE payments.accounts (
              claim_id          {id}       NOT NULL PRIMARY KEY,
              municipality      {text}     NOT NULL,
              agency            {text}     NOT NULL,
              fee_id            {integer}  NOT NULL,
              status            {text}     NOT NULL,
              version           {integer}  NOT NULL,
              amount_ore        {integer}  NOT NULL,
              covered_ore       {integer}  NOT NULL,
              reversed_ore      {integer}  NOT NULL,
              written_off_ore   {integer}  NOT NULL,
              balance_ore       {integer}  NOT NULL,
              mismatch          {text}     NULL,
              mismatch_since_at {integer}  NULL,
              debtor_reference  {text}     NULL,
              payment_slip      {text}     NULL,
              patron_id         {integer}  NULL,
              changed_at        {integer}  NOT NULL,
              row_version       {integer}  NOT NULL,
              state             {longtext} NOT NULL
            )
            """,
            "CREATE INDEX accounts_of_municipality ON payments.accounts (municipality, agency, fee_id)",
            "CREATE INDEX accounts_mismatched ON payments.accounts (municipality, mismatch) WHERE mismatch IS NOT NULL",
            "CREATE INDEX accounts_by_debtor_reference ON payments.accounts (debtor_reference) WHERE debtor_reference IS NOT NULL",
            "CREATE INDEX accounts_by_payment_slip ON payments.accounts (payment_slip) WHERE payment_slip IS NOT NULL",
        ]),
        new(2, "Entries, what found no account, and orders to FBS",
        [
            """
            CREATE TABLE payments.entries (
              message_id   {id}       NOT NULL,
              part         {integer}  NOT NULL,
              claim_id     {id}       NOT NULL,
              municipality {text}     NOT NULL,
              position     {integer}  NOT NULL,
              kind         {text}     NOT NULL,
              amount_ore   {integer}  NOT NULL,
              entry_id     {text}     NULL,
              outcome      {text}     NULL,
              channel      {text}     NULL,
              value_date   {text}     NULL,
              version      {integer}  NOT NULL,
              occurred_at  {integer}  NOT NULL,
              recorded_at  {integer}  NOT NULL,
              effects      {longtext} NULL,
              trace_parent {text}     NULL,
              PRIMARY KEY (message_id, part)
            )
            """,
            "CREATE INDEX entries_of_claim ON payments.entries (claim_id, position, part)",
            "CREATE UNIQUE INDEX entries_once ON payments.entries (municipality, entry_id) WHERE entry_id IS NOT NULL",
            """
            CREATE TABLE payments.unmatched (
              message_id       {id}       NOT NULL PRIMARY KEY,
              municipality     {text}     NOT NULL,
              cause            {text}     NOT NULL,
              state            {text}     NOT NULL,
              amount_ore       {integer}  NOT NULL,
              debtor_reference {text}     NULL,
              payment_slip     {text}     NULL,
              received_at      {integer}  NOT NULL,
              relay_due_at     {integer}  NULL,
              claim_id         {id}       NULL,
              decided_at       {integer}  NULL,
              who              {text}     NULL,
              why              {longtext} NULL,
              row_version      {integer}  NOT NULL,
              entry            {longtext} NOT NULL,
              placed           {longtext} NULL
            )
            """,
            "CREATE INDEX unmatched_open ON payments.unmatched (received_at, message_id) WHERE state = 'Open'",
            "CREATE INDEX unmatched_placing ON payments.unmatched (relay_due_at) WHERE relay_due_at IS NOT NULL",
            """
            CREATE TABLE payments.orders (
              order_id        {text}     NOT NULL PRIMARY KEY,
              item_id         {id}       NOT NULL,
              claim_id        {id}       NOT NULL,
              municipality    {text}     NOT NULL,
              agency          {text}     NOT NULL,
              fee_id          {integer}  NOT NULL,
              state           {text}     NOT NULL,
              calls           {integer}  NOT NULL,
              due_at          {integer}  NULL,
              confirmation_id {text}     NULL,
              last_fault      {text}     NULL,
              created_at      {integer}  NOT NULL,
              changed_at      {integer}  NOT NULL,
              closed_at       {integer}  NULL,
              who             {text}     NULL,
              why             {longtext} NULL
            )
            """,
            "CREATE INDEX orders_due ON payments.orders (due_at) WHERE due_at IS NOT NULL",
            "CREATE INDEX orders_of_claim ON payments.orders (claim_id)",
            "CREATE INDEX orders_by_item ON payments.orders (item_id)",
            "CREATE INDEX accounts_owing ON payments.accounts (municipality, balance_ore) WHERE status = 'Open'",
            "CREATE INDEX accounts_of_amount ON payments.accounts (municipality, amount_ore)",
        ]),
        SenderRefusals.MigrationIn("payments", 3),
        new(4, "Find an entry without an account by its id",
        [
            "ALTER TABLE payments.unmatched ADD entry_id {text} NULL",
            "CREATE INDEX unmatched_of_entry ON payments.unmatched (municipality, entry_id) WHERE entry_id IS NOT NULL",
        ]),
        new(5, "Take a placement back, and follow a reversal to where its entry went",
        [
            "ALTER TABLE payments.unmatched ADD reverses_entry_id {text} NULL",
            "ALTER TABLE payments.unmatched ADD placements {integer} NULL",
            "ALTER TABLE payments.unmatched ADD decisions {longtext} NULL",
            "CREATE INDEX unmatched_placed ON payments.unmatched (decided_at, message_id) WHERE state = 'Placed'",
        ]),
        new(6, "Find what takes an entry back by that entry's id",
        [
            "CREATE INDEX unmatched_reversing ON payments.unmatched (municipality, reverses_entry_id) WHERE reverses_entry_id IS NOT NULL",
        ]),
        new(7, "Keep what an entry of the ledger takes back",
        [
            "ALTER TABLE payments.entries ADD reverses_entry_id {text} NULL",
            "CREATE INDEX entries_reversing ON payments.entries (municipality, reverses_entry_id) WHERE reverses_entry_id IS NOT NULL",
        ]),
        new(8, "Show what was reversed beyond what was covered",
        [
            """
            UPDATE payments.accounts SET mismatch = 'ReversedBeyondCovered', mismatch_since_at = changed_at
            WHERE mismatch IS NULL AND status <> 'Awaited' AND reversed_ore > covered_ore
            """,
        ]),
        new(9, "Find what is to be erased",
        [
            "CREATE INDEX unmatched_of_claim ON payments.unmatched (claim_id) WHERE claim_id IS NOT NULL",
            "CREATE INDEX unmatched_closed ON payments.unmatched (municipality, decided_at) WHERE state = 'Closed'",
        ]),
    ];
}
