namespace ClaimsTransfer.Ingest.Reading;

/// <summary>A limit on everything that comes in; the JSON Schemas in <c>contracts/wire</c> state the same.</summary>
internal static class Limits
{
    public const int BodyBytes = 1024 * 1024;
    public const int Depth = 32;
    public const int NameLength = 200;
    public const int ReasonLength = 500;
    public const int TypeLength = 100;
    public const int Materials = 500;
    public const int ItemNumberLength = 100;
    public const int GroupLength = 200;
    public const int TitleLength = 500;

    /// <summary>10 million kroner: no library claim is near it, a mistaken unit is.</summary>
    public const long AmountOre = 1_000_000_000;

    /// <summary>How far a claim's creation date may lie after the message that tells of it: clocks and time zones differ, not by more.</summary>
    public const int CreatedAheadDays = 31;
}
