using System.Globalization;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole;

/// <summary>Settings of the operations console, section <c>Console</c>.</summary>
public sealed record ConsoleOptions
{
    /// <summary>
    /// Base URLs of the services it asks, by name: <c>Ingest</c>, <c>Routing</c>, <c>Payments</c>, <c>KmdOpus</c>, <c>Prisme</c>, <c>OesIndsigt</c>, or <c>All</c> where
    /// they share one process.
    /// </summary>
    public IReadOnlyDictionary<string, string> Services { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How often dead-letter queues are looked for.</summary>
    public TimeSpan LookForQueuesEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Dead letters taken into the store in one transaction at most.</summary>
    public int CollectBatchSize { get; init; } = 500;

    /// <summary>Dead letters that are kept of one vendor, each as often as it failed; more stay on the broker.</summary>
    public long VendorLetters { get; init; } = 250_000;

    /// <summary>Bytes that are kept of them.</summary>
    public long VendorLetterBytes { get; init; } = 2_000_000_000;

    /// <summary>How often replays are carried on and their outcomes looked at.</summary>
    public TimeSpan ReplayEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the outcome of a message is waited for before a replay pauses.</summary>
    public TimeSpan OutcomeWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Messages under way at a time, sent and without an outcome.</summary>
    public int MostUnderWay { get; init; } = 2000;

    /// <summary>Whether another person must approve every edit.</summary>
    public bool ApproveEdits { get; init; }

    /// <summary>Replays of more messages than that must be approved by another person; 0: none.</summary>
    public int ApproveAboveMessages { get; init; }

    /// <summary>Replays of more øre than that must be approved by another person; 0: none.</summary>
    public long ApproveAboveOre { get; init; }

    /// <summary>Folder with the conformance kit's result for each vendor, <c>KmdOpus.json</c>: without a proof no municipality goes live. Empty: nobody is asked.</summary>
    public string Conformance { get; init; } = "";

    /// <summary>Fingerprints of the keys that may have signed them; none: any.</summary>
    public IReadOnlyList<string> ConformanceKeys { get; init; } = [];

    /// <summary>More messages than that of one vendor, waiting to be taken in, are a flood.</summary>
    public int VendorFloodAt { get; init; } = 10_000;

    /// <summary>An instruction that has no answer after that time is held against its vendor.</summary>
    public TimeSpan VendorStallAfter { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The first administrator's password, used when there is no account yet; without it, one is drawn and printed once.</summary>
    public string AdministratorPassword { get; init; } = "";

    /// <summary>How long a session lives without being used.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromHours(8);

    /// <summary>How long a session lives at most, used or not.</summary>
    public TimeSpan SessionAtMost { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Addresses and networks of the proxies before the console, which say whom they speak for; none: whoever connects is the visitor.</summary>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    /// <summary>Attempts to sign in from one address a minute.</summary>
    public int SignInsPerMinute { get; init; } = 30;

    /// <summary>Calls of the API by one user a minute.</summary>
    public int ApiCallsPerMinute { get; init; } = 3000;

    /// <summary>When each night, Danish time, what is past each municipality's retention is erased; empty: never.</summary>
    public string EraseAt { get; init; } = "04:30";

    /// <summary>How long ago a claim must have ended to be erased: what happened to it last may still be on its way to FBS, and be asked for again.</summary>
    public TimeSpan EraseAfter { get; init; } = TimeSpan.FromDays(1);

    public TimeOnly? ErasesAt => TimeOnly.TryParseExact(EraseAt, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at : null;

    /// <summary>Sign-in with the organisation's own identity provider.</summary>
    public OidcOptions Oidc { get; init; } = new();

    public IEnumerable<string> Faults()
    {
        foreach (var (key, value, example) in new[]
        {
            (nameof(LookForQueuesEvery), LookForQueuesEvery, "00:00:05"), (nameof(ReplayEvery), ReplayEvery, "00:00:00.250"), (nameof(OutcomeWithin), OutcomeWithin, "00:10:00"),
        })
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
                yield return $"Console:{key} is {value}; give a time above zero and up to a day, such as {example}.";
        }

        if (CollectBatchSize is < 1 or > 2000)
            yield return $"Console:{nameof(CollectBatchSize)} is {CollectBatchSize}; give 1 to 2000, such as 500.";
        if (MostUnderWay is < 1 or > 100_000)
            yield return $"Console:{nameof(MostUnderWay)} is {MostUnderWay}; give 1 to 100000, such as 2000.";
        if (ApproveAboveMessages < 0 || ApproveAboveOre < 0)
            yield return $"Console:{nameof(ApproveAboveMessages)} and {nameof(ApproveAboveOre)} are {ApproveAboveMessages} and {ApproveAboveOre}; give 0 for never, or a limit such as 1000.";
        if (VendorLetters < 1 || VendorLetterBytes < 1)
        {
            yield return $"Console:{nameof(VendorLetters)} and {nameof(VendorLetterBytes)} are {VendorLetters} and {VendorLetterBytes}; "
                + "give 1 or more, such as 250000 and 2000000000.";
        }

        if (VendorFloodAt < 1)
            yield return $"Console:{nameof(VendorFloodAt)} is {VendorFloodAt}; give 1 or more, such as 10000.";
        if (VendorStallAfter < TimeSpan.FromSeconds(1) || VendorStallAfter > TimeSpan.FromDays(30))
            yield return $"Console:{nameof(VendorStallAfter)} is {VendorStallAfter}; give a time between a second and 30 days, such as 00:30:00.";
        foreach (var (name, url) in Services)
        {
            if (!Asking.ServiceUrls.Known.Contains(name, StringComparer.OrdinalIgnoreCase))
                yield return $"Console:Services:{name} is no service; {string.Join(", ", Asking.ServiceUrls.Known)} are.";
            else if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                yield return $"Console:Services:{name} is '{Installation.Redacted(url)}'; give an http URL, such as http://127.0.0.1:5081.";
        }

        if (AdministratorPassword.Length is > 0 and < Account.ShortestPassword or > Account.LongestPassword)
            yield return $"Console:AdministratorPassword has {AdministratorPassword.Length} characters; give {Account.ShortestPassword} to {Account.LongestPassword}, or none: one is drawn then.";
        if (Conformance.Length > 0 && !Directory.Exists(Conformance))
            yield return $"Console:Conformance is '{Conformance}', and there is no such folder; give one with the kit's results, such as /etc/claims/conformance, or none.";
        if (ConformanceKeys.FirstOrDefault(key => key.Length != 64 || !key.All(char.IsAsciiHexDigit)) is { } wrong)
            yield return $"Console:ConformanceKeys has '{wrong}'; give fingerprints of 64 hex digits, as claims conform verify prints them.";
        if (SessionIdle < TimeSpan.FromMinutes(1) || SessionIdle > TimeSpan.FromDays(7))
            yield return $"Console:SessionIdle is {SessionIdle}; give a time between a minute and 7 days, such as 08:00:00.";
        if (SessionAtMost < SessionIdle || SessionAtMost > TimeSpan.FromDays(7))
            yield return $"Console:SessionAtMost is {SessionAtMost}; give a time from Console:SessionIdle ({SessionIdle}) to 7 days, such as 12:00:00.";
        if (Proxies.FirstOrDefault(proxy => !System.Net.IPNetwork.TryParse(proxy, out _) && !System.Net.IPAddress.TryParse(proxy, out _)) is { } noProxy)
            yield return $"Console:Proxies has '{noProxy}'; give an address or a network, such as 10.1.2.3 or 10.1.2.0/24.";
        if (EraseAt.Length > 0 && ErasesAt is null)
            yield return $"Console:EraseAt is '{EraseAt}'; give a time of the day such as 04:30, or nothing to erase nothing by night.";
        if (EraseAfter < TimeSpan.Zero || EraseAfter > TimeSpan.FromDays(365))
            yield return $"Console:EraseAfter is {EraseAfter}; give a time up to 365 days, such as 1.00:00:00.";
        if (SignInsPerMinute < 1)
            yield return $"Console:SignInsPerMinute is {SignInsPerMinute}; give 1 or more, such as 30.";
        if (ApiCallsPerMinute < 1)
            yield return $"Console:ApiCallsPerMinute is {ApiCallsPerMinute}; give 1 or more, such as 3000.";
        foreach (var fault in Oidc.Faults())
            yield return fault;
    }
}
