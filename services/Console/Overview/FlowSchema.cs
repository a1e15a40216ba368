using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>What came through, minute by minute: a row a minute and municipality, each figure counted from the beginning.</summary>
internal static class FlowSchema
{
    public const string Name = "console_flow";

    public static readonly Table Samples = new("console_flow.samples", ["minute", "municipality"],
    [
        new("minute", ColumnType.Integer), new("municipality", ColumnType.Text), new("accepted", ColumnType.Integer, Nullable: true),
        new("transferred", ColumnType.Integer, Nullable: true), new("rejected", ColumnType.Integer, Nullable: true), new("rejected_now", ColumnType.Integer, Nullable: true),
        new("dead_lettered", ColumnType.Integer, Nullable: true),
    ]);

    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new(1, "Keep what came through, minute by minute",
        [
            """
            CREATE TABLE console_flow.samples (
              minute        {integer} NOT NULL,
              municipality  {text}    NOT NULL,
              accepted      {integer} NULL,
              transferred   {integer} NULL,
              rejected      {integer} NULL,
              rejected_now  {integer} NULL,
              dead_lettered {integer} NULL,
              PRIMARY KEY (minute, municipality)
            )
            """,
        ]),
    ];
}
