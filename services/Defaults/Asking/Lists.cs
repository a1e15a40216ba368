using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Defaults.Asking;

/// <summary>What whoever oversees the services may ask each of them in one call. A list is answered with a few statements, so it has an end.</summary>
public static class Lists
{
    public const int Most = 1000;

    /// <summary>The refusal of a list that is missing or too long; null: it can be answered.</summary>
    public static ProblemHttpResult? FaultOf<T>(string name, IReadOnlyCollection<T>? list) => list switch
    {
        null => TypedResults.Problem($"{name} is missing; give a list of at most {Most}.", statusCode: StatusCodes.Status422UnprocessableEntity),
        { Count: > Most } => TypedResults.Problem($"{name} has {list.Count} entries; ask for at most {Most} in one call.", statusCode: StatusCodes.Status422UnprocessableEntity),
        _ => null,
    };

    public static ProblemHttpResult? FaultOfLimit(int limit) => limit is >= 1 and <= Most
        ? null
        : TypedResults.Problem($"limit is {limit}; give 1 to {Most}, such as 100.", statusCode: StatusCodes.Status422UnprocessableEntity);

    public static ProblemHttpResult NoPlace() =>
        TypedResults.Problem("after is not what an earlier page gave; leave it out for the first page.", statusCode: StatusCodes.Status422UnprocessableEntity);
}

/// <summary>Body of <c>POST …/messages/recorded</c>: which of these messages have taken effect here?</summary>
public sealed record MessageIds(IReadOnlyList<Guid>? Ids)
{
    [System.Text.Json.Serialization.JsonPropertyName("messageIds")]
    public IReadOnlyList<Guid>? Ids { get; init; } = Ids;
}
