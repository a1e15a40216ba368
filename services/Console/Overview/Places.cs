namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>Where what needs a person is done.</summary>
internal static class Places
{
    public const string Overview = "/console/";
    public const string Claims = "/console/claims";
    public const string Municipalities = "/console/municipalities";
    public const string Failures = "/console/failures";
    public const string Waiting = "/console/failures#waiting";
    public const string Replays = "/console/replays";
    public const string Reconciliation = "/console/reconciliation";
    public const string Vendors = "/console/vendors";
    public const string Worklist = "/console/reconciliation/worklist";

    public const string Audit = "/console/audit";

    public const string VersionGaps = $"{Claims}?versionGap=true";

    public static string ClaimsIn(string category) => $"{Claims}?category={category}";

    public static string Claim(string agency, long feeId) => $"{Claims}/{Uri.EscapeDataString(agency)}/{feeId}";

    public static string Municipality(string code) => $"{Municipalities}/{Uri.EscapeDataString(code)}";

    public static string TakeIn(string code) => $"{Municipality(code)}/take-in";

    public static string Vendor(string vendor) => $"{Vendors}#vendor-{vendor}";

    public static string ReconciliationOf(string municipality) => $"{Reconciliation}/{Uri.EscapeDataString(municipality)}";

    public static string FailuresOf(string cause) => $"{Failures}?cause={Uri.EscapeDataString(cause)}";

    public static string FailuresOfVendor(string vendor) => $"{Failures}?vendor={Uri.EscapeDataString(vendor)}";

    public static string Letter(Guid letterId) => $"{Failures}/{letterId}";

    public static string Replay(Guid replayId) => $"{Replays}/{replayId}";
}
