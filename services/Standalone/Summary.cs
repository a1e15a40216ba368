using ClaimsTransfer.Cli.Report;

namespace ClaimsTransfer.Standalone;

/// <summary>The end of a run in a few lines.</summary>
public static class Summary
{
    public static string Of(BooksReport report)
    {
        var t = report.Total;
        return $"""
            {t.Lines} lines = {t.Accepted} accepted + {t.Changes} changes + {t.Duplicates} duplicates + {t.Refused} refused + {t.Waiting} waiting
            {t.Accepted} accepted = {t.Transferred} transferred + {t.Rejected} rejected + {t.Held} held + {t.OutOfScope} out of scope + {t.Cancelled} cancelled + {t.Unknown} unknown + {t.DeadLettered} dead-lettered + {t.InFlight} in flight
            {t.AcceptedOre} øre accepted; the debtor systems hold {t.DebtorClaims} claims of {t.DebtorOre} øre, none booked more than {t.MaxBookings} times
            {t.CoveredOre} øre came in, {t.ReversedOre} øre were taken back and {t.WrittenOffOre} øre written off; {t.Settled} claims are settled, {t.ReconciledToFbs} of them by FBS's books; {t.Unmatched} lines on the worklist{(t.Differences is { } differences ? $", {differences} differences between the three ledgers" : "")}
            """;
    }
}
