using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.ConnectorSdk.Asking;

internal static class AskingSchema
{
    public static IReadOnlyList<Migration> Migrations(string schema) =>
    [
        new(6, "Find an instruction by the message that brought it", [$"CREATE INDEX ix_instructions_message ON {schema}.instructions (message_id)"]),
    ];
}
