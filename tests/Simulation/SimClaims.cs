using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Simulation;

/// <summary>What FBS wants of one claim over its life, and what must be true when all of it has come through.</summary>
internal static class SimClaims
{
    public static List<IClaimMessage> Life(Random random, string municipality, long feeId, DateTimeOffset now)
    {
        var agency = $"DK-7{municipality[1..]}00";
        var claimId = DeterministicId.OfClaim(agency, feeId);
        var age = random.Next(5) == 0 ? 12 : 46;
        var life = new List<IClaimMessage>
        {
            new ClaimCreated(
                Id(1), now, claimId, municipality, agency, feeId, 1, ClaimType.Fee, "Gebyr", random.Next(1, 50) * 1000, new DateOnly(2026, 10, 22), null, null,
                new SealedParty(new SealedIdentity($"borrower-{feeId}", "", ""), IdentityKind.Person, age), null, []),
        };
        for (var version = 2; version <= 1 + random.Next(4); version++)
        {
            life.Add(random.Next(6) switch
            {
                0 => new ClaimWithdrawn(Id(version), now, claimId, municipality, agency, feeId, version, "itemReturned"),
                1 or 2 => new LiablePartyChanged(
                    Id(version), now, claimId, municipality, agency, feeId, version,
                    new SealedParty(new SealedIdentity($"guardian-{feeId}-{version}", "", ""), IdentityKind.Person), "guardianAdded"),
                _ => new ClaimAdjusted(Id(version), now, claimId, municipality, agency, feeId, version, random.Next(1, 50) * 1000, null),
            });
        }

        return life;

        Guid Id(int version) => DeterministicId.Of(claimId, $"fbs/{version}");
    }

    /// <summary>FBS's wish, our state and the debtor system's books, to the øre.</summary>
    public static IEnumerable<string> Compare(ClaimState state, IReadOnlyList<IClaimMessage> messages, DebtorBooks.Account? account)
    {
        var cancelled = messages.OfType<ClaimWithdrawn>().FirstOrDefault();
        var inForce = messages.TakeWhile(message => message is not ClaimWithdrawn).ToList();
        var amountOre = inForce.OfType<ClaimAdjusted>().LastOrDefault()?.NewAmountOre ?? ((ClaimCreated)messages[0]).AmountOre;
        var liable = inForce.OfType<LiablePartyChanged>().LastOrDefault()?.LiableParty.Identity.Ref;
        var who = $"claim {state.ClaimId} ({state.Status})";

        if (state.Version != messages.Count)
            yield return $"Guarantee 4: {who} stands at version {state.Version} of {messages.Count}.";
        if (state.AmountOre != amountOre)
            yield return $"Guarantee 1: {who} counts {state.AmountOre} øre, FBS wants {amountOre}.";
        if (cancelled is not null && state.Status is not (ClaimStatus.Cancelled or ClaimStatus.Credited or ClaimStatus.Rejected))
            yield return $"Guarantee 1: {who} was cancelled by FBS.";
        if (account is not null && (state.CoveredOre, state.WrittenOffOre) != (account.CoveredOre, account.WrittenOffOre))
            yield return $"Money: {who} has {state.CoveredOre} øre covered and {state.WrittenOffOre} written off, the debtor system {account.CoveredOre} and {account.WrittenOffOre}.";
        switch (state.Category == ClaimCategory.Transferred ? ClaimStatus.Transferred : state.Status)
        {
            case ClaimStatus.Transferred when account is not { InForce: true, Bookings: 1 }:
                yield return $"Guarantee 3: {who} is not in force at the debtor system, or not booked once.";
                break;
            case ClaimStatus.Transferred when account.AmountOre != amountOre || (liable is not null && account.DebtorRef != liable):
                yield return $"Guarantee 1: {who} stands with {account.AmountOre} øre from {account.DebtorRef}, FBS wants {amountOre} from {liable}.";
                break;
            case ClaimStatus.Held or ClaimStatus.OutOfScope or ClaimStatus.Cancelled or ClaimStatus.Credited when account is { InForce: true }:
                yield return $"Guarantee 3: {who} is in force at the debtor system.";
                break;
            case ClaimStatus.Unknown or ClaimStatus.Awaited:
                yield return $"Guarantee 1: {who} is not at rest.";
                break;
        }
    }
}
