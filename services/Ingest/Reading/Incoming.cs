namespace ClaimsTransfer.Ingest.Reading;

/// <summary>A message as it came in; nothing of it can be trusted.</summary>
/// <param name="Body">UTF-8 JSON, or whatever was sent instead. Of a body above the limit only the beginning.</param>
/// <param name="Kind">The message's name, where the way in tells it (the exchange); null: the body's <c>kind</c> field, <c>submit-claim</c> when absent.</param>
/// <param name="Line">Which line of its file or stream, from 1; 0 when it came alone.</param>
/// <param name="IsTooLong">The body was above the limit and was not read to its end.</param>
public sealed record Incoming(ReadOnlyMemory<byte> Body, string? Kind = null, string? TraceParent = null, long Line = 0, bool IsTooLong = false);
