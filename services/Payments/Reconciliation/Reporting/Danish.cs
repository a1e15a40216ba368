using System.Globalization;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Running;

namespace ClaimsTransfer.Payments.Reconciliation.Reporting;

/// <summary>What a finance department reads: names, explanations, actions, numbers and times in Danish. Written out here, since the process knows no cultures.</summary>
internal static class Danish
{
    public const string None = "–";
    public const string Ours = "Kravoverførslen";

    private static readonly NumberFormatInfo Grouped = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." };
    private static readonly NumberFormatInfo Plain = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "" };
    private static readonly string[] Months = ["januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"];

    public static string Count(long count) => count.ToString("N0", Grouped);

    /// <summary>1.234,56; null: –.</summary>
    public static string Kroner(long? ore) => ore is null ? None : (ore.Value / 100m).ToString("N2", Grouped).Replace('-', '−');

    /// <summary>1234,56 as a spreadsheet reads it; null: nothing.</summary>
    public static string PlainKroner(long? ore) => ore is null ? "" : (ore.Value / 100m).ToString("F2", Plain);

    public static string Day(DateOnly day) => $"{day.Day}. {Months[day.Month - 1]} {day.Year}";

    public static string Moment(DateTimeOffset moment) => DanishTime.Local(moment).ToString("dd-MM-yyyy HH:mm", CultureInfo.InvariantCulture);

    public static string DayOf(DateTimeOffset moment) => DanishTime.Local(moment).ToString("dd-MM-yyyy", CultureInfo.InvariantCulture);

    public static string Differences(long count) => count == 1 ? "1 afvigelse" : $"{Count(count)} afvigelser";

    public static string Name(Vendor vendor) => vendor switch { Vendor.KmdOpus => "KMD Opus", Vendor.Prisme => "Fujitsu Prisme", _ => "EG ØS Indsigt" };

    public static string Name(Cause cause) => cause switch
    {
        Cause.BookedTwice => "Bogført flere gange",
        Cause.MissingAtDebtor => "Mangler i debitorsystemet",
        Cause.MissingAtFbs => "Mangler i FBS",
        Cause.StateDiffers => "Status er forskellig",
        Cause.AmountDiffers => "Beløbet er forskelligt",
        Cause.UnmatchedPayment => "Indbetaling uden krav",
        _ => "På vej",
    };

    public static string Explanation(Cause cause) => cause switch
    {
        Cause.BookedTwice => "Debitorsystemet har registreret det samme krav mere end én gang. Borgeren kan være opkrævet for meget.",
        Cause.MissingAtDebtor => "Debitorsystemet har kvitteret for kravet, men har det ikke på sin liste.",
        Cause.MissingAtFbs => "Der skyldes stadig noget på kravet, men FBS har intet åbent.",
        Cause.StateDiffers => "Kravet er betalt, annulleret eller ukendt det ene sted og åbent det andet.",
        Cause.AmountDiffers => "Kravet findes alle steder, men saldoen er ikke den samme.",
        Cause.UnmatchedPayment => "Der er kommet penge, som ikke hører til noget krav, vi kender.",
        _ => "Noget er ændret lige før afstemningen, eller FBS har endnu ikke bekræftet. Forskellen er normalt væk ved næste afstemning.",
    };

    public static string Name(SuggestedAction action) => action switch
    {
        SuggestedAction.Reregister => "Registrér kravet igen i debitorsystemet under samme reference.",
        SuggestedAction.Readjust => "Send det rigtige beløb til debitorsystemet igen.",
        SuggestedAction.TellFbsAgain => "Send saldoen til FBS igen.",
        SuggestedAction.Wait => "Afvent næste afstemning.",
        SuggestedAction.RemoveBooking => "Få de overskydende registreringer fjernet i debitorsystemet.",
        SuggestedAction.CheckAtDebtor => "Find kravet i debitorsystemet; registrér det først igen, når indbetalinger og beløb er afklaret.",
        SuggestedAction.CheckAtFbs => "Undersøg kravet i FBS; er det annulleret eller ændret der?",
        SuggestedAction.CheckState => "Afklar, om kravet skal være åbent eller lukket, og ret det, hvor det er forkert.",
        SuggestedAction.CheckEntries => "Sammenlign posteringerne; en indbetaling eller afskrivning mangler det ene sted.",
        _ => "Find det krav, som indbetalingen hører til, eller betal pengene tilbage.",
    };
}
