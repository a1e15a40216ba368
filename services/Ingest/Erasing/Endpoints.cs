using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Erasing;

/// <summary><c>POST /ingest/erase</c> <c>{municipality, claimIds, before?}</c>: <c>{kept: [{claimId, why}], others, isMore}</c>.</summary>
internal static class PostErase
{
    public static async Task<IResult> HandleAsync(Erasure asked, IngestEraser eraser, CancellationToken cancellation) =>
        asked.Fault() is { } fault ? fault : Results.Json(await eraser.EraseAsync(asked, cancellation), ErasingJson.Default.Erased);
}

/// <summary>
/// <c>POST /ingest/citizens/claims</c> <c>{number}</c>, a CPR number: <c>{claims: [{claimId, municipality}]}</c>, at most 1000, in the order of their ids.
/// The number goes no further.
/// </summary>
internal static class PostCitizenClaims
{
    public static async Task<IResult> HandleAsync(CitizenNumber asked, ClaimsByParty parties, ISealer sealer, CancellationToken cancellation)
    {
        var number = asked.Number is { Length: 11 } text && text[6] == '-' ? text.Remove(6, 1) : asked.Number;
        return Identifiers.TryCpr(number, out _, out var fault)
            ? Results.Json(await parties.ClaimsOfAsync(sealer.Ref(new OpenIdentity(IdentityKind.Person, number!, Name: null)), cancellation),
                ErasingJson.Default.CitizenClaims)
            : TypedResults.Problem($"number {fault}; give a CPR number, such as {Identifiers.CprExample}.",
                statusCode: StatusCodes.Status422UnprocessableEntity);
    }
}

internal sealed record CitizenNumber(string? Number)
{
    public override string ToString() => "******";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Erased))]
[JsonSerializable(typeof(CitizenClaims))]
internal sealed partial class ErasingJson : JsonSerializerContext;
