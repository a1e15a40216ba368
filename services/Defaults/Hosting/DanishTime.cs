namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>Days, nights and years as Danes count them.</summary>
public static class DanishTime
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

    /// <summary>The first moment of a year.</summary>
    public static DateTimeOffset StartOf(int year)
    {
        var start = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
        return new DateTimeOffset(start, Copenhagen.GetUtcOffset(start));
    }
}
