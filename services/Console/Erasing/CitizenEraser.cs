using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;

namespace ClaimsTransfer.OperationsConsole.Erasing;

/// <param name="Agency">Absent: Routing does not know the claim.</param>
/// <param name="IsErased">It was; or, where nothing was to be done yet, it would be.</param>
/// <param name="Why">Of one that stays: what for.</param>
public sealed record CitizensClaim(Guid ClaimId, string Municipality, string? Agency, long? FeeId, string? Status, DateTimeOffset? EndedAt, bool IsErased, Note? Why);

/// <param name="AreAll">False: there are more; ask again when these are erased.</param>
public sealed record CitizensClaims(IReadOnlyList<CitizensClaim> Claims, bool AreAll);

/// <summary>
/// Erases one citizen's claims: those past their retention, and where it is asked for in so many words, those that have ended and are not. What is still owed stays. That somebody
/// asked is on record before anything is done.
/// </summary>
public sealed class CitizenEraser(Eraser eraser, ServiceClient client, MessageQuestions questions, CitizenTrail trail, AuditLog audit, IMunicipalities municipalities, ConsoleOptions options, TimeProvider time)
{

    /// <param name="apply">False: only says what would be erased.</param>
    public async Task<CitizensClaims> EraseAsync(Actor actor, string number, string why, bool withinRetention, bool apply, CancellationToken cancellation)
    {
        var what = trail.What([number]);
        await audit.AppendAsync(actor, new AuditedAction("citizen.erase", "claims of a citizen", "", why, what, apply ? "asked for" : "shown"), cancellation);
        var found = (await client.PostAsync<OwedBy>("Ingest", "ingest/citizens/claims", new { number }, cancellation).OrAwayAsync("Ingest")).Claims;
        var seen = found.Where(claim => actor.Sees(claim.Municipality)).ToList();
        var standing = await questions.StandingAsync([.. seen.Select(claim => claim.ClaimId)], cancellation);
        var claims = seen.ConvertAll(claim => Decide(claim, standing.GetValueOrDefault(claim.ClaimId), withinRetention));
        if (apply)
        {
            foreach (var municipality in claims.Where(claim => claim.IsErased).GroupBy(claim => claim.Municipality, StringComparer.Ordinal).ToList())
            {
                var kept = (await eraser.EraseAsync(municipality.Key, [.. municipality.Select(claim => claim.ClaimId)], cancellation)).ToDictionary(claim => claim.ClaimId, claim => claim.Why);
                claims = claims.ConvertAll(claim => kept.TryGetValue(claim.ClaimId, out var needed) ? claim with { IsErased = false, Why = needed } : claim);
                await audit.AppendAsync(
                    actor,
                    new AuditedAction("citizen.erase", "claims of a citizen", municipality.Key, why, what, Note.Write([ErasingNotes.Done(municipality.Count() - kept.Count, 0, kept.Count)])), cancellation);
            }
        }

        return new CitizensClaims(claims, found.Count < Lists.Most);
    }

    private CitizensClaim Decide(OwedClaim claim, ClaimStanding? standing, bool withinRetention)
    {
        var stays = standing switch
        {
            null => ErasingNotes.NotKnown,
            { ErasedAt: not null } => null,
            { EndedAt: null } => ErasingNotes.NotEnded,
            { EndedAt: { } ended } when ended > time.GetUtcNow() - options.EraseAfter => ErasingNotes.EndedJustNow,
            { EndedAt: { } ended } when !withinRetention && Retention.Of(claim.Municipality, municipalities) is var retention && ended >= retention.KeptSince(time.GetUtcNow()) =>
                ErasingNotes.WithinRetention(DanishTime.Local(ended).Year + retention.Years),
            _ => null,
        };
        return new CitizensClaim(claim.ClaimId, claim.Municipality, standing?.Agency, standing?.FeeId, standing?.Status, standing?.EndedAt, stays is null, stays);
    }

    private sealed record OwedBy(IReadOnlyList<OwedClaim> Claims);

    private sealed record OwedClaim(Guid ClaimId, string Municipality);
}
