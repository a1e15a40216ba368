using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Notes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Defaults.Erasing;

/// <summary>
/// What a service is asked to erase of one municipality: what says whom these claims are about, and what is left that belongs to no claim. Asked again, it finds nothing more to do.
/// Amounts, statuses and ids stay, so that the books balance and a message that comes again is known.
/// </summary>
/// <param name="ClaimIds">Claims, at most <see cref="Lists.Most"/>.</param>
/// <param name="Before">What belongs to no claim and came before is erased too; null: nothing of the kind.</param>
public sealed record Erasure(string Municipality, IReadOnlyList<Guid> ClaimIds, DateTimeOffset? Before = null)
{
    /// <summary>The refusal of a request that is not one; null: it can be done.</summary>
    public ProblemHttpResult? Fault() => Municipality is null ? Lists.FaultOf<Guid>("municipality", null) : Lists.FaultOf("claimIds", ClaimIds);
}

/// <param name="Kept">Claims of which nothing was erased, because something here still needs them.</param>
/// <param name="Others">How much was erased that belongs to no claim.</param>
/// <param name="IsMore">There is more that belongs to no claim: to be asked again.</param>
public sealed record Erased(IReadOnlyList<KeptClaim> Kept, int Others = 0, bool IsMore = false)
{
    /// <summary>Rows that belong to no claim, erased in one call.</summary>
    public const int MostOthers = 5000;

    /// <param name="found">Rows that belong to no claim: of <see cref="MostOthers"/> and one more that were looked for.</param>
    public static Erased Of(IReadOnlyDictionary<Guid, Note> kept, int found) => new(
        [.. kept.OrderBy(claim => claim.Key).Select(claim => new KeptClaim(claim.Key, claim.Value))], Math.Min(found, MostOthers), found > MostOthers);
}

/// <param name="Why">What still needs it.</param>
public sealed record KeptClaim(Guid ClaimId, Note Why);
