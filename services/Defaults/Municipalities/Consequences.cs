using System.Text.Json.Serialization;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>What an operator must know before a change is applied.</summary>
/// <param name="Kind">For whoever says it in another language.</param>
public sealed record Consequence(ConsequenceKind Kind, string Text);

[JsonConverter(typeof(CamelCaseEnum<ConsequenceKind>))]
public enum ConsequenceKind
{
    Added, Removed, GoesLive, GoesToTest, LeavesTest, IsPaused, IsResumed, LeavesScope, Moves, CutoverLater, CutoverEarlier, PolicyChanges, LimitsChange, EndpointChanges, CvrChanges, FbsChanges, KeptShorter, KeptLonger,
}

/// <summary>The rules of what follows from a change: one place, for everybody who shows or applies one.</summary>
internal static class Consequences
{
    public static IEnumerable<Consequence> Of(Municipality? before, Municipality? after) => (before, after) switch
    {
        (null, { } added) =>
        [
            new(ConsequenceKind.Added, $"{added.Name} gets a queue, and its claims are taken from now on."),
            .. OfStage(Stage.Planned, added),
        ],
        ({ } removed, null) =>
        [
            new(ConsequenceKind.Removed, $"New claims of {removed.Name} are refused. Those under way are held as not configured, and its instructions wait until it is back. "
                + $"Who owed its claims is erased {Municipality.DefaultRetentionYears} years after the year in which they ended."),
        ],
        ({ } old, { } now) => [.. OfStage(old.Stage, now), .. OfTheRest(old, now)],
        _ => [],
    };

    /// <summary>
    /// A debtor system that does not have a claim can neither adjust nor cancel it, and nobody can see from here whether one is left: with a vendor that may have claims,
    /// the change is refused. A planned municipality has none.
    /// </summary>
    /// <param name="gate">Asked before claims go to a vendor's production system for the first time.</param>
    public static string? RefusalOf(Municipality? before, Municipality? after, IGoLiveGate? gate) =>
        before is { Stage: not Stage.Planned } && after is not null && before.Vendor != after.Vendor
            ? $"{before.Name} cannot change from {before.Vendor} to {after.Vendor} while its stage is {before.Stage}: its claims and open instructions are at {before.Vendor}, and {after.Vendor} "
              + "has none of them. Set its stage to Planned, let what is open be settled there, and change the vendor then."
            : after is { Stage: Stage.Live } && before is null or { Stage: Stage.Planned or Stage.Test } ? gate?.Against(after) : null;

    private static IEnumerable<Consequence> OfStage(Stage from, Municipality now) => (from, now.Stage) switch
    {
        (var same, var stage) when same == stage => [],
        (Stage.Live, Stage.Paused) or (Stage.Test, Stage.Paused) =>
        [
            new(ConsequenceKind.IsPaused, $"New claims of {now.Name} are held until it is resumed. Instructions already given still go to the debtor system: pause its connector to stop those too."),
        ],
        (_, Stage.Paused) => [new(ConsequenceKind.IsPaused, $"Claims of {now.Name} are taken and held until it goes live.")],
        (_, Stage.Planned) =>
        [
            new(ConsequenceKind.LeavesScope, $"New claims of {now.Name} are out of scope. Its connector stops: instructions already given wait, and receipts are refused, until its stage is another."),
        ],
        (Stage.Paused, var stage) =>
        [
            new(ConsequenceKind.IsResumed, $"The claims of {now.Name} that were held because it was paused go on within seconds."), .. OfStage(Stage.Planned, now).Where(_ => stage == Stage.Test),
        ],
        (Stage.Test, Stage.Live) =>
        [
            new(ConsequenceKind.LeavesTest, $"Claims of {now.Name} go to production from now on. Those that went to the test endpoint stay there, and count as transferred."),
        ],
        (_, Stage.Test) => [new(ConsequenceKind.GoesToTest, $"New claims of {now.Name} go to {now.Vendor}'s test endpoint.")],
        (_, Stage.Live) => [new(ConsequenceKind.GoesLive, $"Claims of {now.Name} go to {now.Vendor} from now on. Those that came before and were out of scope stay so until they are taken in: claims municipalities take-in {now.Code}.")],
        _ => [],
    };

    private static string Years(Municipality municipality) => municipality.RetentionYears == 1 ? "1 year" : $"{municipality.RetentionYears} years";

    private static IEnumerable<Consequence> OfTheRest(Municipality old, Municipality now)
    {
        if (old.Vendor != now.Vendor)
            yield return new(ConsequenceKind.Moves, $"The connector to {now.Vendor} serves {now.Name}, the one to {old.Vendor} no more: what still comes from {old.Vendor} is refused.");
        if (old.Cutover < now.Cutover)
            yield return new(ConsequenceKind.CutoverLater, $"New claims of {now.Name} created before {now.Cutover:yyyy-MM-dd} are out of scope. Those transferred already stay transferred.");
        if (old.Cutover > now.Cutover)
            yield return new(ConsequenceKind.CutoverEarlier, $"Claims of {now.Name} created from {now.Cutover:yyyy-MM-dd} are taken from now on. Those told to FBS as out of scope stay so until they are taken in: claims municipalities take-in {now.Code}.");
        if ((old.MinorPolicy, old.ChildMaxAge, old.MinimumAmountOre) != (now.MinorPolicy, now.ChildMaxAge, now.MinimumAmountOre))
            yield return new(ConsequenceKind.PolicyChanges, $"The policy holds for what {now.Name} decides from now on. Claims held already wait for a person, claims transferred stay.");
        if ((old.RatePerSecond, old.Concurrency) != (now.RatePerSecond, now.Concurrency))
            yield return new(ConsequenceKind.LimitsChange, $"The connector of {now.Name} goes on within seconds under its new limits; what is in hand is finished first.");
        if (old.Endpoint != now.Endpoint)
            yield return new(ConsequenceKind.EndpointChanges, $"All calls for {now.Name} go to the new endpoint within seconds, questions about earlier claims too: it must be the same debtor system.");
        if (old.Cvr != now.Cvr)
            yield return new(ConsequenceKind.CvrChanges, $"Calls name {now.Name} by CVR number {now.Cvr} from now on.");
        if (old.RetentionYears > now.RetentionYears)
        {
            yield return new(
                ConsequenceKind.KeptShorter,
                $"From the next night on, who owed is erased of the claims of {now.Name} {Years(now)} after the year in which they ended, not {Years(old)}. It cannot be brought back.");
        }

        if (old.RetentionYears < now.RetentionYears)
            yield return new(ConsequenceKind.KeptLonger, $"Who owed is kept {Years(now)} after the year in which a claim of {now.Name} ended; what is erased already stays so.");
        if (old.PaymentsToFbs != now.PaymentsToFbs)
        {
            yield return new(ConsequenceKind.FbsChanges, now.PaymentsToFbs == PaymentsToFbs.Interface
                ? $"Claims of {now.Name} that are settled from now on are registered through FBS's payment interface too; earlier ones were told by message alone."
                : $"Claims of {now.Name} that are settled from now on are told to FBS by message alone; orders already made are still registered.");
        }
    }
}
