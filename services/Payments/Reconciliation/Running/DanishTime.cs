namespace ClaimsTransfer.Payments.Reconciliation.Running;

/// <summary>Days, and the hour of the night, are Danish, whatever the machine's.</summary>
internal static class DanishTime
{
    private static readonly TimeZoneInfo Copenhagen = TimeZoneInfo.FindSystemTimeZoneById("Europe/Copenhagen");

    public static DateTimeOffset Local(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, Copenhagen);

    public static DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(Local(moment).DateTime);

    /// <summary>The day whose hour has last struck. An hour that the clocks leave out has struck when the next one has.</summary>
    public static DateOnly LastDue(TimeOnly at, DateTimeOffset now)
    {
        var local = Local(now).DateTime;
        var day = DateOnly.FromDateTime(local);
        return TimeOnly.FromDateTime(local) >= at ? day : day.AddDays(-1);
    }
}
