namespace ClaimsTransfer.ConformanceKit.Checks;

/// <summary>Every check, in the order they are run: the log and the files are looked through last.</summary>
public static class AllChecks
{
    public static IReadOnlyList<Check> InOrder { get; } = [.. CoreChecks.All, .. ChangeChecks.All, .. MoneyChecks.All, .. TroubleChecks.All, .. PrivacyChecks.All];

    public static IReadOnlyList<Check> Of(Level level) => [.. InOrder.Where(check => check.Level == level)];
}
