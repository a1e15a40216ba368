using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>Where local accounts were before they stood in the console's own schema; what is found here is taken over.</summary>
internal static class AccessSchema
{
    public const string Name = "console_access";

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
