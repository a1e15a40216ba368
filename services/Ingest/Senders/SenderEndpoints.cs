using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Ingest.Reading;

namespace ClaimsTransfer.Ingest.Senders;

/// <param name="Agencies">ISILs, or <c>*</c> alone for all.</param>
/// <param name="ExpiresAt">When its key ends; null: with its rotation.</param>
/// <param name="HasKey">False: a certificate of its name vouches for it.</param>
public sealed record SenderToAdd(string? Name, IReadOnlyList<string>? Agencies, DateTimeOffset? ExpiresAt = null, bool HasKey = true);

/// <param name="OverlapSeconds">How long the keys before count beside the new one.</param>
public sealed record SenderToRotate(long OverlapSeconds, DateTimeOffset? ExpiresAt = null);

public sealed record SenderToRevoke(string? Why);

/// <summary>A key is told here, once, and kept by nobody.</summary>
public sealed record SenderKeyMade(string Name, string? Key);

public sealed record SenderList(IReadOnlyList<SenderView> Senders);

/// <summary><c>/ingest/senders</c>: for <c>claims senders</c>.</summary>
internal static partial class SenderEndpoints
{
    private const int MostAgencies = 1000;
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(90);

    /// <summary>A certificate of the same CA stands for each of these: none may become a sender's.</summary>
    private static readonly string[] Taken =
        [BrokerUsers.Ingest, BrokerUsers.Routing, BrokerUsers.Payments, BrokerUsers.Console, BrokerUsers.Operations, BrokerUsers.Sandbox, BrokerUsers.Nobody];

    public static void MapSenders(this RouteGroupBuilder ingest)
    {
        ingest.MapGet("/senders", async (SenderStore store, CancellationToken cancellation) =>
            Results.Json(new SenderList(await store.ListAsync(cancellation)), SenderJson.Default.SenderList));
        ingest.MapPost("/senders", AddAsync);
        ingest.MapPost("/senders/{name}/rotate", RotateAsync);
        ingest.MapPost("/senders/{name}/revoke", RevokeAsync);
    }

    private static async Task<IResult> AddAsync(SenderToAdd request, SenderStore store, TimeProvider time, CancellationToken cancellation)
    {
        if (request.Name is not { } name || !Name().IsMatch(name) || Taken.Contains(name, StringComparer.Ordinal) || BrokerUsers.IsVendor(name))
            return Fault($"'{request.Name}' is no name for a sender: 2 to 40 small letters, digits and -, a letter first, and not one of our services or a vendor. Good: fbs-aarhus");
        if (request.Agencies is not { Count: > 0 and <= MostAgencies } agencies
            || !(agencies is [Sender.AllAgencies] || agencies.All(agency => agency is not null && ClaimReader.IsLibrary(agency))))
            return Fault($"The agencies must be 1 to {MostAgencies} ISILs of public libraries, or * alone. Good: DK-710100");
        if (request.ExpiresAt <= time.GetUtcNow())
            return Fault("The key would be expired. Good: a moment to come");
        var key = request.HasKey ? SenderKey.Make() : null;
        return await store.AddAsync(name, [.. agencies.Distinct(StringComparer.Ordinal)], key, request.ExpiresAt, cancellation)
            ? Made(name, key)
            : TypedResults.Problem($"There is a sender {name}. For a new key: claims senders rotate {name}", statusCode: StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> RotateAsync(string name, SenderToRotate request, SenderStore store, TimeProvider time, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (request.OverlapSeconds < 0 || request.OverlapSeconds > LongestOverlap.TotalSeconds)
            return Fault($"The overlap must be 0 to {LongestOverlap.TotalDays} days. Good: 7.00:00:00");
        if (request.ExpiresAt <= now)
            return Fault("The new key would be expired. Good: a moment to come");
        var key = SenderKey.Make();
        return await store.RotateAsync(name, key, now + TimeSpan.FromSeconds(request.OverlapSeconds), request.ExpiresAt, cancellation) ? Made(name, key) : Unknown(name);
    }

    private static async Task<IResult> RevokeAsync(string name, SenderToRevoke request, SenderStore store, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(request.Why) || request.Why.Length > 500)
            return Fault("Why must be said, in at most 500 characters. Good: The machine it lay on was sold");
        return await store.RevokeAsync(name, PersonalData.Mask(request.Why, 500), cancellation) ? Made(name, null) : Unknown(name);
    }

    private static IResult Made(string name, SenderKey? key) => Results.Json(new SenderKeyMade(name, key?.Text), SenderJson.Default.SenderKeyMade);

    private static IResult Fault(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest);

    private static IResult Unknown(string name) =>
        TypedResults.Problem($"No sender {(Name().IsMatch(name) ? name : "of that name")} has access. Those there are: claims senders list", statusCode: StatusCodes.Status404NotFound);

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{1,39}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SenderList))]
[JsonSerializable(typeof(SenderKeyMade))]
internal sealed partial class SenderJson : JsonSerializerContext;
