using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Frame;

namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>What is wrong with a reason that somebody gave, in the reader's language.</summary>
public static class Reasons
{
    public static string? Fault(string? why, ITexts texts) =>
        Reason.IsGood(why, out _) ? null : texts[string.IsNullOrWhiteSpace(why) ? "frame.whyMissing" : "failures.whyBad"];
}
