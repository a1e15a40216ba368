using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConformanceKit.Proving;

public enum CheckOutcome
{
    Passed,
    Failed,

    /// <summary>It could not be run here; counts as not passed.</summary>
    NotRun,

    /// <summary>It failed or could not be run, and a waiver that has not expired says that this is known.</summary>
    Waived,
}

/// <summary>One check of a run.</summary>
/// <param name="Got">What came; of a check that passed: as expected.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record CheckResult(string Name, Level Level, CheckOutcome Outcome, string Expected, string Got, string Why, string Where, double Seconds);

/// <summary>Over everything but itself: whoever changes the result afterwards breaks it.</summary>
/// <param name="Algorithm">ES256: ECDSA on P-256 with SHA-256.</param>
/// <param name="Key">The signer's public key, SubjectPublicKeyInfo in base64. Who that is, is known by its fingerprint.</param>
public sealed record ResultSignature(string Algorithm, string Key, string Value);

/// <summary>What a run of the kit found.</summary>
/// <param name="Kit">The kit's version.</param>
/// <param name="Connector">The connector's name and version, as it was given.</param>
/// <param name="Many">How many instructions were sent in a row; the full proof has 10,000.</param>
/// <param name="Waivers">Those in force in this run, read before anything else.</param>
public sealed record ConformanceResult(
    string Kit, string Connector, string Municipality, DateTimeOffset StartedAt, DateTimeOffset EndedAt, int Many, IReadOnlyList<Waiver> Waivers, IReadOnlyList<CheckResult> Checks)
{
    public ResultSignature? Signature { get; init; }

    [JsonIgnore]
    public bool Passed => Checks.Count > 0 && Checks.All(check => check.Outcome is CheckOutcome.Passed or CheckOutcome.Waived);

    public int Count(CheckOutcome outcome) => Checks.Count(check => check.Outcome == outcome);

    public string ToJson() => JsonSerializer.Serialize(this, ResultJson.Readable.ConformanceResult);

    public static ConformanceResult Read(string json)
    {
        var result = JsonSerializer.Deserialize(json, ResultJson.Readable.ConformanceResult) ?? throw new JsonException("The result is null.");
        // What the kit never writes: a list may hold null whatever its type says, and a number beyond all others is read as infinity.
        if (result.Waivers.Any(waiver => waiver is null) || result.Checks.Any(check => check is null || !double.IsFinite(check.Seconds)))
            throw new JsonException("A check or a waiver is null, or took no time that can be told.");
        return result;
    }
}

/// <summary>A field that the kit does not know would be outside the signature: it is not taken.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(CamelCaseEnum<Level>), typeof(CamelCaseEnum<CheckOutcome>)])]
[JsonSerializable(typeof(ConformanceResult))]
[JsonSerializable(typeof(IReadOnlyList<Waiver>))]
internal sealed partial class ResultJson : JsonSerializerContext
{
    /// <summary>With Danish letters as they are: the result is a file that people read.</summary>
    public static ResultJson Readable => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
