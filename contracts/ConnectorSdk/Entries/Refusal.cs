namespace ClaimsTransfer.ConnectorSdk.Entries;

/// <summary>A refused document that is not settled.</summary>
/// <param name="SinceAt">When it was refused first, Unix milliseconds.</param>
/// <param name="LastAt">When it was refused last.</param>
/// <param name="Times">How often it came.</param>
public sealed record Refusal(string Municipality, RefusedDocument Document, long SinceAt, long LastAt, long Times);
