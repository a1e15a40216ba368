using System.Globalization;
using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Payments.Reconciliation;

/// <summary>Where the claims that FBS holds open are read.</summary>
public enum FbsSource
{
    /// <summary>One list of a municipality's open claims: <see cref="ReconciliationOptions.FbsOpenClaims"/>.</summary>
    OpenClaims,

    /// <summary>FBS's own fees interface, patron by patron: <see cref="ReconciliationOptions.FbsUrl"/>.</summary>
    Fees,
}

/// <summary>Base URLs of the connectors, by vendor.</summary>
public sealed record ConnectorAddresses
{
    public string KmdOpus { get; init; } = "";

    public string Prisme { get; init; } = "";

    public string OesIndsigt { get; init; } = "";

    /// <summary>Of all that are not named, where they share a process.</summary>
    public string All { get; init; } = "";
}

/// <summary>Settings of the reconciliation, section <c>Payments</c>.</summary>
public sealed record ReconciliationOptions
{
    public const string Section = "Payments";

    public FbsSource FbsSource { get; init; } = FbsSource.OpenClaims;

    /// <summary>Address of FBS's open claims, <c>{municipality}</c> in it stands for the code; empty: the sandbox's, where one runs.</summary>
    public string FbsOpenClaims { get; init; } = "";

    /// <summary>Base URL of FBS's interfaces, for <see cref="FbsSource.Fees"/>.</summary>
    public string FbsUrl { get; init; } = "";

    /// <summary>Patrons that are asked about at a time.</summary>
    public int FbsConcurrency { get; init; } = 8;

    public ConnectorAddresses Connectors { get; init; } = new();

    /// <summary>How long after a change a difference may still be no more than a message on its way.</summary>
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a list may bring nothing before its reading has failed.</summary>
    public TimeSpan ReadPatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>When every municipality is reconciled each night, Danish time; empty: never.</summary>
    public string ReconcileAt { get; init; } = "02:30";

    /// <summary>Null: never.</summary>
    public TimeOnly? NightlyAt => TimeOnly.TryParseExact(ReconcileAt, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at : null;

    public IEnumerable<string> Faults(Installation installation)
    {
        if (ReconcileAt.Length > 0 && NightlyAt is null)
            yield return $"{Section}:{nameof(ReconcileAt)} is '{ReconcileAt}'; give a Danish time of day such as 02:30, or nothing: never.";
        if (LateAfter < TimeSpan.Zero)
            yield return $"{Section}:{nameof(LateAfter)} is {LateAfter}; give a time such as 00:15:00, or 00:00:00.";
        if (ReadPatience <= TimeSpan.Zero)
            yield return $"{Section}:{nameof(ReadPatience)} is {ReadPatience}; give a time above zero, such as 00:10:00.";
        if (FbsConcurrency is < 1 or > 64)
            yield return $"{Section}:{nameof(FbsConcurrency)} is {FbsConcurrency}; give 1 to 64, such as 4.";
        if (FbsOpenClaims.Length > 0 && (!FbsOpenClaims.Contains(Reading.FbsOpenClaims.Placeholder, StringComparison.Ordinal) || !IsUrl(FbsOpenClaims.Replace(Reading.FbsOpenClaims.Placeholder, "0101"))))
            yield return $"{Section}:{nameof(FbsOpenClaims)} is '{Installation.Redacted(FbsOpenClaims)}'; give a URL with the place of the code, such as https://fbs.example/open-claims/{Reading.FbsOpenClaims.Placeholder}.";
        if (installation.IsTooPlain(FbsOpenClaims.Replace(Reading.FbsOpenClaims.Placeholder, "0101")))
            yield return $"{Section}:{nameof(FbsOpenClaims)} is {Installation.Redacted(FbsOpenClaims)}, on another machine and without TLS; {PaymentsOptions.PlainHttp}";
        foreach (var (key, value) in new[]
                 {
                     (nameof(FbsUrl), FbsUrl), ($"{nameof(Connectors)}:{nameof(Connectors.KmdOpus)}", Connectors.KmdOpus), ($"{nameof(Connectors)}:{nameof(Connectors.Prisme)}", Connectors.Prisme),
                     ($"{nameof(Connectors)}:{nameof(Connectors.OesIndsigt)}", Connectors.OesIndsigt), ($"{nameof(Connectors)}:{nameof(Connectors.All)}", Connectors.All),
                 })
        {
            if (value.Length > 0 && !IsUrl(value))
                yield return $"{Section}:{key} is '{Installation.Redacted(value)}'; give a URL such as http://127.0.0.1:5080.";
        }

        if (FbsSource == FbsSource.Fees && FbsUrl.Length == 0)
            yield return $"{Section}:{nameof(FbsUrl)} is missing, and {Section}:{nameof(FbsSource)} is Fees; give FBS's address, such as https://fbs.example.";
    }

    private static bool IsUrl(string value) => Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0;
}
