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
    ];
}
