using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>The schema of local accounts.</summary>
internal static class AccessSchema
{
    public const string Name = "console_access";

    public static readonly Table Accounts = new("console_access.accounts", ["user_name"],
    [
        new("user_name", ColumnType.Text), new("display_name", ColumnType.Text), new("role", ColumnType.Text), new("municipalities", ColumnType.LongText),
        new("password", ColumnType.LongText), new("stamp", ColumnType.Text), new("disabled", ColumnType.Flag), new("failures", ColumnType.Integer),
        new("locked_until_at", ColumnType.Integer, Nullable: true), new("created_at", ColumnType.Integer), new("changed_at", ColumnType.Integer),
        new("row_version", ColumnType.Integer),
    ]);

    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new(1, "Local accounts",
        [
            """
            CREATE TABLE console_access.accounts (
              user_name       {text}     NOT NULL PRIMARY KEY,
              display_name    {text}     NOT NULL,
              role            {text}     NOT NULL,
              municipalities  {longtext} NOT NULL,
              password        {longtext} NOT NULL,
              stamp           {text}     NOT NULL,
              disabled        {flag}     NOT NULL,
              failures        {integer}  NOT NULL,
              locked_until_at {integer}  NULL,
              created_at      {integer}  NOT NULL,
              changed_at      {integer}  NOT NULL,
              row_version     {integer}  NOT NULL
            )
            """,
        ]),
    ];
}
