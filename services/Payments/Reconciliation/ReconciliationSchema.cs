using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Payments.Reconciliation;

/// <summary>
/// Reconciliation's part of the schema <c>payments</c>: runs and their differences, since when each difference is there, who may run, and the two lists of others while they
/// are compared. The lists are keyed by the run's number, not its id: a million rows of each are written, and the key stands in every one twice.
/// </summary>
internal static class ReconciliationSchema
{
    public static readonly Table Runs = new("payments.reconciliation_runs", ["number"],
    [
        new("number", ColumnType.Integer), new("run_id", ColumnType.Id), new("municipality", ColumnType.Text), new("day", ColumnType.Text),
        new("outcome", ColumnType.Text), new("who", ColumnType.Text), new("failure", ColumnType.LongText, Nullable: true),
        new("started_at", ColumnType.Integer), new("ended_at", ColumnType.Integer, Nullable: true), new("totals", ColumnType.LongText, Nullable: true),
    ]);

    public static readonly Table Differences = new("payments.reconciliation_differences", ["run", "number"],
    [
        new("run", ColumnType.Integer), new("number", ColumnType.Integer), new("claim_id", ColumnType.Id), new("municipality", ColumnType.Text),
        new("agency", ColumnType.Text, Nullable: true), new("fee_id", ColumnType.Integer, Nullable: true), new("version", ColumnType.Integer),
        new("reference", ColumnType.Text, Nullable: true), new("fbs_ore", ColumnType.Integer, Nullable: true), new("ours_ore", ColumnType.Integer, Nullable: true),
        new("debtor_ore", ColumnType.Integer, Nullable: true), new("payment_ore", ColumnType.Integer, Nullable: true), new("cause", ColumnType.Text),
        new("would_be", ColumnType.Text, Nullable: true), new("since_at", ColumnType.Integer), new("action", ColumnType.Text), new("is_safe", ColumnType.Flag),
        new("repaired_at", ColumnType.Integer, Nullable: true),
    ]);

    public static readonly Table Leases = new("payments.reconciliation_leases", ["name"],
    [
        new("name", ColumnType.Text), new("owner", ColumnType.Text), new("until_at", ColumnType.Integer), new("day", ColumnType.Text, Nullable: true),
        new("fence", ColumnType.Integer),
    ]);

    public static readonly Table Fbs = new("payments.reconciliation_fbs", ["run", "agency", "fee_id"],
    [
        new("run", ColumnType.Integer), new("agency", ColumnType.Text), new("fee_id", ColumnType.Integer), new("amount_ore", ColumnType.Integer),
    ]);

    public static readonly Table Debtor = new("payments.reconciliation_debtor", ["run", "agency", "fee_id"],
    [
        new("run", ColumnType.Integer), new("agency", ColumnType.Text), new("fee_id", ColumnType.Integer), new("amount_ore", ColumnType.Integer),
        new("covered_ore", ColumnType.Integer), new("written_off_ore", ColumnType.Integer), new("balance_ore", ColumnType.Integer),
        new("in_force", ColumnType.Flag), new("bookings", ColumnType.Integer), new("changed_at", ColumnType.Integer, Nullable: true),
    ]);

    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new(101, "Reconciliations and what they found",
        [
            """
            CREATE TABLE payments.reconciliation_runs (
              number       {integer}  NOT NULL PRIMARY KEY,
              run_id       {id}       NOT NULL,
              municipality {text}     NOT NULL,
              day          {text}     NOT NULL,
              outcome      {text}     NOT NULL,
              who          {text}     NOT NULL,
              failure      {longtext} NULL,
              started_at   {integer}  NOT NULL,
              ended_at     {integer}  NULL,
              totals       {longtext} NULL
            )
            """,
            "CREATE UNIQUE INDEX reconciliation_runs_of_day ON payments.reconciliation_runs (municipality, day, number)",
            """
            CREATE TABLE payments.reconciliation_differences (
              run          {integer} NOT NULL,
              number       {integer} NOT NULL,
              claim_id     {id}      NOT NULL,
              municipality {text}    NOT NULL,
              agency       {text}    NULL,
              fee_id       {integer} NULL,
              version      {integer} NOT NULL,
              reference    {text}    NULL,
              fbs_ore      {integer} NULL,
              ours_ore     {integer} NULL,
              debtor_ore   {integer} NULL,
              payment_ore  {integer} NULL,
              cause        {text}    NOT NULL,
              would_be     {text}    NULL,
              since_at     {integer} NOT NULL,
              action       {text}    NOT NULL,
              is_safe      {flag}    NOT NULL,
              repaired_at  {integer} NULL,
              PRIMARY KEY (run, number)
            )
            """,
            """
            CREATE TABLE payments.reconciliation_seen (
              municipality {text}    NOT NULL,
              claim_id     {id}      NOT NULL,
              cause        {text}    NOT NULL,
              since_at     {integer} NOT NULL,
              PRIMARY KEY (municipality, claim_id, cause)
            )
            """,
            """
            CREATE TABLE payments.reconciliation_leases (
              name     {text}    NOT NULL PRIMARY KEY,
              owner    {text}    NOT NULL,
              until_at {integer} NOT NULL,
              day      {text}    NULL
            )
            """,
        ]),
        new(102, "The lists of FBS and of the debtor system while they are compared",
        [
            """
            CREATE TABLE payments.reconciliation_fbs (
              run        {integer} NOT NULL,
              agency     {text}    NOT NULL,
              fee_id     {integer} NOT NULL,
              amount_ore {integer} NOT NULL,
              PRIMARY KEY (run, agency, fee_id)
            )
            """,
            """
            CREATE TABLE payments.reconciliation_debtor (
              run             {integer} NOT NULL,
              agency          {text}    NOT NULL,
              fee_id          {integer} NOT NULL,
              amount_ore      {integer} NOT NULL,
              covered_ore     {integer} NOT NULL,
              written_off_ore {integer} NOT NULL,
              balance_ore     {integer} NOT NULL,
              in_force        {flag}    NOT NULL,
              bookings        {integer} NOT NULL,
              changed_at      {integer} NULL,
              PRIMARY KEY (run, agency, fee_id)
            )
            """,
        ]),
        new(103, "A lease has a number that only grows, so that who has lost it can write nothing more",
        [
            "ALTER TABLE payments.reconciliation_leases ADD fence {integer} DEFAULT 0 NOT NULL",
        ]),
        new(104, "Find the differences that name a claim by the debtor system's reference",
        [
            "CREATE INDEX reconciliation_differences_named ON payments.reconciliation_differences (claim_id) WHERE reference IS NOT NULL",
        ]),
    ];
}
