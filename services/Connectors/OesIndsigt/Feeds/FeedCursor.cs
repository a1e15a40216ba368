namespace ClaimsTransfer.OesIndsigt.Feeds;

/// <summary>
/// How far both feeds are read, as one text. One without a separator is of the time when there were receipts only: it goes on there, and the entries are read from their beginning.
/// </summary>
internal sealed record FeedCursor(string Receipts, string Entries)
{
    private const char Separator = '|';

    public static FeedCursor Parse(string? cursor) => cursor?.Split(Separator, 2) switch
    {
        null => new FeedCursor("", ""),
        [var receipts] => new FeedCursor(receipts, ""),
        [var receipts, var entries] => new FeedCursor(Uri.UnescapeDataString(receipts), Uri.UnescapeDataString(entries)),
        _ => throw new InvalidOperationException("a cursor has one part or two"),
    };

    public override string ToString() => $"{Uri.EscapeDataString(Receipts)}{Separator}{Uri.EscapeDataString(Entries)}";
}
