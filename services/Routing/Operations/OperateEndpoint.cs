using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Timeline;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Routing.Operations;

/// <param name="Operation">release, retry, ask, cancel, reregister or readjust.</param>
/// <param name="Who">The person, for the timeline.</param>
/// <param name="Why">The reason, for the timeline; no personal data.</param>
public sealed record OperationRequest(string? Operation, string? Who, string? Why);

public sealed record OperationAccepted(Guid MessageId, Guid ClaimId, string Operation);

/// <summary>A person acts on a claim. The action is a message like any other: accepted means that the broker has confirmed it.</summary>
internal static class OperateEndpoint
{
    public static async Task<Results<JsonHttpResult<OperationAccepted>, ProblemHttpResult>> HandleAsync(
        string agency, long feeId, OperationRequest request, Timelines timelines, ITransport transport, TimeProvider time, CancellationToken cancellation)
    {
        if (!Enum.TryParse<ClaimOperation>(request.Operation, ignoreCase: true, out var operation) || !Enum.IsDefined(operation))
            return TypedResults.Problem($"operation is '{request.Operation}'; give release, retry, ask, cancel, reregister or readjust.", statusCode: 422);
        if (FaultOf(request.Who, request.Why) is { } fault)
            return TypedResults.Problem(fault, statusCode: 422);
        if (await timelines.FindAsync(agency, feeId, cancellation) is not { } claim)
            return TypedResults.Problem($"No claim {agency} {feeId} has reached Routing.", statusCode: 404);

        var now = time.GetUtcNow();
        var messageId = DeterministicId.Of(claim.ClaimId, $"operation/{operation}/{request.Who}/{now.ToUnixTimeMilliseconds()}");
        var message = new OperateClaim(messageId, now, claim.ClaimId, claim.Municipality, claim.Agency, claim.FeeId, claim.Version, operation, request.Who!, request.Why!);
        await transport.PublishAsync(
            [new OutgoingMessage(MessageNames.OperateClaim, messageId, JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.OperateClaim))], cancellation);
        return TypedResults.Json(new OperationAccepted(messageId, claim.ClaimId, operation.ToString()), RoutingJson.Default.OperationAccepted, statusCode: 202);
    }

    /// <summary>What is wrong with who acts and why; null: nothing.</summary>
    internal static string? FaultOf(string? who, string? why) => (who, why) switch
    {
        _ when string.IsNullOrWhiteSpace(who) || who.Length > 100 => "who is missing or longer than 100 characters; give the person's user name, such as 'anna'.",
        _ when string.IsNullOrWhiteSpace(why) || why.Length > 500 => "why is missing or longer than 500 characters; give the reason, such as 'guardian found'.",
        _ => null,
    };
}
