using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaimsTransfer.ConformanceKit.DebtorSystems;

internal sealed record StandInDebtor(string? Kind, string Number, string? Name);

internal sealed record StandInInstruction(Guid InstructionId, string Kind, string Reference, int Version, long AmountOre, StandInDebtor? Debtor);

/// <param name="Status">accepted or rejected.</param>
internal sealed record StandInAnswer(string Status)
{
    public string? DebtorReference { get; init; }
    public string? Receipt { get; init; }
    public string? Code { get; init; }
    public string? Text { get; init; }
    public string? FixBy { get; init; }

    /// <summary>From here on: the instruction as it came, told to whoever asks.</summary>
    public string? Kind { get; init; }
    public string? Reference { get; init; }
    public int? Version { get; init; }
    public long? AmountOre { get; init; }
}

internal sealed record StandInEntry(
    long Number, string EntryId, string Kind, string Reference, string DebtorReference, long AmountOre, string? Channel, DateOnly ValueDate, DateTimeOffset BookedAt,
    string? ReversesEntryId, string? Reason);

/// <param name="Count">How many entries there should be.</param>
internal sealed record StandInEntries(int Count, long Next, IReadOnlyList<StandInEntry> Entries);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StandInInstruction))]
[JsonSerializable(typeof(StandInAnswer))]
[JsonSerializable(typeof(StandInEntries))]
internal sealed partial class StandInJson : JsonSerializerContext;
