using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>The fees' table and how its rows become records. Flags are kept as 0 and 1, as everywhere in the stand-ins.</summary>
internal static class FeeTables
{
    public static readonly Migration Migration = new(2, "Keep how each fee stands", [
        """
        CREATE TABLE sandbox_fbs.fees (
          agency {text} NOT NULL, fee_id {integer} NOT NULL, municipality {text} NOT NULL, transferred_version {integer} NOT NULL, amount_ore {integer} NOT NULL,
          patron_id {integer} NULL, transferred_at {integer} NOT NULL, sequence_number {integer} NOT NULL, balance_ore {integer} NOT NULL,
          is_settled {integer} NOT NULL, order_id {text} NULL, settled_at {integer} NULL, settled_sequence {integer} NOT NULL, settled_order {text} NULL,
          is_cancelled {integer} NOT NULL, registered_order {text} NULL, registered_sequence {integer} NOT NULL, row_version {integer} NOT NULL,
          PRIMARY KEY (agency, fee_id))
        """,
        "CREATE INDEX fees_by_municipality ON sandbox_fbs.fees (municipality, agency, fee_id)",
        "CREATE INDEX fees_by_patron ON sandbox_fbs.fees (patron_id, agency)",
    ]);

    public static readonly Table Fees = new("sandbox_fbs.fees", ["agency", "fee_id"],
    [
        new("agency", ColumnType.Text), new("fee_id", ColumnType.Integer), new("municipality", ColumnType.Text), new("transferred_version", ColumnType.Integer),
        new("amount_ore", ColumnType.Integer), new("patron_id", ColumnType.Integer, Nullable: true), new("transferred_at", ColumnType.Integer),
        new("sequence_number", ColumnType.Integer), new("balance_ore", ColumnType.Integer), new("is_settled", ColumnType.Integer),
        new("order_id", ColumnType.Text, Nullable: true), new("settled_at", ColumnType.Integer, Nullable: true), new("settled_sequence", ColumnType.Integer),
        new("settled_order", ColumnType.Text, Nullable: true), new("is_cancelled", ColumnType.Integer), new("registered_order", ColumnType.Text, Nullable: true),
        new("registered_sequence", ColumnType.Integer), new("row_version", ColumnType.Integer),
    ]);

    public const string Columns =
        """
        agency AS Agency, fee_id AS FeeId, municipality AS Municipality, transferred_version AS TransferredVersion, amount_ore AS AmountOre, patron_id AS PatronId,
        transferred_at AS TransferredAt, sequence_number AS Sequence, balance_ore AS BalanceOre, is_settled AS IsSettled, order_id AS OrderId, settled_at AS SettledAt,
        settled_sequence AS SettledSequence, settled_order AS SettledOrder, is_cancelled AS IsCancelled, registered_order AS RegisteredOrder,
        registered_sequence AS RegisteredSequence, row_version AS RowVersion
        """;

    /// <summary>The row as it is to be saved: one version on.</summary>
    public static object?[] Next(FbsFee fee) =>
    [
        fee.Agency, fee.FeeId, fee.Municipality, (long)fee.TransferredVersion, fee.AmountOre, fee.PatronId, fee.TransferredAt.ToUnixTimeMilliseconds(),
        (long)fee.Sequence, fee.BalanceOre, fee.IsSettled ? 1L : 0L, fee.OrderId, fee.SettledAt?.ToUnixTimeMilliseconds(), (long)fee.SettledSequence, fee.SettledOrder,
        fee.IsCancelled ? 1L : 0L, fee.RegisteredOrder, (long)fee.RegisteredSequence, fee.RowVersion + 1L,
    ];

    public sealed class FeeRow
    {
        public string Agency { get; init; } = "";
        public long FeeId { get; init; }
        public string Municipality { get; init; } = "";
        public long TransferredVersion { get; init; }
        public long AmountOre { get; init; }
        public long? PatronId { get; init; }
        public long TransferredAt { get; init; }
        public long Sequence { get; init; }
        public long BalanceOre { get; init; }
        public long IsSettled { get; init; }
        public string? OrderId { get; init; }
        public long? SettledAt { get; init; }
        public long SettledSequence { get; init; }
        public string? SettledOrder { get; init; }
        public long IsCancelled { get; init; }
        public string? RegisteredOrder { get; init; }
        public long RegisteredSequence { get; init; }
        public long RowVersion { get; init; }

        public FbsFee ToFee() => new(Agency, FeeId, Municipality)
        {
            TransferredVersion = (int)TransferredVersion, AmountOre = AmountOre, PatronId = PatronId, TransferredAt = DateTimeOffset.FromUnixTimeMilliseconds(TransferredAt),
            Sequence = (int)Sequence, BalanceOre = BalanceOre, IsSettled = IsSettled == 1, OrderId = OrderId,
            SettledAt = SettledAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, SettledSequence = (int)SettledSequence, SettledOrder = SettledOrder,
            IsCancelled = IsCancelled == 1, RegisteredOrder = RegisteredOrder, RegisteredSequence = (int)RegisteredSequence, RowVersion = (int)RowVersion,
        };
    }
}
