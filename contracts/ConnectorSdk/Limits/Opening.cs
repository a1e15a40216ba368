using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.ConnectorSdk.Limits;

/// <summary>Opening hours are Danish time, whatever the machine's.</summary>
internal static class Opening
{
    public static bool IsOpen(OpeningHours? hours, DateTimeOffset now)
    {
        if (hours is null)
            return true;
        var local = DanishTime.Local(now);
        if (!hours.Weekends && local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
            return false;
        // Handles hours across midnight, 22:00 to 06:00.
        return TimeOnly.FromDateTime(local.DateTime).IsBetween(hours.From, hours.To);
    }
}
