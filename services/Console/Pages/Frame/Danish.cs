using System.Globalization;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary>Amounts, counts and times as they are written in Denmark, in both languages of the pages. The process itself is invariant (InvariantCulture).</summary>
public static class Danish
{
    private static readonly TimeZoneInfo Copenhagen = TimeZoneInfo.FindSystemTimeZoneById("Europe/Copenhagen");
    private static readonly NumberFormatInfo Numbers = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NumberGroupSizes = [3], NegativeSign = "−" };

    /// <summary><c>1.234,50 kr.</c></summary>
    public static string Kroner(long ore) => (ore / 100m).ToString("N2", Numbers) + " kr.";

    /// <summary><c>12.345</c></summary>
    public static string Count(long count) => count.ToString("N0", Numbers);

    /// <summary><c>99,5 %</c></summary>
    public static string Percent(double share, int decimals = 1) => (share * 100).ToString($"N{decimals}", Numbers) + " %";

    /// <summary><c>01.03.2021 14.05.09</c>, Danish local time.</summary>
    public static string Time(DateTimeOffset at) => Local(at).ToString("dd.MM.yyyy HH.mm.ss", CultureInfo.InvariantCulture);

    /// <summary><c>01.03.2021 14.05</c>, Danish local time.</summary>
    public static string Minute(DateTimeOffset at) => Local(at).ToString("dd.MM.yyyy HH.mm", CultureInfo.InvariantCulture);

    /// <summary><c>14.05</c>, Danish local time.</summary>
    public static string Clock(DateTimeOffset at) => Local(at).ToString("HH.mm", CultureInfo.InvariantCulture);

    /// <summary><c>01.03.2021</c></summary>
    public static string Date(DateOnly day) => day.ToString("dd.MM.yyyy", CultureInfo.InvariantCulture);

    /// <summary><c>3 d 4 t</c>, <c>4 t 5 min</c>, <c>5 min</c>, <c>12 s</c>: the two largest units.</summary>
    public static string Duration(TimeSpan time, string language = TextCatalogue.Danish) => time switch
    {
        { TotalSeconds: < 60 } => $"{Math.Max(0, (int)time.TotalSeconds)} s",
        { TotalMinutes: < 60 } => $"{(int)time.TotalMinutes} min",
        { TotalHours: < 24 } => $"{(int)time.TotalHours} {Hours(language)} {time.Minutes} min",
        _ => $"{(int)time.TotalDays} d {time.Hours} {Hours(language)}",
    };

    private static string Hours(string language) => language == TextCatalogue.Danish ? "t" : "h";

    public static DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Copenhagen);
}
