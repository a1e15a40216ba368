using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

/// <summary>Who owes, or why nobody is asked to pay yet.</summary>
public abstract record Liability
{
    public sealed record Owes(Debtor Debtor) : Liability;

    public sealed record Held(string Rule, string Explanation, Note Why) : Liability;

    public sealed record OutOfScope(string Rule, string Explanation, Note Why) : Liability;
}

/// <summary>The municipality's rules for a claim that the debtor system does not have yet, in the order in which they are asked.</summary>
public static class LiabilityPolicy
{
    public const string PausedRule = "Paused";
    public const string NotConfiguredRule = "NotConfigured";

    public static Liability Decide(ClaimState state, Municipality? policy)
    {
        var facts = state.Facts ?? throw new InvalidOperationException("A claim without facts has no liable party yet.");
        return policy switch
        {
            null => new Liability.Held(NotConfiguredRule, $"Municipality {state.Municipality} is not configured here.", ClaimNotes.NotConfigured(state.Municipality)),
            { Stage: Stage.Planned } => new Liability.OutOfScope("Planned", $"{policy.Name} has not gone live.", ClaimNotes.NotLive(policy.Name)),
            _ when facts.CreatedOn < policy.Cutover =>
                new Liability.OutOfScope(
                    "BeforeCutover", $"Created {facts.CreatedOn:yyyy-MM-dd}, before the cut-over {policy.Cutover:yyyy-MM-dd}.",
                    ClaimNotes.BeforeCutover(facts.CreatedOn, policy.Cutover)),
            _ when state.AmountOre < policy.MinimumAmountOre =>
                new Liability.OutOfScope(
                    "BelowMinimum", $"{state.AmountOre} øre is below the minimum of {policy.MinimumAmountOre} øre.",
                    ClaimNotes.BelowMinimum(state.AmountOre, policy.MinimumAmountOre)),
            _ => WhoPays(state, facts, policy) switch
            {
                Liability.Owes when policy.Stage == Stage.Paused => new Liability.Held(PausedRule, $"Transfers for {policy.Name} are paused.", ClaimNotes.Paused(policy.Name)),
                var liability => liability,
            },
        };
    }

    /// <summary>Left out once by the municipality's rules, and not by those of today.</summary>
    public static bool LetsIn(ClaimState state, Municipality? policy) =>
        state is { Status: ClaimStatus.OutOfScope, ErasedAt: null } && Decide(state, policy) is not Liability.OutOfScope;

    private static Liability WhoPays(ClaimState state, ClaimFacts facts, Municipality policy)
    {
        if (state.NamedDebtor is { } named)
            return new Liability.Owes(named);
        if (facts.Borrower.Kind == IdentityKind.Organisation)
            return new Liability.Owes(new Debtor(DebtorKind.Organisation, facts.Borrower.Identity));

        var borrower = new Liability.Owes(new Debtor(DebtorKind.Borrower, facts.Borrower.Identity));
        if (AgeOf(facts) is not { } age || age > policy.ChildMaxAge)
            return borrower;
        if (facts.Guardian is { } guardian)
            return new Liability.Owes(new Debtor(guardian.Kind == IdentityKind.Organisation ? DebtorKind.Organisation : DebtorKind.Guardian, guardian.Identity));
        if (state.Released)
            return borrower;
        var (rule, explanation) = (policy.MinorPolicy.ToString(), $"The borrower was {age} on {facts.CreatedOn:yyyy-MM-dd}, no guardian is given.");
        var why = ClaimNotes.MinorWithoutGuardian(rule, age, facts.CreatedOn);
        return policy.MinorPolicy switch
        {
            MinorPolicy.ChildPaysFrom15 when age >= 15 => borrower,
            MinorPolicy.DoNotTransfer => new Liability.OutOfScope(rule, explanation, why),
            _ => new Liability.Held(rule, explanation, why),
        };
    }

    /// <summary>The borrower's when the claim was created; null of an organisation.</summary>
    public static int? AgeOf(ClaimFacts facts) =>
        facts.Borrower.Age ?? (facts.Borrower.BornOn is { } bornOn ? Identifiers.AgeOn(facts.CreatedOn, bornOn) : null);
}
