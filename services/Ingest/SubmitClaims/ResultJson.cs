using System.Text.Json.Serialization;
using ClaimsTransfer.Ingest.Recording;

namespace ClaimsTransfer.Ingest.SubmitClaims;

/// <summary>The wire form of answers over HTTP: camelCase, absent when null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(IReadOnlyList<Answer>))]
[JsonSerializable(typeof(ImportPosition))]
internal sealed partial class ResultJson : JsonSerializerContext;

/// <param name="Lines">How many lines of the file are on record, blank ones included: go on behind them.</param>
internal sealed record ImportPosition(string ImportId, long Lines);
