using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>The debtor system's vendor.</summary>
public enum Vendor { KmdOpus, Prisme, OesIndsigt }

/// <summary>How far a municipality's rollout has come.</summary>
public enum Stage
{
    /// <summary>Not yet: its claims are out of scope.</summary>
    Planned,

    /// <summary>Claims go to the vendor's test endpoint.</summary>
    Test,

    Live,

    /// <summary>Claims are held back until it is resumed.</summary>
    Paused,
}

/// <summary>What is done with a minor's claim when no guardian is given. Where one is given, the claim is the guardian's under every policy.</summary>
public enum MinorPolicy
{
    /// <summary>The guardian pays; without one the claim is held.</summary>
    GuardianPays,

    /// <summary>A child from 15 is billed itself; a younger one's claim is held.</summary>
    ChildPaysFrom15,

    /// <summary>The claim is held for a person.</summary>
    HoldForPerson,

    /// <summary>The claim stays with the library.</summary>
    DoNotTransfer,
}

/// <summary>How FBS learns that a claim is settled.</summary>
public enum PaymentsToFbs
{
    /// <summary>By the message <c>payment-reconciled</c>, which is always sent.</summary>
    Message,

    /// <summary>Also by FBS's own payment interface, as a whole fee, once the balance is zero.</summary>
    Interface,
}

/// <summary>One municipality's installation and policy, a line of <c>municipalities.yaml</c>.</summary>
/// <param name="Cutover">Claims created before this day are out of scope.</param>
/// <param name="ChildMaxAge">The highest age, in whole years on the claim's creation date, that counts as a minor.</param>
/// <param name="MinimumAmountOre">Claims below are out of scope, øre.</param>
/// <param name="RatePerSecond">Claims a second towards the debtor system at most; null: no limit.</param>
/// <param name="Concurrency">Calls to the debtor system at a time.</param>
/// <param name="Endpoint">The debtor system's address; null: the sandbox's, when it runs.</param>
/// <param name="RetentionYears">How long it is kept who owed a claim: until that many years after the year in which the claim ended.</param>
/// <param name="PaymentsToFbs">Whether settled claims are also registered through FBS's payment interface.</param>
public sealed record Municipality(
    string Code, string Name, string Cvr, Vendor Vendor, Stage Stage, DateOnly Cutover, MinorPolicy MinorPolicy,
    int ChildMaxAge = 17, long MinimumAmountOre = 0, int? RatePerSecond = null, int Concurrency = 4, string? Endpoint = null, PaymentsToFbs PaymentsToFbs = PaymentsToFbs.Message,
    int RetentionYears = Municipality.DefaultRetentionYears)
{
    /// <summary>As Danish bookkeeping material is usually kept: five years from the end of the year that it is about.</summary>
    public const int DefaultRetentionYears = 5;
}

/// <summary>How long it is kept who owed.</summary>
/// <param name="Code">The municipality's; empty: what does not say whose it is.</param>
public sealed record Retention(string Code, int Years)
{
    /// <summary>What ended before has been kept long enough.</summary>
    public DateTimeOffset KeptSince(DateTimeOffset now) => DanishTime.StartOf(DanishTime.Local(now).Year - Years);

    /// <summary>One that is not configured any more has claims all the same.</summary>
    public static Retention Of(string code, IMunicipalities municipalities) => new(code, municipalities.Find(code)?.RetentionYears ?? Municipality.DefaultRetentionYears);
}

/// <summary>All municipalities of the installation, by code, as the file in force says now: ask each time, keep no copy.</summary>
public interface IMunicipalities
{
    IReadOnlyCollection<Municipality> All { get; }

    /// <summary>
    /// Another after each change. Who must act on a change compares it in a loop of its own with the one it has acted on, so that what fails is tried again at the
    /// next round instead of being told once and lost.
    /// </summary>
    long Version => 0;

    Municipality? Find(string code);
}
