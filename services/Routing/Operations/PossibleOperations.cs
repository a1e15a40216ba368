using System.Text.Json;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing.Operations;

/// <summary>Which operations would have an effect on a claim as it stands: the saga itself is asked, and what it decides is dropped.</summary>
public sealed class PossibleOperations(ClaimSaga saga, IMunicipalities municipalities, TimeProvider time)
{
    public IReadOnlyList<string> Of(ClaimState claim)
    {
        var (now, policy) = (time.GetUtcNow(), municipalities.Find(claim.Municipality));
        return [.. Enum.GetValues<ClaimOperation>().Where(operation => IsPossible(claim, operation, policy, now)).Select(NameOf)];
    }

    /// <summary>As a request and the wire spell it.</summary>
    public static string NameOf(ClaimOperation operation) => JsonNamingPolicy.CamelCase.ConvertName(operation.ToString());

    private bool IsPossible(ClaimState claim, ClaimOperation operation, Municipality? policy, DateTimeOffset now)
    {
        var messageId = DeterministicId.Of(claim.ClaimId, $"possible/{operation}");
        var operate = new OperateClaim(messageId, now, claim.ClaimId, claim.Municipality, claim.Agency, claim.FeeId, claim.Version, operation, "", "");
        return saga.Decide(claim, new ClaimEvent(messageId, now, operate, policy)).Verdict == Verdict.Applied;
    }
}
